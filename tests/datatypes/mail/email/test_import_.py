"""Email/import (RFC 8621 §4.8)."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes.mail.email.import_ import EmailImport
from angarium.datatypes.mail.readings import Readings
from angarium.engine.access import Principal
from angarium.engine.ahead import Preparation
from angarium.engine.call import Call
from angarium.store.contract import BlobHash
from tests.datatypes.mail.desk import Desk, octets

CORPUS = Path(__file__).parents[5] / "shared" / "corpora" / "mail"


def refused(ann: Desk, **given: Any) -> Any:
    given = {"mailboxIds": {ann.box("inbox"): True}, **given}
    return ann.call("Email/import", emails={"new": given})["notCreated"]["new"]


def test_created_has_the_four_properties_of_the_rfc(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets())
    before = ann.call("Email/get", ids=[])["state"]
    answer = ann.call("Email/import", emails={"e": {"blobId": blob, "mailboxIds": {ann.box("inbox"): True}}})
    made = answer["created"]["e"]
    assert set(made) == {"id", "blobId", "threadId", "size"}
    assert (made["blobId"], made["size"]) == (blob, len(octets()))
    assert answer["notCreated"] is None
    assert (answer["oldState"], answer["newState"]) == (before, ann.call("Email/get", ids=[])["state"])


def test_octets_are_kept_as_they_are(ann: Desk) -> None:
    data = b"subject: odd\nX: \xff\x00\n\nbare LF\nand \x80 octets"
    assert ann.download(ann.email(ann.put(data), "blobId")["blobId"]) == data


def test_internationalized_addresses_are_read(ann: Desk) -> None:
    data = "From: Пётр <пётр@пример.рф>\r\nTo: 山田@例え.jp\r\nSubject: Grüße\r\n\r\nтекст".encode()
    email = ann.put(data)
    assert ann.email(email, "from", "to", "subject", "preview") == {
        "id": email,
        "from": [{"name": "Пётр", "email": "пётр@пример.рф"}],
        "to": [{"name": None, "email": "山田@例え.jp"}],
        "subject": "Grüße",
        "preview": "текст",
    }


def test_the_same_octets_twice_are_two_emails(ann: Desk) -> None:
    one, two = ann.put(octets()), ann.put(octets())
    assert one != two
    assert ann.update(one, {"keywords/a": True}) is None
    assert ann.email(two, "keywords")["keywords"] == {}


def test_received_at_is_given_or_that_of_the_newest_received_or_now(ann: Desk) -> None:
    received = octets(Received="from a by b; Wed, 02 Sep 2026 03:04:05 +0200")
    assert ann.email(ann.put(received, receivedAt="1999-01-01T00:00:00Z"), "receivedAt")["receivedAt"].startswith(
        "1999"
    )
    assert ann.email(ann.put(received), "receivedAt")["receivedAt"] == "2026-09-02T01:04:05Z"
    assert ann.email(ann.put(octets()), "receivedAt")["receivedAt"] == "2026-09-21T14:13:20Z"


def test_a_received_time_that_cannot_be_is_ignored(ann: Desk) -> None:
    for date in ("Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 1900 00:00:00 +0000", "never"):
        email = ann.put(octets(Received=f"from a by b; {date}"))
        assert ann.email(email, "receivedAt")["receivedAt"] == "2026-09-21T14:13:20Z"


def test_messages_that_are_too_large_together_are_refused_one_by_one(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets(body="x" * 30_000_000))
    given = {"blobId": blob, "mailboxIds": {ann.box("inbox"): True}}
    answer = ann.call("Email/import", emails={f"e{at}": given for at in range(7)})
    assert len(answer["created"]) == 6
    assert answer["notCreated"]["e6"]["type"] == "rateLimit"


def test_times_before_1970_are_times(ann: Desk) -> None:
    email = ann.put(octets(), receivedAt="1969-07-20T20:17:40Z")
    assert ann.email(email, "receivedAt")["receivedAt"] == "1969-07-20T20:17:40Z"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["blobId"]),
        ({"blobId": 7}, ["blobId"]),
        ({"blobId": "b" + "0" * 64}, ["blobId"]),
        ({"blobId": "x", "mailboxIds": {}}, ["mailboxIds"]),
        ({"blobId": "x", "mailboxIds": {"B999999": True}}, ["mailboxIds"]),
        ({"blobId": "x", "mailboxIds": {"#none": True}}, ["mailboxIds"]),
        ({"blobId": "x", "mailboxIds": None, "keywords": {"(": True}}, ["mailboxIds", "keywords"]),
        ({"blobId": "x", "receivedAt": "now"}, ["receivedAt"]),
        ({"blobId": "x", "subject": "y"}, ["subject"]),
    ],
)
def test_what_is_wrong_is_named(ann: Desk, given: dict[str, Any], names: list[str]) -> None:
    error = refused(ann, **given)
    assert (error["type"], error["properties"]) == ("invalidProperties", names)


@pytest.mark.parametrize("data", [b"", b"no header at all", b"\r\n\r\nbody only"])
def test_only_what_has_no_header_is_no_email(ann: Desk, data: bytes) -> None:
    assert refused(ann, blobId=ann.harness.upload(ann.user, data))["type"] == "invalidEmail"


def test_one_refusal_leaves_the_others_alone(ann: Desk) -> None:
    good, bad = ann.harness.upload(ann.user, octets()), ann.harness.upload(ann.user, b"bad")
    box = {ann.box("inbox"): True}
    answer = ann.call(
        "Email/import", emails={"g": {"blobId": good, "mailboxIds": box}, "b": {"blobId": bad, "mailboxIds": box}}
    )
    assert (list(answer["created"]), list(answer["notCreated"])) == (["g"], ["b"])


def test_another_state_is_state_mismatch(ann: Desk) -> None:
    assert ann.error("Email/import", ifInState="99999", emails={})["type"] == "stateMismatch"
    state = ann.call("Email/get", ids=[])["state"]
    assert ann.call("Email/import", ifInState=state, emails={})["created"] is None


def test_an_imported_email_can_be_named_by_its_creation_id(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets())
    given = {"emails": {"new": {"blobId": blob, "mailboxIds": {ann.box("inbox"): True}}}}
    _, (_, got) = ann.harness.responses(
        ann.user, ("Email/import", given), ("Email/get", {"ids": ["#new"], "properties": ["subject"]})
    )
    assert got["list"][0]["subject"] == "Hello"


def test_a_nested_message_can_be_imported(ann: Desk) -> None:
    outer = b"Subject: outer\r\nContent-Type: message/rfc822\r\n\r\n" + octets("inner")
    part = ann.email(ann.put(outer), "attachments")["attachments"][0]["blobId"]
    made = ann.call("Email/import", emails={"e": {"blobId": part, "mailboxIds": {ann.box("inbox"): True}}})
    email = ann.email(made["created"]["e"]["id"], "subject", "blobId")
    assert email["subject"] == "inner"
    assert ann.download(email["blobId"]) == octets("inner")


def test_an_account_that_may_only_be_read_takes_no_import(ann: Desk) -> None:
    bob = ann.harness.share(ann.user, ann.harness.user("bob"), read_only=True)
    arguments = {"accountId": ann.account, "emails": {}}
    assert ann.harness.error(bob, "Email/import", arguments)["type"] == "accountReadOnly"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="needs the shared corpora")
def test_real_mail_is_imported_shown_and_given_back(ann: Desk) -> None:
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file())
    refused = 0
    for path in files:
        data = path.read_bytes()
        given = {"blobId": ann.harness.upload(ann.user, data), "mailboxIds": {ann.box("inbox"): True}}
        answer = ann.call("Email/import", emails={"new": given})
        if answer["created"] is None:
            assert answer["notCreated"]["new"]["type"] == "invalidEmail"
            refused += 1
            continue
        record = answer["created"]["new"]["id"]
        properties = [
            "blobId",
            "preview",
            "bodyStructure",
            "textBody",
            "htmlBody",
            "attachments",
            "bodyValues",
            "headers",
        ]
        email = ann.email(record, *properties, fetchAllBodyValues=True)
        assert ann.download(email["blobId"]) == data
        for part in [*email["textBody"], *email["attachments"]]:
            assert len(ann.download(part["blobId"])) == part["size"], path
    assert len(files) > 300
    assert refused <= 3
    assert ann.boxes()["Inbox"]["totalEmails"] == len(files) - refused


# --- read ahead ---


def ahead(ann: Desk, readings: Readings, emails: Any, user: Principal | None = None) -> bool:
    """Whether there was something to read ahead; it is read then."""
    user = user or ann.user
    work = EmailImport(readings).ahead(user, {"accountId": ann.account, "emails": emails})
    if work is None:
        return False
    with closing(Preparation(lambda *_: None, [], ann.harness.store.stage)) as preparation:
        access = user.accounts[ann.account]
        ann.harness.store.read(
            lambda view: work(Call(ann.harness.engine.context(user, view, None), "", {}, access), preparation)
        )
    return True


def blob_hash(blob: str) -> BlobHash:
    return BlobHash(blob[1:])


def test_messages_are_read_ahead_once(ann: Desk) -> None:
    blobs = [ann.harness.upload(ann.user, data) for data in (octets(), b"no field at all", octets(body="two"))]
    readings, emails = Readings(), {blob: {"blobId": blob} for blob in blobs}
    assert ahead(ann, readings, emails)
    assert [bool(readings.get(ann.user.id, blob_hash(blob))) for blob in blobs] == [True, False, True]
    assert not ahead(ann, readings, {"e": {"blobId": blobs[0]}})


def test_nobody_reads_ahead_what_may_not_be_read(ann: Desk) -> None:
    blob, bob = ann.harness.upload(ann.user, octets()), ann.harness.user("bob")
    seen = ann.harness.share(ann.user, bob)
    reader = ann.harness.share(ann.user, bob, read_only=True)
    readings, emails = Readings(), {"e": {"blobId": blob}}
    assert not ahead(ann, readings, emails, bob)  # who does not see the account
    assert not ahead(ann, readings, emails, reader)
    assert ahead(ann, readings, emails, seen)  # the upload is Ann's
    assert readings.get(bob.id, blob_hash(blob)) is None


@pytest.mark.parametrize("emails", [None, 5, [{}], {}, {"e": 5}, {"e": {"blobId": 5}}, {"e": {"blobId": "b0_1-2"}}])
def test_arguments_that_name_no_whole_blob_give_nothing_to_read_ahead(ann: Desk, emails: Any) -> None:
    assert not ahead(ann, Readings(), emails)


def test_what_was_read_ahead_is_refused_to_who_may_not_read_it_any_more(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets())
    assert refused(ann, blobId=blob, mailboxIds={"B999": True})["properties"] == ["mailboxIds"]  # it was read by then
    ann.harness.store.write(lambda view: view.blobs.collect(ann.harness.now // 1000 + 7200)).result()
    assert refused(ann, blobId=blob)["properties"] == ["blobId"]


def test_a_part_of_a_message_is_imported(ann: Desk) -> None:
    inner = octets("Inside")
    outer = octets(Content_Type="message/rfc822").partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + inner
    email = ann.put(outer)
    part = ann.email(email, "attachments")["attachments"][0]["blobId"]
    given = {"blobId": part, "mailboxIds": {ann.box("inbox"): True}}
    made = ann.call("Email/import", emails={"e": given})["created"]["e"]
    assert ann.email(made["id"], "subject")["subject"] == "Inside"
    assert ann.download(made["blobId"]) == inner
