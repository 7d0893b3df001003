"""A message is taken once from each import of the same source, however often that is run."""

from angarium.datatypes.mail.ingest import new_message
from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.principals import User
from angarium.flows.bulk import Became, Incoming, take
from angarium.store.contract import Allowance, Store

TAKEN, THERE = Became.TAKEN, Became.THERE
A, B = b"Subject: a\r\n\r\n", b"Subject: b\r\n\r\n"


def run(store: Store, user: User, *messages: tuple[bytes, int | None]) -> list[Became]:
    inbox = store.read(lambda snapshot: records.with_role(snapshot.records, user.account, "inbox"))
    incoming = [Incoming(new_message(octets, [], [inbox or ""], 0), octets, passed) for octets, passed in messages]
    return store.write(lambda transaction: take(transaction, user.account, incoming)).result()


def test_what_the_account_has_is_skipped(store: Store, ann: User) -> None:
    assert run(store, ann, (A, 0), (B, 0)) == [TAKEN, TAKEN]
    assert run(store, ann, (A, 0), (B, 0)) == [THERE, THERE]


def test_a_message_that_the_source_holds_twice_is_taken_twice_and_then_skipped_twice(store: Store, ann: User) -> None:
    assert run(store, ann, (A, 0), (A, 0)) == [TAKEN, TAKEN]
    assert run(store, ann, (A, 0), (A, 0)) == [THERE, THERE]
    assert run(store, ann, (A, 0), (A, 0), (A, 0)) == [THERE, THERE, TAKEN]


def test_copies_are_counted_across_batches(store: Store, ann: User) -> None:
    assert run(store, ann, (A, 0)) == [TAKEN]
    assert run(store, ann, (A, None)) == [TAKEN]
    assert [run(store, ann, (A, passed)) for passed in (0, 1, 2)] == [[THERE], [THERE], [TAKEN]]


def test_octets_that_the_store_lost_meanwhile_are_added_from_a_view(store: Store, ann: User) -> None:
    inbox = store.read(lambda snapshot: records.with_role(snapshot.records, ann.account, "inbox")) or ""
    message = new_message(A, [], [inbox], 0)
    incoming = [Incoming(message, memoryview(A), 0)]
    assert store.write(lambda transaction: take(transaction, ann.account, incoming)).result() == [TAKEN]
    assert store.read(lambda snapshot: snapshot.blobs.open(message.blob)[:]) == A


def test_what_the_account_may_not_hold_is_told_and_spoils_nothing(store: Store, ann: User) -> None:
    store.write(lambda transaction: transaction.allow(ann.account, Allowance(octets=len(A) + 1))).result()
    large = b"Subject: large\r\n\r\n" + b"x" * 100
    assert run(store, ann, (large, 0), (A, 0), (B, 0)) == [Became.OVER_QUOTA, TAKEN, Became.OVER_QUOTA]
    assert run(store, ann, (A, 0), (B, 0)) == [THERE, Became.OVER_QUOTA]
