"""Two accounts: the owner's, full of things, and that of one who asks for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from angarium.datatypes import quotas
from angarium.engine.access import Principal
from angarium.store.contract import Allowance
from tests.access.probes import Asker, Ids
from tests.harness import Harness

SECRET = (
    b"From: owner@example.com\r\nSubject: secret\r\nMessage-ID: <%d@example.com>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nthe secret text\r\n'
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nthe secret attachment\r\n--b--\r\n"
)
ENVELOPE = {
    "mailFrom": {"email": "owner@example.com", "parameters": {"HOLDFOR": "86400"}},
    "rcptTo": [{"email": "owner@example.com"}],
}
PUSH = {"deviceClientId": "the owner's", "url": "https://push.example.com/secret"}
SECOND = "-20300108T090000"
"""What follows the id of an event in that of its second instance."""

OWN = b"From: asker@example.com\r\nSubject: my mail\r\n\r\nmine\r\n"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The engine, who owns, who asks, and what may be asked for."""

    engine: Harness
    owner: Principal
    asker: Principal
    real: Ids
    absent: Ids
    own: Asker
    inside: Asker


@pytest.fixture(scope="package")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    engine = Harness(tmp_path_factory.mktemp("access") / "data")
    try:
        yield filled(engine)
    finally:
        engine.close()


def filled(engine: Harness) -> Accounts:
    """Two accounts in an engine, made anew."""
    owner, asker = engine.user("owner"), engine.user("asker")
    # Ids count changes: after so many, those made below are beyond any that the asker's account has.
    boxes = [engine.call(owner, "Mailbox/set", {"create": {"a": {"name": f"box {number}"}}}) for number in range(120)]
    mailbox = boxes[-1]["created"]["a"]["id"]
    engine.call(owner, "Mailbox/set", {"create": {"a": {"name": "child", "parentId": mailbox}}})
    first = _imported(engine, owner, SECRET % 1, mailbox)
    parts = engine.call(owner, "Email/get", {"ids": [first["id"]], "properties": ["attachments", "threadId", "blobId"]})
    email = parts["list"][0]
    identity = _identity(engine, owner, "owner")
    sent = {"emailId": first["id"], "identityId": identity, "envelope": ENVELOPE}
    submission = engine.call(owner, "EmailSubmission/set", {"create": {"a": sent}})["created"]["a"]["id"]
    real = Ids(
        account=engine.account(owner),
        mailbox=mailbox,
        email=first["id"],
        thread=email["threadId"],
        blob=email["blobId"],
        part=email["attachments"][0]["blobId"],
        upload=engine.upload(owner, b"Subject: not sent yet\r\n\r\nsecret draft\r\n"),
        quota=_limited(engine, owner),
        identity=identity,
        submission=submission,
        book=engine.call(owner, "AddressBook/set", {"create": {"a": {"name": "secret"}}})["created"]["a"]["id"],
        card="",
        push=engine.call(owner, "PushSubscription/set", {"create": {"a": PUSH}})["created"]["a"]["id"],
        calendar=engine.call(owner, "Calendar/set", {"create": {"a": {"name": "secret"}}})["created"]["a"]["id"],
        event="",
        instance="",
        participant=_participant(engine, owner),
        notification="",
    )
    real = replace(real, card=_card(engine, owner, real.book), event=_event(engine, owner, real.calendar))
    real = replace(real, instance=real.event + SECOND, notification=engine.noted(owner, real.event))
    own_mailbox = engine.call(asker, "Mailbox/get", {"properties": ["role"]})["list"][0]["id"]
    own_email = _imported(engine, asker, OWN, own_mailbox)["id"]
    own_identity = _identity(engine, asker, "asker")
    book, calendar = _default(engine, asker, "AddressBook"), _default(engine, asker, "Calendar")
    card, event = _card(engine, asker, book), _event(engine, asker, calendar)
    own = Asker(engine.account(asker), own_mailbox, own_email, own_identity, book, card, calendar, event)
    other = _imported(engine, owner, b"Subject: another of the owner's\r\n\r\nmail\r\n", mailbox)
    book, calendar = _default(engine, owner, "AddressBook"), _default(engine, owner, "Calendar")
    card, event = _card(engine, owner, book), _event(engine, owner, calendar)
    inside = Asker(real.account, mailbox, other["id"], identity, book, card, calendar, event)
    return Accounts(engine, owner, asker, real, absent(real), own, inside)


