"""Attacks through sending: lines slipped into SMTP and headers, senders that are not the user, floods of recipients."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes.submission import queue
from angarium.engine.limits import Limits
from tests.attacks.ground import TOMORROW, Ground
from tests.datatypes.submission.outbox import Outbox
from tests.harness import Harness

EVIL = ("\r\n", "\n", "\r", "\x00", "\x85", "\u2028", "\u2029", "\x1b", "\x7f", ">\r\nRCPT TO:<x@evil.example>", " ")

Place = Callable[[str], dict[str, Any]]
PLACES: dict[str, Place] = {
    "mailFrom": lambda evil: {"mailFrom": {"email": f"ann@example.com{evil}"}},
    "mailFrom local": lambda evil: {"mailFrom": {"email": f"an{evil}n@example.com"}},
    "rcptTo": lambda evil: {"rcptTo": [{"email": f"bob@example.com{evil}"}]},
    "rcptTo quoted": lambda evil: {"rcptTo": [{"email": f'"b{evil}ob"@elsewhere.example'}]},
    "RET": lambda evil: {"mailFrom": {"email": "ann@example.com", "parameters": {"RET": f"FULL{evil}"}}},
    "HOLDFOR": lambda evil: {"mailFrom": {"email": "ann@example.com", "parameters": {"HOLDFOR": f"9{evil}"}}},
    "HOLDUNTIL": lambda evil: {
        "mailFrom": {"email": "ann@example.com", "parameters": {"HOLDUNTIL": f"2026-12-01T00:00:00Z{evil}"}}
    },
    "SIZE": lambda evil: {"mailFrom": {"email": "ann@example.com", "parameters": {"SIZE": f"9{evil}"}}},
    "name": lambda evil: {"mailFrom": {"email": "ann@example.com", "parameters": {f"RET{evil}": "FULL"}}},
    "NOTIFY": lambda evil: {"rcptTo": [{"email": "bob@example.com", "parameters": {"NOTIFY": f"NEVER{evil}"}}]},
    "ORCPT": lambda evil: {"rcptTo": [{"email": "bob@example.com", "parameters": {"ORCPT": f"rfc822;x{evil}"}}]},
}


def submit(land: Ground, envelope: Any, **more: Any) -> Any:
    given = {"identityId": land.identity, "emailId": land.letter, "envelope": envelope, **more}
    return land.engine.call(land.user, "EmailSubmission/set", {"create": {"a": given}})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_nothing_in_an_envelope_becomes_a_line_or_another_argument(land: Ground, place: str, evil: str) -> None:
    before = land.engine.store.read(queue.read)
    answer = submit(land, {**TOMORROW, **PLACES[place](evil)})
    if place == "rcptTo quoted" and evil == " ":
        return  # a space may stand between quotes
    assert not answer["created"], answer
    assert answer["notCreated"]["a"]["type"] in ("invalidProperties", "invalidRecipients", "forbiddenMailFrom")
    assert land.engine.store.read(queue.read) == before


@pytest.mark.parametrize("count", [1_001, 100_000])
def test_a_flood_of_recipients_costs_one_refusal(land: Ground, count: int) -> None:
    recipients = [{"email": f"u{number}@elsewhere.example"} for number in range(count)]
    answer = submit(land, {"mailFrom": {"email": "ann@example.com"}, "rcptTo": recipients})
    assert answer["notCreated"]["a"]["type"] == "tooManyRecipients"
    assert len(str(answer)) < 1_000


def test_a_header_that_names_a_flood_of_recipients_is_refused_too(land: Ground) -> None:
    addresses = ", ".join(f"u{number}@x.example" for number in range(20_000))
    letter = land.imported(f"From: ann@example.com\r\nTo: {addresses}\r\n\r\nhello\r\n".encode())["id"]
    answer = submit(land, None, emailId=letter)
    assert answer["notCreated"]["a"]["type"] == "tooManyRecipients"


def test_large_mail_cannot_be_sent_again_and_again_in_one_request(tmp_path: Path) -> None:
    engine = Harness(tmp_path / "data", Limits(max_size_work=50_000))
    try:
        ann = Outbox(engine, engine.user("ann"))
        email = ann.imported(b"From: ann@example.com\r\nTo: bo@x.example\r\n\r\n" + b"x" * 20_000)
        create = {f"s{number}": {"identityId": ann.identity, "emailId": email} for number in range(10)}
        answer = engine.call(ann.user, "EmailSubmission/set", {"create": create})
        assert len(answer["created"]) == 2
        assert {refused["type"] for refused in answer["notCreated"].values()} == {"rateLimit"}
    finally:
        engine.close()


@pytest.mark.parametrize(
    "header",
    [
        "From: bob@example.com",
        "From: ann@example.com\r\nFrom: bob@example.com",
        "From: ann@example.com, bob@example.com\r\nSender: ann@example.com",
        "From: ann@example.com\r\nSender: bob@example.com",
        "From: <ann@example.com> bob@example.com",
        "From: bob@example.com <ann@example.com>, bob@example.com",
        "From: Group: bob@example.com;\r\nSender: ann@example.com",
        "From: =?utf-8?q?bob=40example=2Ecom?=",
        "Resent-From: ann@example.com\r\nFrom: bob@example.com",
        "Resent-From: bob@example.com\r\nFrom: ceo@elsewhere.example",
        "Resent-From: ann@example.com\r\nFrom: nobody@example.com",
        "from : bob@example.com",
        "From:\r\n bob@example.com",
    ],
    ids=ascii,
)
def test_nobody_writes_as_somebody_else(land: Ground, header: str) -> None:
    letter = land.imported(f"{header}\r\nSubject: x\r\n\r\nhello\r\n".encode())["id"]
    answer = submit(land, TOMORROW, emailId=letter)
    assert not answer["created"], answer
    assert answer["notCreated"]["a"]["type"] in ("forbiddenFrom", "invalidEmail")


def test_who_may_read_an_account_sees_no_more_of_what_is_sent_than_its_owner(land: Ground) -> None:
    shown = land.engine.call(land.user, "EmailSubmission/get", {"ids": [land.submission]})["list"][0]
    assert not {"envelopeId", "messageIds"} & shown.keys()
    error = land.engine.error(land.user, "EmailSubmission/get", {"ids": None, "properties": ["envelopeId"]})
    assert error["type"] == "invalidArguments"
