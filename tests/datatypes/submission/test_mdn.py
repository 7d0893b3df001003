"""Notifications about what became of a message: sent to whoever asked, read from whoever sent one (RFC 9007)."""

from typing import Any

import pytest

from angarium.datatypes.submission import SUBMISSION
from angarium.datatypes.submission.mdn import MDN
from angarium.engine.limits import CORE
from angarium.formats.message import Notification, envelope, header_value, parse, read_notification
from angarium.store.contract import BlobHash
from tests.datatypes.submission.outbox import Outbox
from tests.harness import Harness

DISPLAYED = {"actionMode": "manual-action", "sendingMode": "mdn-sent-manually", "type": "displayed"}
SETS = {"#m": {"keywords/$mdnsent": True}}
ASKING = (
    b"From: Bo <bo@elsewhere.example>\r\nTo: ann@example.com\r\nSubject: World domination\r\n"
    b"Message-ID: <plan@elsewhere.example>\r\nDisposition-Notification-To: Bo <bo@elsewhere.example>\r\n"
    b"Original-Recipient: rfc822;sales@example.com\r\n\r\nThe plan is attached.\r\n"
)


def send(ann: Outbox, given: dict[str, Any], updates: Any = SETS, **more: Any) -> Any:
    """Every response of one MDN/send of one notification, called `m`."""
    arguments = {"identityId": ann.identity, "send": {"m": given}, "onSuccessUpdateEmail": updates, **more}
    return ann.engine.responses(ann.user, ("MDN/send", arguments))


def refused(ann: Outbox, given: dict[str, Any], updates: Any = SETS) -> Any:
    (_, answer), *rest = send(ann, given, updates)
    assert rest == []
    assert (answer["sent"], ann.items()) == (None, [])
    return answer["notSent"]["m"]


def waiting(ann: Outbox) -> tuple[Any, bytes]:
    """The one item that waits, with its octets."""
    (item,) = ann.items()
    return item, octets(ann, item.blob)


def octets(ann: Outbox, blob: BlobHash) -> bytes:
    return ann.engine.store.read(lambda snapshot: snapshot.blobs.open(blob)[:])


def read(data: bytes) -> Notification:
    told = read_notification(data, parse(data))
    assert told is not None
    return told


def test_who_asked_is_told_and_the_email_remembers_it(ann: Outbox) -> None:
    email = ann.imported(ASKING)
    given = {
        "forEmailId": email,
        "subject": "Read receipt for: World domination",
        "textBody": "It was shown.",
        "reportingUA": "joes-pc.cs.example.com; Foomail 97.1",
        "disposition": DISPLAYED,
        "extensionFields": {"EXTENSION-EXAMPLE": "example.com"},
    }
    (name, answer), (implied, updated) = send(ann, given)
    assert name == "MDN/send"
    assert answer["notSent"] is None
    assert answer["sent"]["m"] == {
        "includeOriginalMessage": False,
        "mdnGateway": None,
        "originalRecipient": "rfc822;sales@example.com",
        "finalRecipient": "rfc822; ann@example.com",
        "originalMessageId": "<plan@elsewhere.example>",
        "error": None,
    }
    assert (implied, updated["updated"]) == ("Email/set", {email: None})
    item, data = waiting(ann)
    assert (item.sender.email, [to.address.email for to in item.recipients]) == ("", ["bo@elsewhere.example"])
    headers = envelope(parse(data).headers)
    assert headers.from_ == [{"name": None, "email": "ann@example.com"}]
    assert headers.to == [{"name": None, "email": "bo@elsewhere.example"}]
    assert (headers.subject, headers.in_reply_to) == (given["subject"], ["plan@elsewhere.example"])
    assert header_value(parse(data).headers, "Auto-Submitted", "Text") is None
    assert read(data) == Notification(
        "manual-action",
        "mdn-sent-manually",
        "displayed",
        "rfc822; ann@example.com",
        text="It was shown.",
        reporting_ua="joes-pc.cs.example.com; Foomail 97.1",
        original_recipient="rfc822;sales@example.com",
        original_message_id="<plan@elsewhere.example>",
        extensions={"EXTENSION-EXAMPLE": "example.com"},
    )


def test_what_is_left_out_is_filled_in_and_told(ann: Outbox) -> None:
    disposition = {"actionMode": "automatic-action", "sendingMode": "mdn-sent-automatically", "type": "deleted"}
    (_, answer), _ = send(ann, {"forEmailId": ann.imported(ASKING), "disposition": disposition})
    made = answer["sent"]["m"]
    assert made["subject"] == "Deleted: World domination"
    assert "was deleted" in made["textBody"]
    assert (made["reportingUA"], made["extensionFields"]) == (None, None)
    _, data = waiting(ann)
    assert read(data).text == made["textBody"].rstrip("\n") + "\n"
    assert header_value(parse(data).headers, "Auto-Submitted", "Text") == "auto-replied"
    assert ASKING not in data