def _default(engine: Harness, user: Principal, kind: str) -> str:
    default: str = engine.call(user, f"{kind}/get", {"properties": []})["list"][0]["id"]
    return default


def _event(engine: Harness, user: Principal, calendar: str) -> str:
    event = {
        "calendarIds": {calendar: True},
        "title": "secret",
        "start": "2030-01-01T09:00:00",
        "recurrenceRule": {"frequency": "weekly"},
    }
    record: str = engine.call(user, "CalendarEvent/set", {"create": {"a": event}})["created"]["a"]["id"]
    return record


def _participant(engine: Harness, user: Principal) -> str:
    create = {"a": {"calendarAddress": "mailto:owner+secret@example.com"}}
    record: str = engine.call(user, "ParticipantIdentity/set", {"create": create})["created"]["a"]["id"]
    return record


def _card(engine: Harness, user: Principal, book: str) -> str:
    create = {"a": {"addressBookIds": {book: True}, "name": {"full": "secret"}}}
    card: str = engine.call(user, "ContactCard/set", {"create": create})["created"]["a"]["id"]
    return card


def _limited(engine: Harness, user: Principal) -> str:
    key = user.accounts[engine.account(user)].key
    engine.store.write(lambda view: quotas.allow(view, key, Allowance(octets=1_000_000))).result()
    quota: str = engine.call(user, "Quota/get")["list"][0]["id"]
    return quota


def _identity(engine: Harness, user: Principal, name: str) -> str:
    given = {"email": f"{name}+secret@example.com", "textSignature": "secret"}
    created = engine.call(user, "Identity/set", {"create": {"a": given}})["created"]
    return str(created["a"]["id"])


def _imported(engine: Harness, user: Principal, message: bytes, mailbox: str) -> dict[str, str]:
    given = {"blobId": engine.upload(user, message), "mailboxIds": {mailbox: True}}
    answer = engine.call(user, "Email/import", {"emails": {"a": given}})
    created: dict[str, str] = answer["created"]["a"]
    return created


def absent(real: Ids) -> Ids:
    """Ids of the same form that name nothing: other digits where a number stands, another hash in a blob's name."""
    return Ids(
        account=real.account[0] + "9" * (len(real.account) - 1),
        mailbox=real.mailbox[0] + "9" * (len(real.mailbox) - 1),
        email=real.email[0] + "9" * (len(real.email) - 1),
        thread=real.thread[0] + "9" * (len(real.thread) - 1),
        blob=real.blob[0] + "0" * 64,
        part=real.part[0] + "1" * 64 + real.part[65:],
        upload=real.upload[0] + "2" * 64,
        quota=real.quota[0] + "9" * (len(real.quota) - 1),
        identity=real.identity[0] + "9" * (len(real.identity) - 1),
        submission=real.submission[0] + "9" * (len(real.submission) - 1),
        book=real.book[0] + "9" * (len(real.book) - 1),
        card=real.card[0] + "9" * (len(real.card) - 1),
        push=real.push[0] + "9" * (len(real.push) - 1),
        calendar=real.calendar[0] + "9" * (len(real.calendar) - 1),
        event=real.event[0] + "9" * (len(real.event) - 1),
        instance=real.event[0] + "9" * (len(real.event) - 1) + SECOND,
        participant=real.participant[0] + "9" * (len(real.participant) - 1),
        notification=real.notification[0] + "9" * (len(real.notification) - 1),
    )
