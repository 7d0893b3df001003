"""EmailSubmission/set: what goes into the queue, what comes out of it again, and what is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.datatypes.submission import Sending, queue
from angarium.datatypes.submission.queue import Fate
from angarium.engine.limits import Limits
from angarium.formats.primitives import format_utc
from angarium.store.contract import Transaction
from tests.datatypes.submission.outbox import Outbox, envelope
from tests.harness import DOMAINS, NOW, Harness, mail_server

BO = "bo@elsewhere.example"
QUEUED = {"smtpReply": "250 2.1.5 waiting to be sent", "delivered": "queued", "displayed": "unknown"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Outbox]:
    """A user of a server that sends little."""
    sending = Sending(DOMAINS, relay=True, max_size=1_000, max_delay=60, recipients_per_hour=3)
    engine = Harness(tmp_path / "small", served=mail_server(Limits(), sending))
    yield Outbox(engine, engine.user("ann"))
    engine.close()


def update(ann: Outbox, record: str, **patch: Any) -> Any:
    return ann.engine.call(ann.user, "EmailSubmission/set", {"update": {record: patch}})


def test_a_submission_tells_what_was_made_of_it_and_waits_in_the_queue(ann: Outbox) -> None:
    email = ann.draft()
    made = ann.sent(email)
    thread = ann.engine.call(ann.user, "Email/get", {"ids": [email]})["list"][0]["threadId"]
    assert made == {
        "id": made["id"],
        "threadId": thread,
        "envelope": {
            "mailFrom": {"email": "ann@example.com", "parameters": None},
            "rcptTo": [{"email": BO, "parameters": None}],
        },
        "sendAt": "2026-09-21T14:13:20Z",
        "undoStatus": "pending",
        "deliveryStatus": {BO: QUEUED},
        "dsnBlobIds": [],
        "mdnBlobIds": [],
    }
    assert ann.submission(made["id"]) == {**made, "identityId": ann.identity, "emailId": email}
    (item,) = ann.items()
    assert (item.created, item.release, item.due, item.taken, item.attempts) == (NOW, NOW, NOW, False, 0)


def test_what_leaves_has_no_bcc_and_whole_lines(ann: Outbox) -> None:
    message = b"From: ann@example.com\nTo: bo@elsewhere.example\nBcc: cy@elsewhere.example\nMessage-ID: <1@x>\n"
    ann.sent(ann.imported(message + b"Date: Mon, 21 Sep 2026 14:13:20 +0000\n\nhello\n"))
    (item,) = ann.items()
    assert [known.address.email for known in item.recipients] == [BO, "cy@elsewhere.example"]
    assert ann.octets(item) == (
        b"From: ann@example.com\r\nTo: bo@elsewhere.example\r\nMessage-ID: <1@x>\r\n"
        b"Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n\r\nhello\r\n"
    )


def test_a_message_without_date_and_id_gets_them(ann: Outbox) -> None:
    ann.sent(ann.imported(b"From: ann@example.com\r\nTo: bo@elsewhere.example\r\n\r\nhello\r\n"))
    lines = ann.octets(ann.items()[0]).split(b"\r\n")
    assert lines[0] == b"Date: Mon, 21 Sep 2026 14:13:20 +0000"
    assert lines[1].startswith(b"Message-ID: <token")
    assert lines[1].endswith(b"@example.com>")


def test_a_draft_that_leaves_as_it_is_takes_no_second_place(ann: Outbox) -> None:
    email = ann.draft()
    ann.sent(email)
    blob = ann.engine.call(ann.user, "Email/get", {"ids": [email]})["list"][0]["blobId"]
    assert blob == f"b{ann.items()[0].blob}"


def test_destroying_the_email_changes_nothing(ann: Outbox) -> None:
    email = ann.draft()
    made = ann.sent(email)
    ann.engine.call(ann.user, "Email/set", {"destroy": [email]})
    ann.engine.store.write(lambda transaction: transaction.blobs.collect(NOW // 1000 + 10_000)).result()
    assert b"at noon" in ann.octets(ann.items()[0])
    assert ann.submission(made["id"])["emailId"] == email


def test_destroying_the_submission_stops_nothing(ann: Outbox) -> None:
    made = ann.sent(ann.draft())
    answer = ann.engine.call(ann.user, "EmailSubmission/set", {"destroy": [made["id"], "S999"]})
    assert answer["destroyed"] == [made["id"]]
    assert answer["notDestroyed"]["S999"]["type"] == "notFound"
    assert len(ann.items()) == 1


@pytest.mark.parametrize(
    ("parameters", "send_at"),
    [
        ({"HOLDFOR": "3600"}, NOW + 3_600_000),
        ({"holduntil": "2026-09-22T00:00:00Z"}, 1_790_035_200_000),
        ({"HOLDUNTIL": "2020-01-01T00:00:00Z"}, NOW),
    ],
)
def test_a_message_is_held_as_long_as_it_is_asked(ann: Outbox, parameters: Any, send_at: int) -> None:
    made = ann.sent(ann.draft(), envelope(BO, parameters=parameters))
    (item,) = ann.items()
    assert (item.release, item.due) == (send_at, send_at)
    assert made["sendAt"] == format_utc(send_at)
    assert made["undoStatus"] == "pending"


def test_what_is_pending_can_be_canceled_and_is_not_sent(ann: Outbox) -> None:
    made = ann.sent(ann.draft(), envelope(BO, parameters={"HOLDFOR": "60"}))
    assert update(ann, made["id"], undoStatus="canceled")["updated"] == {made["id"]: {"deliveryStatus": None}}
    assert ann.items() == []
    after = ann.submission(made["id"])
    assert (after["undoStatus"], after["deliveryStatus"]) == ("canceled", None)
    assert update(ann, made["id"], undoStatus="canceled")["updated"] == {made["id"]: None}


@pytest.mark.parametrize("how", ["taken", "relayed", "gone"])
def test_what_is_on_its_way_cannot_be_canceled(ann: Outbox, how: str) -> None:
    made = ann.sent(ann.draft())
    (item,) = ann.items()

    def job(transaction: Transaction) -> None:
        if how == "taken":
            queue.keep(transaction, replace(item, taken=True))
        elif how == "relayed":
            done = replace(item.recipients[0], fate=Fate.RELAYED, reply="250 2.0.0 ok")
            queue.keep(transaction, replace(item, recipients=(done,)))
        else:
            queue.remove(transaction, item)

    ann.engine.store.write(job).result()
    refused = update(ann, made["id"], undoStatus="canceled")["notUpdated"][made["id"]]
    assert refused["type"] == "cannotUnsend"
    assert ann.submission(made["id"])["undoStatus"] == "pending"


@pytest.mark.parametrize("value", ["final", "pending", "unsent", None, True])
def test_only_canceled_is_a_new_undo_status(ann: Outbox, value: Any) -> None:
    made = ann.sent(ann.draft())
    answer = update(ann, made["id"], undoStatus=value)
    if value in ("pending", None):  # what it is, and what it is by default
        assert answer["updated"] == {made["id"]: None}
    else:
        assert answer["notUpdated"][made["id"]]["properties"] == ["undoStatus"]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"undoStatus": "final"}, "undoStatus"),
        ({"emailId": "M999"}, "emailId"),
        ({"emailId": "#nothing"}, "emailId"),
        ({"identityId": "I999"}, "identityId"),
        ({"sendAt": "2026-01-01T00:00:00Z"}, "sendAt"),
        ({"envelopeId": "x"}, "envelopeId"),
        ({"envelope": {"mailFrom": {"email": "ann@example.com"}}}, "envelope/rcptTo"),
        ({"envelope": {"mailFrom": {"email": "x y"}, "rcptTo": [{"email": BO}]}}, "envelope/mailFrom/email"),
        ({"envelope": {"mailFrom": {"email": "ann@example.com"}, "rcptTo": [{"email": 7}]}}, "envelope/rcptTo/0/email"),
    ],
)
def test_a_property_that_is_wrong_is_named(ann: Outbox, given: Any, path: str) -> None:
    refused = ann.refused(given.pop("emailId", None) or ann.draft(), **given)
    assert (refused["type"], refused["properties"]) == ("invalidProperties", [path])


def test_an_identity_whose_address_is_gone_is_no_more_use(ann: Outbox) -> None:
    def owner(transaction: Transaction) -> User:
        user = principals.by_name(transaction, "ann@example.com")
        assert user is not None
        return user

    store = ann.engine.store
    store.write(lambda view: principals.give(view, DOMAINS, owner(view), "sales@example.com")).result()
    create = {"i": {"email": "sales@example.com"}}
    ann.identity = ann.engine.call(ann.user, "Identity/set", {"create": create})["created"]["i"]["id"]
    store.write(lambda view: principals.take(view, owner(view), "sales@example.com")).result()
    refused = ann.refused(ann.draft())
    assert refused["type"] == "forbiddenFrom"
    assert "sales@example.com" in refused["description"]


def test_a_message_that_is_too_large_is_refused_with_the_limit(small: Outbox) -> None:
    body = {"bodyValues": {"1": {"value": "x" * 2_000}}}
    refused = small.refused(small.draft(**body))
    assert (refused["type"], refused["maxSize"]) == ("tooLarge", 1_000)


def test_a_message_is_held_no_longer_than_the_server_says(small: Outbox) -> None:
    refused = small.refused(small.draft(), envelope(BO, parameters={"HOLDFOR": "61"}))
    assert refused["properties"] == ["envelope/mailFrom/parameters/HOLDFOR"]
    small.sent(small.draft(), envelope(BO, parameters={"HOLDFOR": "60"}))


def test_so_many_recipients_an_hour_and_no_more(small: Outbox) -> None:
    small.sent(small.draft(), envelope(BO, "cy@elsewhere.example"))
    answer = small.submit(small.draft(), envelope(BO, "cy@elsewhere.example"))
    assert answer["notCreated"]["s"]["type"] == "rateLimit"
    small.sent(small.draft())
    small.engine.now += 3_600_000
    small.sent(small.draft())


def test_a_draft_is_sent_in_the_request_that_makes_it(ann: Outbox) -> None:
    draft = {
        "mailboxIds": {ann.mailbox: True},
        "from": [{"email": "ann@example.com"}],
        "to": [{"email": BO}],
        "subject": "at once",
    }
    answers = ann.engine.responses(
        ann.user,
        ("Email/set", {"create": {"d": draft}}),
        ("EmailSubmission/set", {"create": {"s": {"identityId": ann.identity, "emailId": "#d"}}}),
    )
    email = answers[0][1]["created"]["d"]["id"]
    made = answers[1][1]["created"]["s"]
    assert ann.submission(made["id"])["emailId"] == email
    assert made["emailId"] == email


def test_who_may_write_to_an_account_sends_as_its_owner(engine: Harness, ann: Outbox) -> None:
    friend = engine.share(ann.user, engine.user("friend"))
    account = engine.account(ann.user)
    given = {"identityId": ann.identity, "emailId": ann.draft()}
    made = engine.call(friend, "EmailSubmission/set", {"accountId": account, "create": {"s": given}})
    assert made["created"]
    theirs = {"identityId": ann.identity, "emailId": ann.draft(**{"from": [{"email": "friend@example.com"}]})}
    refused = engine.call(friend, "EmailSubmission/set", {"accountId": account, "create": {"s": theirs}})
    assert refused["notCreated"]["s"]["type"] == "forbiddenFrom"


def test_who_may_only_read_an_account_sends_nothing_from_it(engine: Harness, ann: Outbox) -> None:
    reader = engine.share(ann.user, engine.user("reader"), read_only=True)
    given = {"identityId": ann.identity, "emailId": ann.draft()}
    account = engine.account(ann.user)
    error = engine.error(reader, "EmailSubmission/set", {"accountId": account, "create": {"s": given}})
    assert error["type"] == "accountReadOnly"
    assert ann.items() == []