def test_the_original_comes_along_when_asked(ann: Outbox) -> None:
    given = {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED, "includeOriginalMessage": True}
    send(ann, given)
    assert ASKING in waiting(ann)[1]


def test_a_notification_is_sent_once(ann: Outbox) -> None:
    email = ann.imported(ASKING)
    given = {"forEmailId": email, "disposition": DISPLAYED}
    updates = {f"#{key}": {"keywords": {"$MDNSent": True}} for key in "ab"}
    arguments = {"identityId": ann.identity, "send": {"a": given, "b": given}, "onSuccessUpdateEmail": updates}
    answer = ann.engine.call(ann.user, "MDN/send", arguments)
    assert list(answer["sent"]) == ["a"]
    assert answer["notSent"]["b"]["type"] == "mdnAlreadySent"
    (_, again), *rest = send(ann, given)
    assert (again["notSent"]["m"]["type"], rest) == ("mdnAlreadySent", [])
    assert len(ann.items()) == 1


@pytest.mark.parametrize(
    "field",
    ["X-Other: x", "Disposition-Notification-To:", "Disposition-Notification-To: nobody", "Return-Receipt-To: a@b"],
)
def test_who_did_not_ask_is_not_told(ann: Outbox, field: str) -> None:
    email = ann.imported(f"Subject: x\r\n{field}\r\n\r\nx\r\n".encode())
    assert refused(ann, {"forEmailId": email, "disposition": DISPLAYED})["type"] == "notFound"


def test_an_email_that_is_not_there_is_not_found(ann: Outbox) -> None:
    assert refused(ann, {"forEmailId": "M999", "disposition": DISPLAYED})["type"] == "notFound"
    assert refused(ann, {"forEmailId": "#nothing", "disposition": DISPLAYED})["type"] == "notFound"


def test_nothing_is_told_about_a_notification(ann: Outbox) -> None:
    send(ann, {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED})
    (item,) = ann.items()
    email = ann.imported(b"Disposition-Notification-To: bo@elsewhere.example\r\n" + octets(ann, item.blob))
    (_, answer), *_ = send(ann, {"forEmailId": email, "disposition": DISPLAYED})
    assert answer["notSent"]["m"]["type"] == "forbidden"


def test_more_than_a_few_are_not_told(ann: Outbox) -> None:
    askers = ", ".join(f"u{number}@elsewhere.example" for number in range(11))
    email = ann.imported(f"Disposition-Notification-To: {askers}\r\n\r\nx\r\n".encode())
    assert refused(ann, {"forEmailId": email, "disposition": DISPLAYED})["type"] == "forbidden"


@pytest.mark.parametrize(
    ("final", "told"),
    [
        ("rfc822; ann+x@example.com", "rfc822; ann+x@example.com"),
        ("ann@example.com", "rfc822; ann@example.com"),
        ("RFC822;ANN@example.com", "RFC822;ANN@example.com"),
    ],
)
def test_the_recipient_may_be_any_address_of_the_user(ann: Outbox, final: str, told: str) -> None:
    send(ann, {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED, "finalRecipient": final})
    assert read(waiting(ann)[1]).final_recipient == told


@pytest.mark.parametrize(
    "final", ["rfc822; bo@elsewhere.example", "bo@elsewhere.example", "x400; ann", "rfc822;", "; ", ""]
)
def test_the_recipient_cannot_be_anyone_else(ann: Outbox, final: str) -> None:
    given = {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED, "finalRecipient": final}
    assert refused(ann, given)["type"] == "forbiddenFrom"


@pytest.mark.parametrize(
    "updates",
    [
        None,
        {},
        {"#m": {}},
        {"#m": {"keywords/$seen": True}},
        {"#m": {"keywords/$mdnsent": None}},
        {"#m": {"keywords": {"$seen": True}}},
        {"#other": {"keywords/$mdnsent": True}},
        {**SETS, "#other": {"keywords/$mdnsent": True}},
    ],
)
def test_the_keyword_must_be_set(ann: Outbox, updates: Any) -> None:
    given = {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED}
    ((name, error),) = send(ann, given, updates)
    assert (name, error["type"], ann.items()) == ("error", "invalidArguments", [])


@pytest.mark.parametrize(
    "more",
    [
        {"mailboxIds": {"nowhere": True}},
        {"keywords/not one": True},
        {"keywords": {"$seen": True}},
        {"subject": "Another"},
        {"keywords/$mdnsent/more": True},
    ],
)
def test_what_was_sent_is_remembered_also_when_the_patch_fails(ann: Outbox, more: dict[str, Any]) -> None:
    email = ann.imported(ASKING)
    given = {"forEmailId": email, "disposition": DISPLAYED}
    updates = {"#m": {"keywords/$mdnsent": True, **more}}
    (_, answer), (_, updated) = send(ann, given, updates)
    assert (list(answer["sent"]), list(updated["notUpdated"])) == (["m"], [email])
    ((_, again),) = send(ann, given, updates)
    assert again["notSent"]["m"]["type"] == "mdnAlreadySent"
    assert len(ann.items()) == 1


