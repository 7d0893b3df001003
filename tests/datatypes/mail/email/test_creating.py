"""Emails whose messages were composed before the request had the writer (RFC 8621 §4.6)."""

from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from angarium.datatypes.mail.email import compose as composing
from angarium.datatypes.mail.email import creating
from angarium.engine.dispatch import Engine
from angarium.engine.limits import Limits
from angarium.store.contract import Allowance
from tests.datatypes.mail.desk import Desk, octets
from tests.harness import Harness

SET = "Email/set"
LETTER = {
    "from": [{"name": "Zoë", "email": "zoe@example.com"}],
    "subject": "Grüße 🐎",
    "messageId": ["own@example.com"],
    "sentAt": "2026-09-02T03:04:05+02:00",
    "bodyValues": {"t": {"value": "Wörter\nund Zeilen\n" * 200}, "h": {"value": "<p>Wörter</p>"}},
    "textBody": [{"partId": "t"}],
    "htmlBody": [{"partId": "h"}],
}


@pytest.fixture
def in_writer(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each message was composed with the writer, in order."""
    seen: list[bool] = []
    compose = composing.compose

    def noted(call: Any, value: Any) -> Any:
        seen.append(call.request.transaction is not None)
        return compose(call, value)

    monkeypatch.setattr(creating, "compose", noted)
    return seen


def attached(blob: str, **more: Any) -> dict[str, Any]:
    return {"attachments": [{"blobId": blob, "type": "application/octet-stream", **more}]}


def drafts(ann: Desk, count: int, **given: Any) -> dict[str, Any]:
    return {str(at): {"mailboxIds": {ann.box("drafts"): True}, **given} for at in range(count)}


def posted(ann: Desk, meanwhile: Any = None, **arguments: Any) -> Any:
    """The answer to Email/set after something else was done since its messages were composed."""
    engine, store = ann.harness.engine, ann.harness.store
    call = [SET, {"accountId": ann.account, **arguments}, "s"]
    body = orjson.dumps({"using": list(ann.harness.registry.capabilities), "methodCalls": [call]})
    request = engine.prepare(body)
    ahead = engine.ahead(request, ann.user, store.stage)
    assert ahead is not None
    with closing(ahead):
        store.read(ahead.run)
        if meanwhile:
            meanwhile()
        answer = store.write(lambda view: engine.run(request, ann.user, transaction=view)).result()
    return orjson.loads(answer)["methodResponses"][0][1]


def incoming(tmp_path: Path) -> list[Path]:
    return list(tmp_path.rglob("incoming/*"))


def everything(ann: Desk, email: str) -> Any:
    shown = ann.email(email, fetchAllBodyValues=True)
    return {name: item for name, item in shown.items() if name not in ("id", "threadId")}


def test_a_message_is_the_same_whenever_it_was_composed(
    ann: Desk, in_writer: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {**LETTER, **attached(ann.upload(b"octets" * 30_000)), "keywords": {"$Draft": True}}
    ahead = ann.create(**given)
    monkeypatch.setattr(Engine, "ahead", lambda *_: None)
    now = ann.create(**given)
    assert in_writer == [False, True]
    assert {**ahead, "id": now["id"], "threadId": now["threadId"]} == now
    assert everything(ann, ahead["id"]) == everything(ann, now["id"])
    assert set(ann.call("Email/query", filter={"text": "Zeilen"})["ids"]) == {ahead["id"], now["id"]}


def test_many_drafts_are_composed_ahead_and_a_few_are_not(ann: Desk, in_writer: list[bool]) -> None:
    assert len(ann.call(SET, create=drafts(ann, 8))["created"]) == 8
    assert in_writer == [True] * 8
    in_writer.clear()
    assert len(ann.call(SET, create=drafts(ann, 9))["created"]) == 9
    assert in_writer == [False] * 9


@pytest.mark.parametrize(
    "given",
    [
        {"bodyValues": {"t": {"value": "x" * 20_000}}, "textBody": [{"partId": "t"}]},
        {"bodyStructure": {"type": "multipart/mixed", "subParts": [{"blobId": "B", "type": "image/png"}]}},
        {"textBody": [{"blobId": "B", "type": "text/plain"}]},
    ],
)
def test_a_long_text_and_a_blob_are_written_ahead(ann: Desk, in_writer: list[bool], given: dict[str, Any]) -> None:
    blob = ann.upload(b"text")
    made = ann.create(**orjson.loads(orjson.dumps(given).replace(b'"B"', orjson.dumps(blob))))
    assert "id" in made, made
    assert in_writer == [False]


def test_a_large_message_is_received_as_a_file_ahead(ann: Desk, tmp_path: Path) -> None:
    seen: list[int] = []
    blob = ann.upload(b"large" * 50_000)
    create = drafts(ann, 1, **attached(blob))
    answer = posted(ann, lambda: seen.extend(path.stat().st_size for path in incoming(tmp_path)), create=create)
    made = answer["created"]["0"]
    assert seen == [made["size"]]
    assert incoming(tmp_path) == []
    part = ann.email(made["id"], "attachments")["attachments"][0]
    assert ann.download(part["blobId"]) == b"large" * 50_000


def test_a_blob_that_went_meanwhile_is_not_found(ann: Desk, in_writer: list[bool], tmp_path: Path) -> None:
    blob, other = ann.upload(b"large" * 50_000), ann.upload(b"other")
    create = drafts(ann, 1, attachments=[{"blobId": each} for each in (blob, other)])

    def collected() -> None:
        ann.harness.store.write(lambda view: view.blobs.collect(ann.harness.now // 1000 + 7200)).result()

    error = posted(ann, collected, create=create)["notCreated"]["0"]
    assert (error["type"], error["notFound"]) == ("blobNotFound", [blob, other])
    assert in_writer == [False, True]
    assert incoming(tmp_path) == []


def test_a_blob_that_only_others_may_read_by_now_is_not_found(ann: Desk) -> None:
    email = ann.put(octets(Content_Type="application/octet-stream"))
    bob = Desk(ann.harness, ann.harness.user("bob", ("inbox", "drafts")))
    ann.harness.store.write(lambda view: view.blobs.collect(ann.harness.now // 1000 + 7200)).result()
    blob = ann.email(email, "blobId")["blobId"]
    bob.put(octets(Content_Type="application/octet-stream"))  # keeps the octets, in another account
    create = drafts(ann, 1, **attached(blob))
    error = posted(ann, lambda: ann.call(SET, destroy=[email]), create=create)["notCreated"]["0"]
    assert (error["type"], error["notFound"]) == ("blobNotFound", [blob])


def test_a_blob_that_the_same_request_takes_away_is_not_found(ann: Desk) -> None:
    email = ann.put(octets())
    ann.harness.store.write(lambda view: view.blobs.collect(ann.harness.now // 1000 + 7200)).result()
    blob = ann.email(email, "blobId")["blobId"]
    answers = ann.harness.responses(
        ann.user, (SET, {"destroy": [email]}), (SET, {"create": drafts(ann, 1, **attached(blob))})
    )
    assert answers[1][1]["notCreated"]["0"]["type"] == "blobNotFound"


def test_a_blob_that_the_same_request_brings_is_found(ann: Desk, in_writer: list[bool]) -> None:
    bob = Desk(ann.harness, ann.harness.share(ann.user, ann.harness.user("bob", ("inbox", "drafts"))))
    blob = ann.harness.upload(bob.user, b"brought", ann.account)
    answers = bob.harness.responses(
        bob.user,
        ("Blob/copy", {"fromAccountId": ann.account, "blobIds": [blob]}),
        (SET, {"create": drafts(bob, 1, **attached(blob))}),
    )
    assert answers[1][1]["created"]["0"]["id"]
    assert in_writer == [False, True]


def test_a_mailbox_that_went_meanwhile_is_named(ann: Desk, in_writer: list[bool]) -> None:
    box = ann.new_box("Short")
    create = drafts(ann, 9, mailboxIds={box: True})
    refused = posted(ann, lambda: ann.call("Mailbox/set", destroy=[box]), create=create)["notCreated"]
    assert [error["properties"] for error in refused.values()] == [["mailboxIds"]] * 9
    assert in_writer == [False] * 9


def test_drafts_go_into_a_mailbox_of_the_same_request_and_can_be_named_after(ann: Desk, in_writer: list[bool]) -> None:
    answers = ann.harness.responses(
        ann.user,
        ("Mailbox/set", {"create": {"box": {"name": "New"}}}),
        (SET, {"create": drafts(ann, 9, subject="made ahead", mailboxIds={"#box": True})}),
        ("Email/get", {"ids": ["#8"], "properties": ["subject", "mailboxIds"]}),
        (SET, {"update": {"#8": {"keywords/seen": True}}}),
    )
    made = answers[1][1]["created"]["8"]["id"]
    box = answers[0][1]["created"]["box"]["id"]
    assert answers[2][1]["list"] == [{"id": made, "subject": "made ahead", "mailboxIds": {box: True}}]
    assert answers[3][1]["updated"] == {made: None}
    assert in_writer == [False] * 9


@pytest.mark.parametrize(
    "given",
    [
        {"mailboxIds": {"B999": True}, "subject": 5},
        {"keywords": {f"k{at}": True for at in range(129)}, "headers": []},
        {"keywords": {f"k{at}": True for at in range(129)}, "attachments": [{"blobId": "none"}]},
        {"from": "me", "bodyStructure": {"type": "multipart/mixed"}},
        {"attachments": [{"blobId": "b" + "0" * 64}, {"blobId": "b" + "1" * 64}]},
        {"attachments": [5]},
        {"textBody": [{"partId": "none"}], "header:X:asRaw": " a\r\nb"},
    ],
)
def test_what_is_wrong_is_told_as_without(ann: Desk, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]) -> None:
    create = {**drafts(ann, 10), "bad": {"mailboxIds": {ann.box("drafts"): True}, **given}}
    refused = ann.call(SET, create=create)["notCreated"]
    assert set(refused) == {"bad"}
    monkeypatch.setattr(Engine, "ahead", lambda *_: None)
    assert ann.call(SET, create=create)["notCreated"] == refused


def test_attachments_that_are_too_large_together_are_refused_as_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness = Harness(tmp_path / "small", Limits(max_size_work=1_000_000))
    ann = Desk(harness, harness.user("ann", ("drafts",)))
    try:
        blob = ann.upload(b"x" * 300_000)
        parse = ("Email/parse", {"blobIds": [blob]})
        create = (SET, {"create": drafts(ann, 9, **attached(blob))})
        for before, made in (((), ["0", "1", "2"]), ((parse,), ["0", "1"])):
            with monkeypatch.context() as patched:
                answer = harness.responses(ann.user, *before, create)[-1][1]
                assert list(answer["created"]) == made
                assert {error["type"] for error in answer["notCreated"].values()} == {"rateLimit"}
                patched.setattr(Engine, "ahead", lambda *_: None)
                assert harness.responses(ann.user, *before, create)[-1][1]["notCreated"] == answer["notCreated"]
    finally:
        harness.close()


def test_what_the_account_may_not_hold_leaves_nothing_behind(ann: Desk, tmp_path: Path) -> None:
    key = ann.user.accounts[ann.account].key
    ann.harness.store.write(lambda view: view.allow(key, Allowance(octets=100_000))).result()
    answer = ann.call(SET, create=drafts(ann, 1, **attached(ann.upload(b"x" * 300_000))))
    assert answer["notCreated"]["0"]["type"] == "overQuota"
    assert incoming(tmp_path) == []


def test_the_same_content_twice_is_kept_once(ann: Desk, tmp_path: Path) -> None:
    create = drafts(ann, 2, **LETTER, **attached(ann.upload(b"x" * 300_000)))
    made = ann.call(SET, create=create)["created"]
    assert made["0"]["blobId"] == made["1"]["blobId"]
    assert made["0"]["id"] != made["1"]["id"]
    assert incoming(tmp_path) == []
