"""Short requests with long answers, or with much work behind them: each is bounded in work and in memory."""

from pathlib import Path

import pytest

from tests.attacks.ground import Ground
from tests.client import Client
from tests.server import Server

MANY = [f"header:X-{number}:asText" for number in range(20_000)]
REFUSED = ("requestTooLarge", "invalidArguments")


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("Email/get", {"properties": MANY}),
        ("Email/get", {"properties": ["bodyStructure"], "bodyProperties": MANY}),
        ("Email/parse", {"properties": MANY}),
        ("Email/parse", {"properties": ["bodyStructure"], "bodyProperties": MANY}),
    ],
    ids=["get", "get of parts", "parse", "parse of parts"],
)
def test_thousands_of_properties_are_refused(land: Ground, method: str, arguments: dict[str, list[str]]) -> None:
    """They would be looked up in every one of a thousand emails, or of a thousand parts of each."""
    which = {"ids": [land.email]} if method == "Email/get" else {"blobIds": [land.blob]}
    assert land.engine.error(land.user, method, {**which, **arguments})["type"] in REFUSED


def test_a_property_named_again_and_again_is_looked_up_once(land: Ground) -> None:
    answer = land.engine.call(land.user, "Email/get", {"ids": [land.email] * 1_000, "properties": ["subject"] * 1_000})
    assert answer["list"] == [{"id": land.email, "subject": "here"}]


def test_calls_that_are_refused_for_their_size_do_not_add_up_in_memory(server: Server, ann: Client) -> None:
    box = ann.mailbox("inbox")
    given = {
        "blobId": ann.upload(b"Subject: big\r\n\r\n" + b"a line of words\r\n" * 500_000),
        "mailboxIds": {box: True},
    }
    made = ann.call("Email/import", {"emails": {f"e{number}": given for number in range(4)}})["created"]
    ids = [email["id"] for email in made.values()]
    peak_begins(server)
    before = memory(server, "VmRSS")
    asked = {"ids": ids, "properties": ["bodyValues"], "fetchAllBodyValues": True}
    responses = ann.responses(*[("Email/get", asked)] * 12)
    assert [name for name, _ in responses][1:] == ["error"] * 11
    assert {given["type"] for _, given in responses[1:]} <= {"requestTooLarge", "serverUnavailable"}
    assert memory(server, "VmHWM") - before < 350_000_000
    ann.call("Email/set", {"destroy": ids})


def memory(server: Server, name: str) -> int:
    """Octets that the kernel counts for the server under a name of its status."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


def peak_begins(server: Server) -> None:
    """Let the kernel take the peak from now on."""
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def test_one_upload_cannot_become_many_large_drafts_at_once(ann: Client) -> None:
    box, blob = ann.mailbox("drafts"), ann.upload(b"x" * 30_000_000)
    part = {"blobId": blob, "type": "application/octet-stream"}
    heavy = {"mailboxIds": {box: True}, "attachments": [part] * 500}
    answer = ann.call("Email/set", {"create": {"a": heavy}})
    assert answer["notCreated"]["a"]["type"] == "tooLarge"
    one = {"mailboxIds": {box: True}, "attachments": [part]}
    answer = ann.call("Email/set", {"create": {f"a{number}": one for number in range(40)}})
    assert len(answer["created"] or {}) < 20
    assert {error["type"] for error in answer["notCreated"].values()} <= {"rateLimit", "tooLarge", "overQuota"}
    ann.call("Email/set", {"destroy": [email["id"] for email in (answer["created"] or {}).values()]})


def test_many_structures_of_many_parts_are_refused_or_answered(land: Ground) -> None:
    parts = b"--b\r\n\r\nt\r\n" * 990
    message = b"Subject: p\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts
    given = {"blobId": land.engine.upload(land.user, message), "mailboxIds": {land.mailbox: True}}
    emails = {f"e{number}": given for number in range(30)}
    made = land.engine.call(land.user, "Email/import", {"emails": emails})["created"]
    ids = [email["id"] for email in made.values()]
    asked = {"ids": ids, "properties": ["bodyStructure"], "bodyProperties": ["headers", "type"]}
    for name, answer in land.engine.responses(land.user, *[("Email/get", asked)] * 3):
        assert name == "Email/get" or answer["type"] in ("requestTooLarge", "serverUnavailable"), answer