def test_an_identity_or_an_account_that_is_not_there_refuses_the_call(ann: Outbox) -> None:
    given = {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED}
    ((_, error),) = send(ann, given, identityId="I999")
    assert error["type"] == "invalidArguments"
    ((_, error),) = send(ann, given, accountId="a999")
    assert error["type"] == "accountNotFound"


def test_the_capability_of_mail_must_be_used_too(ann: Outbox) -> None:
    given = {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED}
    arguments = {"accountId": ann.engine.account(ann.user), "identityId": ann.identity, "send": {"m": given}}
    call = ["MDN/send", {**arguments, "onSuccessUpdateEmail": SETS}, "c"]
    answer = ann.engine.request(ann.user, [call], using=[CORE, MDN, SUBMISSION])["methodResponses"]
    assert answer[0][1]["type"] == "invalidArguments"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"forEmailId": None}, "forEmailId"),
        ({"disposition": None}, "disposition"),
        ({"disposition": {**DISPLAYED, "type": "eaten"}}, "disposition/type"),
        ({"disposition": {**DISPLAYED, "actionMode": "Manual-Action"}}, "disposition/actionMode"),
        ({"disposition": {"type": "displayed"}}, "disposition/actionMode"),
        ({"subject": "a\r\nBcc: all@example.net"}, "subject"),
        ({"subject": 5}, "subject"),
        ({"reportingUA": "x\nDisposition: y"}, "reportingUA"),
        ({"finalRecipient": "rfc822; ann@example.com\r\nX: y"}, "finalRecipient"),
        ({"textBody": "a\0b"}, "textBody"),
        ({"textBody": "x" * 100_001}, "textBody"),
        ({"extensionFields": {"X\r\nY": "z"}}, "extensionFields/X\r\nY"),
        ({"extensionFields": {"X": "y\r\nZ: z"}}, "extensionFields/X"),
        ({"extensionFields": {"Disposition": "x"}}, "extensionFields/Disposition"),
        ({"extensionFields": {f"X{number}": "x" for number in range(101)}}, "extensionFields"),
        ({"includeOriginalMessage": "yes"}, "includeOriginalMessage"),
        ({"originalMessageId": "<x@y>"}, "originalMessageId"),
        ({"error": ["x"]}, "error"),
        ({"extension": {}}, "extension"),
    ],
)
def test_what_is_wrong_is_named(ann: Outbox, change: dict[str, Any], path: str) -> None:
    error = refused(ann, {"forEmailId": ann.imported(ASKING), "disposition": DISPLAYED, **change})
    assert (error["type"], error["properties"]) == ("invalidProperties", [path])


def test_what_was_sent_reads_back_as_the_email_that_it_is_about(engine: Harness, ann: Outbox) -> None:
    """A notification that comes back is about the email that was sent under its Message-ID."""
    email = ann.draft(messageId=["mine@example.com"])
    ann.sent(email)
    notice = (
        b"Subject: Read: lunch\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        b"--b\r\n\r\nIt was read.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Final-Recipient: rfc822; bo@elsewhere.example\r\nOriginal-Message-ID: <mine@example.com>\r\n"
        b"Disposition: Manual-Action/MDN-sent-manually; Displayed\r\nError: one\r\nError: two\r\nX-Mood: good\r\n"
        b"--b--\r\n"
    )
    blobs = [engine.upload(ann.user, content) for content in (notice, ASKING, b"\r\n")]
    answer = engine.call(ann.user, "MDN/parse", {"blobIds": [*blobs, "b" + "0" * 64]})
    assert answer["parsed"] == {
        blobs[0]: {
            "forEmailId": email,
            "subject": "Read: lunch",
            "textBody": "It was read.",
            "includeOriginalMessage": False,
            "reportingUA": None,
            "disposition": DISPLAYED,
            "mdnGateway": None,
            "originalRecipient": None,
            "finalRecipient": "rfc822; bo@elsewhere.example",
            "originalMessageId": "<mine@example.com>",
            "error": ["one", "two"],
            "extensionFields": {"X-Mood": "good"},
        }
    }
    assert (answer["notParsable"], answer["notFound"]) == (blobs[1:], ["b" + "0" * 64])


def test_an_unknown_original_is_about_no_email(engine: Harness, ann: Outbox) -> None:
    notice = (
        b"Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; bo@elsewhere.example\r\n"
        b"Original-Message-ID: <other@example.com>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    blob = engine.upload(ann.user, notice)
    assert engine.call(ann.user, "MDN/parse", {"blobIds": [blob]})["parsed"][blob]["forEmailId"] is None


def test_one_call_parses_only_so_many(engine: Harness, ann: Outbox) -> None:
    blobs = [f"b{number:064x}" for number in range(101)]
    assert engine.error(ann.user, "MDN/parse", {"blobIds": blobs})["type"] == "requestTooLarge"
