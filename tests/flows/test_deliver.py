"""Mail that comes in for users: where it goes, what is taken once, what is refused."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from angarium.datatypes import principals
from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.record import MailboxRecord
from angarium.datatypes.principals import Domains, User
from angarium.flows.deliver import Arrival, Delivered, Duplicate, Outcome, Pipeline, Refusal, Refused, arrival, deliver
from angarium.flows.provision import new_user
from angarium.formats.message import with_return_path
from angarium.store.contract import KEPT_SECONDS, Allowance, Store, Stored, StoreError, Transaction

NOW = 1_790_000_000_000
PIPELINE = Pipeline(Domains(("example.com",)))
LETTER = b"From: bob@example.net\r\nSubject: hello\r\n\r\nHow are you?\r\n"


def arrived(store: Store, octets: bytes = LETTER, sender: str = "bob@example.net", now: int = NOW) -> Arrival:
    stage = store.stage()
    stage.write(with_return_path(octets, sender))
    return arrival(sender, stage.finish(), now)


def send(store: Store, message: Arrival, address: str = "ann@example.com", pipeline: Pipeline = PIPELINE) -> Outcome:
    return store.write(lambda transaction: deliver(transaction, pipeline, message, address)).result()


def delivered(store: Store, message: Arrival, address: str = "ann@example.com") -> Delivered:
    outcome = send(store, message, address)
    assert isinstance(outcome, Delivered)
    return outcome


def emails(store: Store, user: User) -> list[Stored]:
    def read(snapshot: Transaction) -> list[Stored]:
        ids = orjson.loads(snapshot.messages.rows(user.account, None, ["id"])[0])
        return list(snapshot.messages.stored(user.account, [item["id"] for item in ids]).values())

    return store.write(read).result()


def mailbox(store: Store, user: User, name: str, parent: str | None = None) -> str:
    return store.write(lambda t: records.add(t, user.account, MailboxRecord(name, parent))).result()


def role(store: Store, user: User, wanted: str) -> str | None:
    return store.read(lambda snapshot: records.with_role(snapshot.records, user.account, wanted))


def test_mail_lands_in_the_inbox_with_its_return_path_at_the_time_of_delivery(store: Store, ann: User) -> None:
    delivered(store, arrived(store))
    (email,) = emails(store, ann)
    assert email.mailboxes == {role(store, ann, "inbox")}
    assert (email.keywords, email.received) == (frozenset(), NOW)
    content = store.read(lambda snapshot: bytes(snapshot.blobs.open(email.blob)[:]))
    assert content == b"Return-Path: <bob@example.net>\r\n" + LETTER


def test_one_message_to_many_users_is_one_blob(store: Store, ann: User) -> None:
    joe = store.write(lambda transaction: new_user(transaction, "joe", None, ["inbox"], 0)).result()
    message = arrived(store, LETTER + b"x" * 100_000)
    for address in ("ann@example.com", "joe@example.com"):
        delivered(store, message, address)
    assert emails(store, ann)[0].blob == emails(store, joe)[0].blob


@pytest.mark.parametrize("octets", [b"", b"\r\nbody", b"no header at all\r\n", b":\r\n\r\n", b"\xff\x00"])
def test_nothing_is_refused_for_what_it_says(store: Store, ann: User, octets: bytes) -> None:
    delivered(store, arrived(store, octets, sender=""))
    assert len(emails(store, ann)) == 1


@pytest.mark.parametrize("address", ["nobody@example.com", "ann@elsewhere.example", "", "@", "+@example.com", "ann@"])
def test_nobody_has_that_address(store: Store, ann: User, address: str) -> None:
    assert send(store, arrived(store), address) == Refused(Refusal.UNKNOWN)


def test_a_message_that_runs_in_circles_is_refused(store: Store, ann: User) -> None:
    received = b"Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\n"
    delivered(store, arrived(store, received * 49 + LETTER))
    assert send(store, arrived(store, received * 50 + LETTER)) == Refused(Refusal.LOOP)
    assert len(emails(store, ann)) == 1


def test_the_same_octets_within_a_day_are_taken_once(store: Store, ann: User) -> None:
    first = delivered(store, arrived(store))
    assert isinstance(send(store, arrived(store, now=NOW + 1000)), Duplicate)
    store.write(lambda transaction: transaction.messages.destroy(ann.account, first.email)).result()
    assert isinstance(send(store, arrived(store, now=NOW + 2000)), Duplicate)
    assert emails(store, ann) == []
    delivered(store, arrived(store, now=NOW + KEPT_SECONDS * 1000))
    delivered(store, arrived(store, sender="carl@example.net"))
    assert len(emails(store, ann)) == 2


def test_two_addresses_of_one_user_are_one_email_in_the_mailboxes_of_both(store: Store, ann: User) -> None:
    work = mailbox(store, ann, "Work")
    store.write(lambda t: principals.give(t, PIPELINE.domains, ann, "sales@example.com")).result()
    message = arrived(store)
    delivered(store, message)
    for address in ("sales@example.com", "ann+work@example.com", "ann+work@example.com"):
        assert isinstance(send(store, message, address), Duplicate)
    (email,) = emails(store, ann)
    assert email.mailboxes == {role(store, ann, "inbox"), work}


def test_a_refusal_of_the_store_leaves_no_trace_so_that_the_next_try_is_taken(store: Store, ann: User) -> None:
    def full(transaction: Transaction, message: Arrival, done: Delivered) -> None:
        raise StoreError("no room")

    with pytest.raises(StoreError, match="no room"):
        send(store, arrived(store), pipeline=replace(PIPELINE, stages=(full,)))
    assert emails(store, ann) == []
    delivered(store, arrived(store))


def test_a_user_who_holds_as_much_as_allowed_is_refused_until_there_is_room(store: Store, ann: User) -> None:
    store.write(lambda transaction: transaction.allow(ann.account, Allowance(None, 1))).result()
    first = delivered(store, arrived(store))
    for octets in (LETTER + b"small", LETTER + b"large" * 50_000):
        assert send(store, arrived(store, octets)) == Refused(Refusal.OVER_QUOTA)
    store.write(lambda transaction: transaction.messages.destroy(ann.account, first.email)).result()
    delivered(store, arrived(store, LETTER + b"small"))


def test_a_stage_hears_of_what_was_stored_and_of_nothing_else(store: Store, ann: User) -> None:
    heard: list[tuple[str, Delivered]] = []
    stage: Callable[[Transaction, Arrival, Delivered], None] = lambda _, a, d: heard.append((a.sender, d))  # noqa: E731
    pipeline = replace(PIPELINE, stages=(stage,))
    for address in ("ANN+x@Example.com", "ann+x@example.com", "nobody@example.com"):
        send(store, arrived(store), address, pipeline)
    ((sender, done),) = heard
    assert (sender, done.address, done.recipient.detail) == ("bob@example.net", "ANN+x@Example.com", "x")
    assert done.email == emails(store, ann)[0].id


def test_a_fault_in_a_stage_undoes_what_it_did_and_the_mail_stays(
    store: Store, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(transaction: Transaction, _arrived: Arrival, _delivered: Delivered) -> None:
        records.add(transaction, ann.account, MailboxRecord("half done"))
        raise ValueError("a fault")

    outcome = send(store, arrived(store), pipeline=replace(PIPELINE, stages=(faulty,)))
    assert isinstance(outcome, Delivered)
    assert [email.id for email in emails(store, ann)] == [outcome.email]
    names = store.read(lambda snapshot: [one.name for one in records.read_all(snapshot.records, ann.account).values()])
    assert "half done" not in names
    assert "a fault" in caplog.text


def test_a_user_without_an_inbox_gets_one(store: Store) -> None:
    bare = store.write(lambda transaction: new_user(transaction, "bare", None, [], 0)).result()
    first = delivered(store, arrived(store), "bare@example.com")
    second = delivered(store, arrived(store, LETTER + b"again"), "bare@example.com")
    assert first.mailbox == second.mailbox == role(store, bare, "inbox")
