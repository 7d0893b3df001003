"""What every backend must do, as suites to subclass: a backend gives the fixture `store`, an empty store to write to.

The message index has its own suite; here an email is only something that references a blob and changes.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from angarium.store.contract import (
    ANSWERED_SECONDS,
    DIRECTORY,
    KEPT_SECONDS,
    METADATA,
    AccountKey,
    BlobHash,
    CannotCalculateChanges,
    Changes,
    NewMessage,
    Snapshot,
    State,
    StateChange,
    Store,
    TooSlow,
    Transaction,
)

T = TypeVar("T")

LARGE = bytes(range(256)) * 1024
HOUR = 3600
ROOM = 10**9


def done(store: Store, job: Callable[[Transaction], T]) -> T:
    """Write and wait for the commit."""
    return store.write(job).result(timeout=20)


def done_at_once(store: Store, job: Callable[[Transaction], T]) -> T:
    """Write on this thread, as soon as nobody else does and the disk is quick."""
    until = time.monotonic() + 20
    while True:
        try:
            return store.write_at_once(job)
        except TooSlow:
            assert time.monotonic() < until
            time.sleep(0.001)


def account_of(store: Store) -> AccountKey:
    return done(store, lambda transaction: transaction.create_account())


def hash_of(content: bytes) -> BlobHash:
    return BlobHash(hashlib.sha256(content).hexdigest())


def message(blob: BlobHash, subject: str = "weather") -> NewMessage:
    return NewMessage(
        blob=blob,
        size=1,
        received=1_700_000_000_000,
        sent=None,
        keywords=frozenset(),
        mailboxes=frozenset({"B1"}),
        metadata=dict.fromkeys(METADATA, b"null"),
        thread_ids=(subject,),
        thread_subject=subject,
        sort_subject=subject,
        sort_from="",
        sort_to="",
    )


class Refused(Exception):
    """What jobs in these tests raise on purpose."""


class RecordsSuite:
    """Records: documents, indexes, counts."""

    def test_a_record_reads_back_as_it_was_written(self, store: Store) -> None:
        account = account_of(store)
        value = '{"name":"Ångström \\u001e","n":[1,2]}'.encode()
        record = done(store, lambda t: t.records.create(account, "Mailbox", "B", value, {}))
        assert record.startswith("B")
        assert store.read(lambda s: s.records.get(account, "Mailbox", [record])) == {record: value}

    def test_records_come_in_order_of_creation_and_unknown_ids_are_left_out(self, store: Store) -> None:
        account = account_of(store)
        ids = [done(store, lambda t: t.records.create(account, "Mailbox", "B", b"{}", {})) for _ in range(12)]
        odd = ["", "B", "B0", "B01", "B-1", "B1 ", "X" + ids[0][1:], "B" + "9" * 30, "B١", "B1\x00", "Bad"]
        found = store.read(lambda s: s.records.get(account, "Mailbox", [*reversed(ids), *odd, ids[3]]))
        assert list(found) == ids
        assert list(store.read(lambda s: s.records.get(account, "Mailbox"))) == ids
        assert store.read(lambda s: [s.records.get(account, "Mailbox", [one]) for one in odd]) == [{}] * len(odd)
        assert store.read(lambda s: s.records.get(account, "Mailbox", [])) == {}

    def test_an_id_with_the_wrong_letter_does_not_stand_in_for_another(self, store: Store) -> None:
        account = account_of(store)
        first, second = done(store, lambda t: [t.records.create(account, "K", "B", b"{}", {}) for _ in range(2)])
        assert list(store.read(lambda s: s.records.get(account, "K", ["X" + first[1:], second]))) == [second]

    def test_records_are_found_by_index_until_it_changes(self, store: Store) -> None:
        account = account_of(store)
        first = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {"book": ["a", "b"], "n": [1]}))
        second = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {"book": ["b", "b"], "n": ["1"]}))

        def find(index: str, value: str | int) -> list[str]:
            return store.read(lambda s: s.records.find(account, "Card", index, value))

        assert (find("book", "b"), find("book", "a"), find("book", "c")) == ([first, second], [first], [])
        assert (find("n", 1), find("n", "1")) == ([first], [second])
        done(store, lambda t: t.records.update(account, "Card", first, b"{}", {"book": ["c"]}))
        assert (find("book", "b"), find("book", "c"), find("n", 1)) == ([second], [first], [])
        done(store, lambda t: t.records.destroy(account, "Card", second))
        assert find("book", "b") == []

    def test_accounts_and_kinds_do_not_see_each_other(self, store: Store) -> None:
        mine, other = account_of(store), account_of(store)
        record = done(store, lambda t: t.records.create(mine, "Card", "C", b"{}", {"i": [1]}))

        def look(account: AccountKey, kind: str) -> tuple[dict[str, bytes], list[str], int]:
            return store.read(
                lambda s: (
                    s.records.get(account, kind, [record]),
                    s.records.find(account, kind, "i", 1),
                    s.records.count(account, kind),
                )
            )

        assert look(mine, "Card") == ({record: b"{}"}, [record], 1)
        for account, kind in ((other, "Card"), (mine, "Mailbox"), (DIRECTORY, "Card")):
            assert look(account, kind) == ({}, [], 0)

    @pytest.mark.parametrize("change", ["update", "destroy"])
    def test_changing_a_record_that_is_not_there_is_an_error(self, store: Store, change: str) -> None:
        account = account_of(store)

        def job(transaction: Transaction) -> None:
            if change == "update":
                transaction.records.update(account, "Card", "C7", b"{}", {})
            else:
                transaction.records.destroy(account, "Card", "C7")

        with pytest.raises(KeyError):
            done(store, job)
        assert store.read(lambda s: s.state(account, "Card")) == 0

    def test_the_directory_holds_records_and_is_no_account(self, store: Store) -> None:
        user = done(store, lambda t: t.records.create(DIRECTORY, "User", "U", b"{}", {"name": ["joe"]}))
        assert store.read(lambda s: s.records.find(DIRECTORY, "User", "name", "joe")) == [user]
        assert store.read(lambda s: s.accounts()) == []


class ChangesSuite:
    """The change log."""

    def test_each_change_moves_the_state_of_its_type_alone(self, store: Store) -> None:
        account = account_of(store)
        card = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        before = store.read(lambda s: (s.state(account, "Card"), s.state(account, "Book")))
        done(store, lambda t: t.records.create(account, "Book", "A", b"{}", {}))
        done(store, lambda t: t.records.update(account, "Card", card, b"{}", {}))
        after = store.read(lambda s: (s.state(account, "Card"), s.state(account, "Book")))
        assert before[1] == 0
        assert after[0] > after[1] > before[0] > 0

    def test_a_transaction_sees_the_states_it_has_reached(self, store: Store) -> None:
        account = account_of(store)

        def job(transaction: Transaction) -> tuple[State, Changes]:
            transaction.records.create(account, "Card", "C", b"{}", {})
            return transaction.state(account, "Card"), transaction.changes(account, "Card", State(0))

        state, changes = done(store, job)
        assert state == changes.new_state == store.read(lambda s: s.state(account, "Card"))
        assert len(changes.created) == 1

    def test_an_object_created_and_changed_since_is_created(self, store: Store) -> None:
        account = account_of(store)
        card = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        done(store, lambda t: t.records.update(account, "Card", card, b"{}", {}))
        assert self._lists(store, account, 0) == ([card], [], [])

    def test_an_object_created_and_destroyed_since_is_left_out(self, store: Store) -> None:
        account = account_of(store)
        card = done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        alive = store.read(lambda s: s.state(account, "Card"))
        done(store, lambda t: t.records.destroy(account, "Card", card))
        assert self._lists(store, account, 0) == ([], [], [])
        assert self._lists(store, account, alive) == ([], [], [card])

    def test_a_page_ends_where_it_must_and_the_next_goes_on(self, store: Store) -> None:
        account = account_of(store)
        cards = done(store, lambda t: [t.records.create(account, "Card", "C", b"{}", {}) for _ in range(5)])
        done(store, lambda t: t.records.update(account, "Card", cards[0], b"{}", {}))
        first = store.read(lambda s: s.changes(account, "Card", State(0), 3))
        second = store.read(lambda s: s.changes(account, "Card", first.new_state, 3))
        assert (first.created, first.updated, first.has_more) == (cards[:3], [], True)
        assert (second.created, second.updated, second.has_more) == (cards[3:], [cards[0]], False)
        assert second.new_state == store.read(lambda s: s.state(account, "Card"))

    @pytest.mark.parametrize("state", [-1, 2, 10**15])
    def test_a_state_that_never_was_cannot_be_told_from(self, store: Store, state: int) -> None:
        account = account_of(store)
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        with pytest.raises(CannotCalculateChanges):
            store.read(lambda s: s.changes(account, "Card", State(state)))

    def test_nothing_has_happened_in_an_account_that_is_not_there(self, store: Store) -> None:
        assert store.read(lambda s: s.changes(AccountKey(99), "Card", State(0))) == Changes([], [], [], State(0), False)

    def test_states_after_a_commit_tell_what_changed_since_in_those_accounts(self, store: Store) -> None:
        mine, other = account_of(store), account_of(store)
        done(store, lambda t: t.records.create(mine, "Card", "C", b"{}", {}))
        _, seen = store.read(lambda s: s.states_after([mine], 0))
        done(store, lambda t: t.records.create(mine, "Book", "A", b"{}", {}))
        done(store, lambda t: t.records.create(other, "Card", "C", b"{}", {}))
        changes, newest = store.read(lambda s: s.states_after([mine], seen))
        assert changes == [StateChange(mine, {"Book": State(2)}, seen + 1)]
        assert newest == seen + 2
        assert store.read(lambda s: s.states_after([mine, other], newest)) == ([], newest)

    def test_a_sequence_from_another_life_of_the_store_tells_everything(self, store: Store) -> None:
        account = account_of(store)
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        changes, newest = store.read(lambda s: s.states_after([account], 10**9))
        assert changes == [StateChange(account, {"Card": State(1)}, newest)]

    def _lists(self, store: Store, account: AccountKey, since: int) -> tuple[list[str], list[str], list[str]]:
        changes = store.read(lambda s: s.changes(account, "Card", State(since)))
        return changes.created, changes.updated, changes.destroyed


class TransactionsSuite:
    """Snapshots, jobs, savepoints, accounts, news."""

    def test_a_job_that_raises_is_undone_alone(self, store: Store) -> None:
        account = account_of(store)

        def bad(transaction: Transaction) -> None:
            transaction.records.create(account, "Card", "C", b"{}", {})
            raise Refused

        gate = threading.Event()
        futures = [store.write(lambda t: gate.wait(10))]
        good = [store.write(lambda t: t.records.create(account, "Card", "C", b"{}", {})) for _ in range(2)]
        refused = store.write(bad)
        good.append(store.write(lambda t: t.records.create(account, "Card", "C", b"{}", {})))
        gate.set()
        ids = [future.result(10) for future in good]
        assert futures[0].result(10)
        with pytest.raises(Refused):
            refused.result(10)
        assert list(store.read(lambda s: s.records.get(account, "Card"))) == ids

    def test_a_savepoint_undoes_its_object_and_no_other(self, store: Store) -> None:
        account = account_of(store)

        def refused(transaction: Transaction, card: str) -> None:
            with transaction.savepoint():
                transaction.records.update(account, "Card", card, b'{"lost":1}', {"i": [1]})
                transaction.records.create(account, "Book", "A", b"{}", {})
                raise Refused

        def job(transaction: Transaction) -> list[str]:
            kept = [transaction.records.create(account, "Card", "C", b"{}", {})]
            state = transaction.state(account, "Card")
            with pytest.raises(Refused):
                refused(transaction, kept[0])
            assert transaction.state(account, "Card") == state
            with transaction.savepoint():
                kept.append(transaction.records.create(account, "Card", "C", b"{}", {}))
            return kept

        kept = done(store, job)
        assert store.read(lambda s: s.records.get(account, "Card")) == dict.fromkeys(kept, b"{}")
        assert store.read(lambda s: s.state(account, "Book")) == 0

    def test_a_snapshot_does_not_see_what_is_written_meanwhile(self, store: Store) -> None:
        account = account_of(store)

        def job(snapshot: Snapshot) -> tuple[int, int]:
            before = snapshot.records.count(account, "Card")
            done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
            return before, snapshot.records.count(account, "Card")

        assert store.read(job) == (0, 0)
        assert store.read(lambda s: s.records.count(account, "Card")) == 1

    def test_snapshots_agree_within_themselves_under_load(self, store: Store) -> None:
        account = account_of(store)
        ends = threading.Event()
        broken: list[object] = []

        def both(transaction: Transaction) -> None:
            transaction.records.create(account, "Card", "C", b"{}", {})
            transaction.records.create(account, "Book", "A", b"{}", {})

        def look(snapshot: Snapshot) -> tuple[int, int, int]:
            cards, books = (snapshot.records.count(account, kind) for kind in ("Card", "Book"))
            return cards, books, len(snapshot.changes(account, "Card", State(0)).created)

        def watch() -> None:
            while not ends.is_set():
                seen = store.read(look)
                if len(set(seen)) != 1:
                    broken.append(seen)

        threads = [threading.Thread(target=watch) for _ in range(3)]
        for thread in threads:
            thread.start()
        for future in [store.write(both) for _ in range(200)]:
            future.result(20)
        ends.set()
        for thread in threads:
            thread.join()
        assert broken == []
        assert store.read(look) == (200, 200, 200)

    def test_a_read_is_stopped_at_its_deadline_and_others_are_not(self, store: Store) -> None:
        account = account_of(store)
        done(store, lambda t: [t.records.create(account, "Card", "C", b"{}" * 200, {}) for _ in range(2000)])

        def forever(snapshot: Snapshot) -> None:
            while True:
                snapshot.records.get(account, "Card")

        with pytest.raises(TooSlow):
            store.read(forever, 0.05)
        assert len(store.read(lambda s: s.records.get(account, "Card"), 30)) == 2000

    def test_a_glance_gives_what_a_read_gives_and_gives_up_where_it_would_last(self, store: Store) -> None:
        account = account_of(store)
        done(store, lambda t: [t.records.create(account, "Card", "C", b"{}" * 200, {}) for _ in range(2000)])
        large = done(store, lambda t: t.blobs.upload(account, "U1", t.blobs.add(bytes(60_000)), 0, 10**9))
        assert large is None
        held = hash_of(bytes(60_000))
        assert store.glance(lambda s: s.records.count(account, "Card")) == 2000
        assert len(store.glance(lambda s: s.blobs.open(held))) == 60_000

        def forever(snapshot: Snapshot) -> None:
            while True:
                snapshot.records.get(account, "Card")

        for lasting in (forever, lambda s: [s.blobs.open(held), s.blobs.open(held)]):
            with pytest.raises(TooSlow):
                store.glance(lasting)
        assert len(store.read(lambda s: [s.blobs.open(held), s.blobs.open(held)])) == 2

    def test_what_is_written_at_once_is_there_and_is_news(self, store: Store) -> None:
        account, heard = account_of(store), list[StateChange]()
        store.subscribe(heard.extend)
        name = done_at_once(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        assert store.read(lambda s: list(s.records.get(account, "Card"))) == [name]
        assert [change.changed for change in heard] == [{"Card": State(1)}]
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        assert [change.changed for change in heard] == [{"Card": State(1)}, {"Card": State(2)}]

    def test_a_job_that_raises_at_once_is_undone(self, store: Store) -> None:
        account = account_of(store)

        def fail(transaction: Transaction) -> None:
            transaction.records.create(account, "Card", "C", b"{}", {})
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            done_at_once(store, fail)
        assert done_at_once(store, lambda t: t.state(account, "Card")) == 0

    def test_what_takes_long_is_not_written_at_once(self, store: Store) -> None:
        account = account_of(store)
        done(store, lambda t: t.blobs.upload(account, "U1", t.blobs.add(bytes(60_000)), 0, 10**9))
        begun: list[int] = []

        def many_steps(transaction: Transaction) -> None:
            begun.append(1)
            while True:
                with transaction.savepoint():
                    transaction.records.create(account, "Card", "C", b"{}", {})

        def many_octets(transaction: Transaction) -> None:
            begun.append(2)
            transaction.records.create(account, "Card", "C", b"{}", {})
            for _ in range(2):
                transaction.blobs.open(hash_of(bytes(60_000)))

        for number, job in enumerate((many_steps, many_octets), 1):
            while number not in begun:
                with pytest.raises(TooSlow):
                    store.write_at_once(job)
        assert store.read(lambda s: s.records.count(account, "Card")) == 0
        done(store, many_octets)
        assert store.read(lambda s: s.records.count(account, "Card")) == 1

    def test_nobody_writes_at_once_while_somebody_else_writes(self, store: Store) -> None:
        gate, begun = threading.Event(), threading.Event()

        def hold(_transaction: Transaction) -> bool:
            begun.set()
            return gate.wait(10)

        held = store.write(hold)
        assert begun.wait(10)
        with pytest.raises(TooSlow):
            store.write_at_once(lambda t: None)
        gate.set()
        held.result(10)
        done_at_once(store, lambda t: None)

    def test_threads_that_write_at_once_and_by_the_queue_are_in_step(self, store: Store) -> None:
        account = account_of(store)

        def one(transaction: Transaction) -> State:
            transaction.records.create(account, "Card", "C", b"{}", {})
            return transaction.state(account, "Card")

        def many(write: Callable[[Store, Callable[[Transaction], State]], State]) -> list[State]:
            return [write(store, one) for _ in range(40)]

        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(many, (done, done_at_once, done, done_at_once)))
        assert sorted(state for states in found for state in states) == list(range(1, 161))
        assert all(states == sorted(states) for states in found)

    def test_listeners_hear_of_each_commit_once_until_they_stop(self, store: Store) -> None:
        account = account_of(store)
        heard: list[StateChange] = []
        news = threading.Event()

        def listen(changes: Sequence[StateChange]) -> None:
            heard.extend(changes)
            news.set()

        stop = store.subscribe(listen)
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        assert news.wait(10)
        assert [(change.account, change.changed) for change in heard] == [(account, {"Card": State(1)})]
        assert store.read(lambda s: s.states_after([account], heard[0].sequence - 1))[0] == heard
        stop()
        done(store, lambda t: t.records.create(account, "Card", "C", b"{}", {}))
        done(store, lambda t: None)
        assert len(heard) == 1

    def test_the_number_of_an_account_is_never_used_again(self, store: Store) -> None:
        first, second = account_of(store), account_of(store)
        done(store, lambda t: t.remove_account(second))
        assert account_of(store) not in (first, second)
        assert second not in store.read(lambda s: s.accounts())

    def test_removing_an_account_removes_what_is_in_it(self, store: Store) -> None:
        account, other = account_of(store), account_of(store)

        def fill(transaction: Transaction, into: AccountKey) -> str:
            blob = transaction.blobs.add(b"octets")
            transaction.messages.add(into, message(blob))
            return transaction.records.create(into, "Card", "C", b"{}", {"i": [1]})

        done(store, lambda t: fill(t, account))
        record = done(store, lambda t: fill(t, other))
        done(store, lambda t: t.remove_account(account))
        assert store.read(lambda s: (s.records.count(account, "Card"), s.messages.count(account))) == (0, 0)
        assert store.read(lambda s: s.records.find(account, "Card", "i", 1)) == []
        assert store.read(lambda s: s.state(account, "Card")) == 0
        assert not store.read(lambda s: s.blobs.readable(account, "joe", hash_of(b"octets")))
        assert store.read(lambda s: list(s.records.get(other, "Card"))) == [record]
        assert store.read(lambda s: s.blobs.readable(other, "joe", hash_of(b"octets")))
        with pytest.raises(KeyError):
            done(store, lambda t: t.remove_account(account))


class BlobsSuite:
    """Octets, who may read them, and when they go."""

    @pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 262_144])
    def test_a_blob_reads_back_whole_and_in_part(self, store: Store, size: int) -> None:
        account, content = account_of(store), LARGE[:size]
        stage = store.stage()
        for start in range(0, size, 10_000):
            stage.write(memoryview(content)[start : min(start + 10_000, size)])
        staged = stage.finish()
        assert (staged.hash, staged.size) == (hash_of(content), size)
        assert bytes(staged.open()[:]) == content

        def keep(transaction: Transaction) -> bytes:
            transaction.blobs.upload(account, "joe", transaction.blobs.add(staged), 0, ROOM)
            return transaction.blobs.open(staged.hash)[:]

        assert done(store, keep) == content
        staged.discard()
        stage.discard()
        opened = store.read(lambda s: s.blobs.open(staged.hash))
        assert (len(opened), opened[:], opened[1:40_000]) == (size, content, content[1:40_000])
        assert store.read(lambda s: s.blobs.size(staged.hash)) == size

    def test_a_blob_that_is_not_there_has_no_size_and_cannot_be_opened(self, store: Store) -> None:
        missing = hash_of(b"never stored")
        assert store.read(lambda s: s.blobs.size(missing)) is None
        assert store.read(lambda s: [self._opens(s, BlobHash(name)) for name in (missing, "../x", "")]) == [False] * 3

    def test_an_upload_is_readable_by_its_user_in_its_account_alone(self, store: Store) -> None:
        account, other = account_of(store), account_of(store)
        blob = done(store, lambda t: t.blobs.add(b"draft"))
        done(store, lambda t: t.blobs.upload(account, "joe", t.blobs.add(b"draft"), 0, ROOM))
        asked = [(account, "joe"), (account, "ann"), (other, "joe")]
        assert store.read(lambda s: [s.blobs.readable(*who, blob) for who in asked]) == [True, False, False]

    def test_a_reference_makes_a_blob_readable_in_its_account(self, store: Store) -> None:
        account, other = account_of(store), account_of(store)

        def job(transaction: Transaction) -> tuple[BlobHash, BlobHash, str]:
            pinned, mail = transaction.blobs.add(b"picture"), transaction.blobs.add(b"mail")
            transaction.blobs.pin(account, "Card", "C1", [pinned])
            return pinned, mail, transaction.messages.add(account, message(mail)).id

        pinned, mail, email = done(store, job)
        for who, blob, expected in (
            (account, pinned, (True, [("Card", "C1")])),
            (account, mail, (True, [("Email", email)])),
            (other, pinned, (False, [])),
            (other, mail, (False, [])),
        ):
            assert self._seen(store, who, blob) == expected

    def test_what_nothing_references_is_collected_and_what_something_does_stays(self, store: Store) -> None:
        account = account_of(store)

        def job(transaction: Transaction) -> tuple[str, str]:
            for content in (b"mail", LARGE):
                transaction.blobs.add(content)
            record = transaction.records.create(account, "Card", "C", b"{}", {})
            transaction.blobs.pin(account, "Card", record, [hash_of(LARGE)])
            return transaction.messages.add(account, message(hash_of(b"mail"))).id, record

        email, record = done(store, job)
        assert done(store, lambda t: t.blobs.collect(10 * HOUR)) == 0
        done(store, lambda t: t.messages.destroy(account, email))
        assert done(store, lambda t: t.blobs.collect(10 * HOUR)) == 1
        assert self._sizes(store, b"mail", LARGE) == [None, len(LARGE)]
        done(store, lambda t: t.records.destroy(account, "Card", record))
        assert done(store, lambda t: t.blobs.collect(10 * HOUR)) == 1
        assert self._sizes(store, b"mail", LARGE) == [None, None]

    def test_pinning_replaces_what_was_pinned(self, store: Store) -> None:
        account = account_of(store)

        def pin(transaction: Transaction, *contents: bytes) -> None:
            transaction.blobs.pin(account, "Card", "C1", [transaction.blobs.add(content) for content in contents])

        done(store, lambda t: pin(t, b"one", b"two"))
        done(store, lambda t: pin(t, b"two", b"three"))
        assert done(store, lambda t: t.blobs.collect(0)) == 1
        assert self._sizes(store, b"one", b"two", b"three") == [None, 3, 5]

    def test_an_upload_lives_for_an_hour_and_renewed_for_another(self, store: Store) -> None:
        account = account_of(store)

        def upload(content: bytes, now: int) -> None:
            done(store, lambda t: t.blobs.upload(account, "joe", t.blobs.add(content), now, ROOM))

        upload(b"old", 0)
        upload(b"renewed", 0)
        upload(b"renewed", 1000)
        assert done(store, lambda t: t.blobs.collect(HOUR)) == 0
        assert done(store, lambda t: t.blobs.collect(HOUR + 1)) == 1
        assert self._sizes(store, b"old", b"renewed") == [None, 7]

    def test_past_the_allowance_the_oldest_uploads_of_that_user_go(self, store: Store) -> None:
        account = account_of(store)

        def upload(user: str, content: bytes, allowance: int) -> None:
            done(store, lambda t: t.blobs.upload(account, user, t.blobs.add(content), 0, allowance))

        for user, content in (("joe", b"1111"), ("ann", b"2222"), ("joe", b"3333"), ("joe", b"4444")):
            upload(user, content, 8)
        assert done(store, lambda t: t.blobs.collect(0)) == 1
        assert self._sizes(store, b"1111", b"2222", b"3333", b"4444") == [None, 4, 4, 4]
        upload("joe", b"larger than all", 8)
        done(store, lambda t: t.blobs.collect(0))
        assert self._sizes(store, b"3333", b"4444", b"larger than all") == [None, None, 15]

    def test_a_blob_that_nobody_claimed_is_collected(self, store: Store) -> None:
        done(store, lambda t: t.blobs.add(b"forgotten"))
        assert done(store, lambda t: t.blobs.collect(0)) == 1

    def test_uploading_what_is_not_there_is_an_error(self, store: Store) -> None:
        with pytest.raises(KeyError):
            done(store, lambda t: t.blobs.upload(AccountKey(1), "joe", hash_of(b"never"), 0, ROOM))

    def test_a_staged_blob_survives_a_job_that_failed(self, store: Store) -> None:
        account = account_of(store)
        stage = store.stage()
        stage.write(LARGE)
        staged = stage.finish()

        def job(transaction: Transaction, fails: bool) -> None:
            transaction.blobs.upload(account, "joe", transaction.blobs.add(staged), 0, ROOM)
            if fails:
                raise Refused

        with pytest.raises(Refused):
            done(store, lambda t: job(t, True))
        done(store, lambda t: job(t, False))
        assert store.read(lambda s: s.blobs.open(staged.hash)[:]) == LARGE

    def test_content_collected_and_stored_again_in_one_breath_stays(self, store: Store) -> None:
        account = account_of(store)
        done(store, lambda t: t.blobs.add(LARGE))
        gate = threading.Event()
        store.write(lambda t: gate.wait(10))
        collected = store.write(lambda t: t.blobs.collect(0))
        again = store.write(lambda t: t.blobs.upload(account, "joe", t.blobs.add(LARGE), 0, ROOM))
        gate.set()
        assert collected.result(10) == 1
        again.result(10)
        done(store, lambda t: t.blobs.collect(0))
        assert store.read(lambda s: s.blobs.open(hash_of(LARGE))[:]) == LARGE

    def test_a_snapshot_reads_what_is_collected_meanwhile(self, store: Store) -> None:
        done(store, lambda t: t.blobs.add(LARGE))

        def job(snapshot: Snapshot) -> bytes:
            assert snapshot.blobs.size(hash_of(LARGE)) == len(LARGE)
            assert done(store, lambda t: t.blobs.collect(0)) == 1
            done(store, lambda t: None)
            return snapshot.blobs.open(hash_of(LARGE))[:]

        assert store.read(job) == LARGE
        with pytest.raises(KeyError):
            store.read(lambda s: s.blobs.open(hash_of(LARGE)))

    def _opens(self, snapshot: Snapshot, blob: BlobHash) -> bool:
        try:
            snapshot.blobs.open(blob)
        except KeyError:
            return False
        return True

    def _seen(self, store: Store, account: AccountKey, blob: BlobHash) -> tuple[bool, list[tuple[str, str]]]:
        return store.read(lambda s: (s.blobs.readable(account, "ann", blob), list(s.blobs.references(account, blob))))

    def _sizes(self, store: Store, *contents: bytes) -> list[int | None]:
        return store.read(lambda s: [s.blobs.size(hash_of(content)) for content in contents])


class AnswersSuite:
    """Who was answered lately."""

    def test_an_address_is_answered_once_in_a_while_by_each_account(self, store: Store) -> None:
        account, other = account_of(store), account_of(store)

        def note(now: int, address: str = "bob@b", account: AccountKey = account) -> bool:
            return done(store, lambda t: t.answers.note(account, address, now))

        assert note(1000)
        assert not note(1000)
        assert not note(999 + ANSWERED_SECONDS)
        assert note(1000, "cy@b")
        assert note(1000, account=other)
        assert note(1000 + ANSWERED_SECONDS)
        assert not note(1001 + ANSWERED_SECONDS)

    def test_what_is_forgotten_is_answered_again(self, store: Store) -> None:
        account, other = account_of(store), account_of(store)
        for key in (account, other):
            done(store, lambda t, key=key: t.answers.note(key, "bob@b", 1000))  # type: ignore[misc]
        done(store, lambda t: t.answers.forget(account))
        assert done(store, lambda t: t.answers.note(account, "bob@b", 1001))
        assert not done(store, lambda t: t.answers.note(other, "bob@b", 1001))
        assert done(store, lambda t: t.answers.prune(1000 + ANSWERED_SECONDS)) == 1
        done(store, lambda t: t.remove_account(account))
        assert done(store, lambda t: t.answers.prune(2**40)) == 0


class DeliveriesSuite:
    """What was delivered within a day."""

    def test_a_delivery_is_remembered_for_a_day_by_account_and_octets(self, store: Store) -> None:
        account, other, blob = account_of(store), account_of(store), hash_of(b"letter")
        done(store, lambda t: t.deliveries.add(account, blob, "ann@example.com", 1000))
        done(store, lambda t: t.deliveries.add(account, blob, "ann+x@example.com", 2000))

        def remembered(now: int, account: AccountKey = account, blob: BlobHash = blob) -> frozenset[str]:
            return done(store, lambda t: t.deliveries.recipients(account, blob, now))

        assert remembered(2000) == {"ann@example.com", "ann+x@example.com"}
        assert remembered(1000 + KEPT_SECONDS) == {"ann+x@example.com"}
        assert remembered(2000, account=other) == remembered(2000, blob=hash_of(b"card")) == frozenset()

    def test_a_delivery_again_is_remembered_from_then_on(self, store: Store) -> None:
        account, blob = account_of(store), hash_of(b"letter")
        done(store, lambda t: t.deliveries.add(account, blob, "a@b", 1000))
        done(store, lambda t: t.deliveries.add(account, blob, "a@b", 5000))
        assert done(store, lambda t: t.deliveries.recipients(account, blob, 1000 + KEPT_SECONDS)) == {"a@b"}

    def test_what_is_older_than_a_day_is_forgotten_and_what_an_account_had_goes_with_it(self, store: Store) -> None:
        account, blob = account_of(store), hash_of(b"letter")
        done(store, lambda t: t.deliveries.add(account, blob, "old@b", 1000))
        done(store, lambda t: t.deliveries.add(account, blob, "new@b", 1001))
        assert done(store, lambda t: t.deliveries.prune(1000 + KEPT_SECONDS)) == 1
        assert done(store, lambda t: t.deliveries.recipients(account, blob, 0)) == {"new@b"}
        done(store, lambda t: t.remove_account(account))
        assert done(store, lambda t: t.deliveries.recipients(account, blob, 0)) == frozenset()
