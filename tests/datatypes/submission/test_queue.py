"""The queue: what waits comes back as it was put in, and its octets live exactly as long."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from angarium.datatypes.submission import Address, Envelope, enqueue, queue
from angarium.datatypes.submission.queue import Destination, Fate, QueueItem
from angarium.store.contract import QUEUE, AccountKey, BlobHash, StateChange, Store, Transaction

NOW = 1_790_000_000_000
ENVELOPE = Envelope(
    Address("ann@example.com", {"RET": "HDRS", "ENVID": "a b"}),
    (Address("bo@example.org", {"NOTIFY": "NEVER"}), Address("cy@example.net")),
)


def put(account: AccountKey, submission: str | None = None, **more: int) -> Callable[[Transaction], str]:
    def job(transaction: Transaction) -> str:
        blob = transaction.blobs.add(b"Subject: x\r\n\r\nhello\r\n")
        return enqueue(transaction, account, ENVELOPE, blob, NOW, submission=submission, **more)

    return job


def only(store: Store) -> QueueItem:
    (item,) = store.read(queue.read)
    return item


def test_an_item_comes_back_as_it_was_put_in(store: Store, account: AccountKey) -> None:
    record = store.write(put(account, "S7", release=NOW + 5)).result()
    item = only(store)
    assert item == QueueItem(
        record,
        account,
        ENVELOPE.mail_from,
        tuple(Destination(address) for address in ENVELOPE.rcpt_to),
        item.blob,
        21,
        NOW,
        NOW + 5,
        NOW + 5,
        submission="S7",
    )
    assert item.waiting == item.recipients


def test_what_is_kept_is_what_is_read(store: Store, account: AccountKey) -> None:
    store.write(put(account)).result()
    before = only(store)
    after = replace(
        before,
        attempts=3,
        taken=True,
        due=NOW + 9,
        recipients=(replace(before.recipients[0], fate=Fate.RELAYED, reply="250 2.0.0 ok"), before.recipients[1]),
    )
    store.write(lambda transaction: queue.keep(transaction, after)).result()
    assert only(store) == after
    assert only(store).waiting == (before.recipients[1],)


def test_an_item_is_found_by_its_submission_in_its_account_alone(store: Store, account: AccountKey) -> None:
    store.write(put(account, "S7")).result()
    assert store.read(lambda snapshot: queue.of_submission(snapshot, account, "S7")) == only(store)
    assert store.read(lambda snapshot: queue.of_submission(snapshot, AccountKey(account + 1), "S7")) is None
    assert store.read(lambda snapshot: queue.of_submission(snapshot, account, "S8")) is None


def test_the_octets_stay_while_the_item_does_and_go_with_it(store: Store, account: AccountKey) -> None:
    store.write(put(account)).result()
    item = only(store)

    def there() -> bool:
        store.write(lambda transaction: transaction.blobs.collect(NOW // 1000 + 100_000)).result()
        return store.read(lambda snapshot: snapshot.blobs.size(item.blob)) is not None

    assert there()
    store.write(lambda transaction: queue.remove(transaction, item)).result()
    assert store.read(queue.read) == []
    assert not there()


def test_nothing_is_put_in_without_its_octets(store: Store, account: AccountKey) -> None:
    with pytest.raises(KeyError):
        store.write(lambda transaction: enqueue(transaction, account, ENVELOPE, BlobHash("0" * 64), NOW)).result()
    assert store.read(queue.read) == []


def test_the_news_of_an_item_is_of_the_queue_and_of_no_account(store: Store, account: AccountKey) -> None:
    news: list[StateChange] = []
    stop = store.subscribe(news.extend)
    store.write(put(account)).result()
    stop()
    assert [(change.account, set(change.changed)) for change in news] == [(QUEUE, {queue.KIND})]
    assert QUEUE not in store.read(lambda snapshot: snapshot.accounts())


def test_trying_at_once_does_not_release_what_is_held(store: Store, account: AccountKey) -> None:
    store.write(put(account, release=NOW + 60_000)).result()
    assert queue.now_due(only(store), NOW).due == NOW + 60_000
    assert queue.now_due(only(store), NOW + 90_000).due == NOW + 90_000
