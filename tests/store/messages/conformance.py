"""What every backend's message index must do, as suites to subclass: a backend gives the fixture `store`, empty."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import orjson
import pytest

from angarium.store.contract import (
    METADATA,
    ROW_PROPERTIES,
    UNLIMITED,
    AccountKey,
    All,
    Allowance,
    AnchorNotFound,
    BlobHash,
    CannotCalculateChanges,
    Counts,
    Expression,
    MessageQuery,
    NewMessage,
    Order,
    OverQuota,
    QueryResult,
    SearchText,
    Snapshot,
    State,
    Store,
    Term,
    Transaction,
    Usage,
    Window,
)
from tests.store.messages.samples import START, Sample, blob, new, sample

T = TypeVar("T")

NEWEST = (Order("receivedAt", ascending=False),)
SEEN = frozenset({"$seen"})


class Account:
    """One account of a store with the mailboxes B1 to B3, and its messages by name."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.key = self.write(lambda transaction: transaction.create_account())
        self.mailboxes = [self.write(self._mailbox) for _ in range(3)]
        self.ids: dict[str, str] = {}

    def _mailbox(self, transaction: Transaction) -> str:
        return transaction.records.create(self.key, "Mailbox", "B", b"{}", {})

    def write(self, job: Callable[[Transaction], T]) -> T:
        return self.store.write(job).result(timeout=20)

    def read(self, job: Callable[[Snapshot], T]) -> T:
        return self.store.read(job)

    def add(self, *facts: Sample, header: bytes = b"") -> list[str]:
        """Store messages; their octets are the header given and their name."""

        def job(transaction: Transaction) -> list[str]:
            added = []
            for one in facts:
                message = new(one)
                if header:
                    content = header + b"\r\n\r\n" + one.name.encode()
                    message = _with_blob(message, transaction.blobs.add(content), len(content))
                added.append(transaction.messages.add(self.key, message).id)
            return added

        ids = self.write(job)
        self.ids.update(zip((one.name for one in facts), ids, strict=True))
        return ids

    def update(
        self, name: str, keywords: frozenset[str] | None = None, mailboxes: frozenset[str] | None = None
    ) -> None:
        self.write(lambda transaction: transaction.messages.update(self.key, self.ids[name], keywords, mailboxes))

    def destroy(self, name: str) -> None:
        self.write(lambda transaction: transaction.messages.destroy(self.key, self.ids[name]))

    def state(self, kind: str = "Email") -> State:
        return self.read(lambda snapshot: snapshot.state(self.key, kind))

    def counts(self, mailbox: str = "B1") -> Counts:
        return self.read(lambda snapshot: snapshot.messages.counts(self.key, [mailbox]))[mailbox]

    def query(
        self,
        filter_: Expression | None = None,
        sort: tuple[Order, ...] = NEWEST,
        window: Window | None = None,
        collapse: bool = False,
    ) -> QueryResult:
        asked = MessageQuery(filter_, sort, collapse)
        return self.read(lambda snapshot: snapshot.messages.query(self.key, asked, window or Window()))

    def found(
        self, filter_: Expression | None = None, sort: tuple[Order, ...] = NEWEST, collapse: bool = False
    ) -> list[str]:
        """Names of the messages that a query gives, in order."""
        return self.names(self.query(filter_, sort, collapse=collapse).ids)

    def names(self, ids: Sequence[str]) -> list[str]:
        named = {email: name for name, email in self.ids.items()}
        return [named.get(email, email) for email in ids]

    def rows(self, ids: Sequence[str] | None, *properties: str) -> tuple[list[dict[str, object]], list[str]]:
        encoded, missing = self.read(lambda snapshot: snapshot.messages.rows(self.key, ids, properties))
        decoded: list[dict[str, object]] = orjson.loads(encoded)
        return decoded, missing

    def thread(self, name: str) -> str:
        return self.read(lambda snapshot: snapshot.messages.stored(self.key, [self.ids[name]]))[self.ids[name]].thread

    def changed(self, kind: str, since: State) -> tuple[list[str], list[str], list[str]]:
        changes = self.read(lambda snapshot: snapshot.changes(self.key, kind, since))
        return changes.created, changes.updated, changes.destroyed


@pytest.fixture
def account(store: Store) -> Account:
    """An account whose mailboxes are B1, B2 and B3: the first records of a new account."""
    made = Account(store)
    assert made.mailboxes == ["B1", "B2", "B3"]
    return made


class ReadingSuite:
    """Rows, threads and facts."""

    def test_rows_stand_in_the_order_asked_and_each_only_once(self, account: Account) -> None:
        one, two = account.add(sample("one"), sample("two"))
        assert account.rows([two, one, two], "id", "size") == ([{"id": two, "size": 100}, {"id": one, "size": 100}], [])

    def test_ids_that_do_not_exist_or_never_could_are_reported(self, account: Account) -> None:
        (one,) = account.add(sample("one"))
        odd = ["M999999", "T1", "x", "", "M01", "M-1", "M" + "9" * 40, one + " ", "M１"]
        rows, missing = account.rows([odd[0], one, *odd[1:]], "id")
        assert rows == [{"id": one}]
        assert missing == odd

    def test_every_property_reads_back_as_it_was_given(self, account: Account) -> None:
        (one,) = account.add(sample('Ünï \u2028 "quote"', 1, ["B2", "B1"], ["$Seen", "Käse"]))
        ((row,), _) = account.rows([one], *ROW_PROPERTIES)
        assert list(row) == list(ROW_PROPERTIES)
        assert row["keywords"] == {"$seen": True, "käse": True}
        assert row["mailboxIds"] == {"B1": True, "B2": True}
        assert row["blobId"] == "b" + blob('Ünï \u2028 "quote"')
        assert row["receivedAt"] == "2023-11-14T22:14:20Z"
        assert row["preview"] == 'preview of Ünï \u2028 "quote"'
        assert row["hasAttachment"] is False

    def test_all_rows_come_for_no_ids_at_all_and_none_for_an_empty_list(self, account: Account) -> None:
        ids = account.add(sample("one", 5), sample("two", 1))
        assert account.rows(None, "id")[0] == [{"id": email} for email in ids]
        assert account.rows([], "id") == ([], [])

    def test_an_account_never_sees_the_messages_of_another(self, account: Account, store: Store) -> None:
        other = Account(store)
        (one,) = account.add(sample("one"))
        assert other.rows([one], "id") == ([], [one])
        assert other.found(Term("text", "")) == other.found() == []
        assert other.read(lambda snapshot: snapshot.messages.with_blob(other.key, blob("one"))) == []

    def test_structure_and_metadata_are_the_octets_given(self, account: Account) -> None:
        (one,) = account.add(sample("one"))
        structures = account.read(lambda snapshot: snapshot.messages.structures(account.key, [one, "M999"]))
        assert structures == {one: (blob("one"), b"null")}
        metadata = account.read(lambda snapshot: snapshot.messages.metadata(account.key, one))
        assert metadata is not None
        assert tuple(metadata) == METADATA
        assert metadata["subject"] == b'"subject"'
        assert account.read(lambda snapshot: snapshot.messages.metadata(account.key, "M999")) is None

    def test_a_thread_lists_its_emails_oldest_first(self, account: Account) -> None:
        late, early = account.add(sample("late", 9, thread="t"), sample("early", 1, thread="t"))
        thread = account.thread("late")
        encoded, missing = account.read(lambda s: s.messages.threads(account.key, [thread, "T999", "nonsense"]))
        assert orjson.loads(encoded) == [{"id": thread, "emailIds": [early, late]}]
        assert missing == ["T999", "nonsense"]

    def test_a_mailbox_lists_newest_first(self, account: Account) -> None:
        one, two, _ = account.add(sample("one", 1), sample("two", 2), sample("three", 3, ["B2"]))
        assert account.read(lambda snapshot: snapshot.messages.in_mailbox(account.key, "B1")) == [two, one]
        assert account.read(lambda snapshot: snapshot.messages.in_mailbox(account.key, "nonsense")) == []

    def test_the_same_octets_may_be_stored_twice(self, account: Account) -> None:
        ids = account.add(sample("one")) + account.add(sample("one"))
        assert len(set(ids)) == 2
        assert account.read(lambda snapshot: snapshot.messages.with_blob(account.key, blob("one"))) == ids


class WritingSuite:
    """Changes, their numbers, and what they leave."""

    def test_creation_numbers_are_ids_and_states(self, account: Account) -> None:
        since = account.state()
        (one,) = account.add(sample("one"))
        assert account.state() == int(one[1:])
        assert account.changed("Email", since) == ([one], [], [])
        assert account.changed("Thread", State(0)) == ([account.thread("one")], [], [])

    def test_an_update_that_changes_nothing_takes_no_number(self, account: Account) -> None:
        account.add(sample("one", keywords=["$seen"]))
        state = account.state()
        account.update("one", frozenset({"$SEEN"}), frozenset({"B1"}))
        assert account.state() == state

    def test_keywords_do_not_change_a_thread_and_mail_in_it_does(self, account: Account) -> None:
        account.add(sample("one", thread="t"))
        since = account.state("Thread")
        account.update("one", SEEN)
        assert account.state("Thread") == since
        account.add(sample("two", thread="t"))
        assert account.changed("Thread", since) == ([], [account.thread("one")], [])

    def test_only_mailboxes_whose_counters_changed_are_touched(self, account: Account) -> None:
        account.add(sample("one", mailboxes=["B1", "B2"]), sample("other", mailboxes=["B3"]))
        since = account.state("Mailbox")
        account.update("one", frozenset({"$flagged"}))
        assert account.changed("Mailbox", since) == ([], [], [])
        account.update("one", SEEN)
        assert account.changed("Mailbox", since) == ([], ["B1", "B2"], [])

    def test_a_destroyed_email_is_gone_with_its_thread(self, account: Account) -> None:
        (one,) = account.add(sample("one"))
        thread = account.thread("one")
        email_state, thread_state = account.state(), account.state("Thread")
        account.destroy("one")
        assert account.rows([one], "id") == ([], [one])
        assert account.changed("Email", email_state) == ([], [], [one])
        assert account.changed("Thread", thread_state) == ([], [], [thread])
        assert account.counts() == Counts()
        with pytest.raises(KeyError):
            account.destroy("one")
        with pytest.raises(KeyError):
            account.update("one", SEEN)

    def test_an_email_is_always_in_some_mailbox(self, account: Account) -> None:
        with pytest.raises(ValueError, match="mailbox"):
            account.add(sample("one", mailboxes=[]))
        account.add(sample("one"))
        with pytest.raises(ValueError, match="mailbox"):
            account.update("one", mailboxes=frozenset())
        with pytest.raises(KeyError):
            account.update("one", mailboxes=frozenset({"nonsense"}))
        assert account.found(Term("inMailbox", "B1")) == ["one"]

    def test_what_a_failed_job_did_leaves_no_trace(self, account: Account) -> None:
        account.add(sample("one", thread="t"))
        counts, state = account.counts(), account.state()

        def job(transaction: Transaction) -> None:
            transaction.messages.add(account.key, new(sample("two", thread="t")))
            raise RuntimeError

        with pytest.raises(RuntimeError):
            account.write(job)
        assert (account.counts(), account.state(), account.found()) == (counts, state, ["one"])

    def test_a_removed_account_leaves_the_others_alone(self, account: Account, store: Store) -> None:
        other = Account(store)
        text = SearchText(body="needle")
        for each in (account, other):
            each.add(Sample("one", text=text))
            each.write(lambda transaction: transaction.messages.index_waiting())
            each.add(Sample("two", text=text))
        account.write(lambda transaction: transaction.remove_account(account.key))
        assert account.found(Term("text", "needle")) == []
        assert sorted(other.found(Term("text", "needle"))) == ["one", "two"]


class ThreadSuite:
    """RFC 8621 §3: the same message-id and the same base subject."""

    def test_a_shared_message_id_and_subject_make_a_thread(self, account: Account) -> None:
        account.add(Sample("a", message_ids=("1",), subject="Plans"))
        account.add(Sample("b", message_ids=("2", "1"), subject="pl ans"))
        assert account.thread("a") == account.thread("b")

    @pytest.mark.parametrize(("ids", "subject"), [(("2",), "Plans"), (("1", "2"), "Other plans"), ((), "Plans")])
    def test_one_of_them_alone_does_not(self, account: Account, ids: tuple[str, ...], subject: str) -> None:
        account.add(Sample("a", message_ids=("1",), subject="Plans"), Sample("b", message_ids=ids, subject=subject))
        assert account.thread("a") != account.thread("b")

    def test_a_missing_link_joins_threads_and_gives_the_smaller_new_ids(self, account: Account) -> None:
        account.add(
            Sample("a1", message_ids=("a",)),
            Sample("a2", message_ids=("a",)),
            Sample("b", message_ids=("b",), keywords=SEEN, mailboxes=frozenset({"B2"}), text=SearchText(body="needle")),
        )
        stays, goes, old = account.thread("a1"), account.thread("b"), account.ids["b"]
        email_state, thread_state = account.state(), account.state("Thread")
        (link,) = account.add(Sample("link", message_ids=("a", "b")))
        (anew,) = account.read(lambda snapshot: snapshot.messages.with_blob(account.key, blob("b")))
        account.ids["b"] = anew
        assert {account.thread(name) for name in ("a1", "a2", "b", "link")} == {stays}
        created, updated, destroyed = account.changed("Email", email_state)
        assert (sorted(created), updated, destroyed) == (sorted([anew, link]), [], [old])
        assert account.changed("Thread", thread_state) == ([], [stays], [goes])
        facts = account.read(lambda snapshot: snapshot.messages.stored(account.key, [anew]))[anew]
        assert (facts.keywords, facts.mailboxes, facts.blob) == (SEEN, frozenset({"B2"}), blob("b"))
        assert account.found(Term("text", "needle")) == ["b"]
        assert account.counts("B2") == Counts(1, 0, 1, 1)

    def test_a_thread_stops_growing_and_the_next_takes_over(self, account: Account) -> None:
        account.add(*(Sample(f"m{number}", START + number, message_ids=("same",)) for number in range(402)))
        sizes: dict[str, int] = {}
        for name in account.ids:
            sizes[account.thread(name)] = sizes.get(account.thread(name), 0) + 1
        assert sorted(sizes.values()) == [2, 200, 200]

    def test_a_thread_that_ended_does_not_come_back(self, account: Account) -> None:
        account.add(sample("one", thread="t"))
        ended = account.thread("one")
        account.destroy("one")
        account.add(sample("two", thread="t"))
        assert account.thread("two") != ended


class CounterSuite:
    """RFC 8621 §2."""

    def test_drafts_and_seen_emails_are_not_unread(self, account: Account) -> None:
        account.add(sample("a"), sample("b", keywords=["$seen"]), sample("c", keywords=["$draft"]))
        assert account.counts() == Counts(3, 1, 3, 1)

    def test_one_unread_email_makes_its_thread_unread_in_every_mailbox(self, account: Account) -> None:
        account.add(sample("read", keywords=["$seen"], thread="t"), sample("unread", mailboxes=["B2"], thread="t"))
        assert account.counts("B1") == Counts(1, 0, 1, 1)
        assert account.counts("B2") == Counts(1, 1, 1, 1)

    def test_unread_emails_in_trash_count_for_trash_alone(self, account: Account) -> None:
        account.write(lambda transaction: transaction.messages.set_trash(account.key, "B3"))
        account.add(sample("read", keywords=["$seen"], thread="t"), sample("binned", mailboxes=["B3"], thread="t"))
        assert account.counts("B1").unread_threads == 0  # the example of RFC 8621 §2
        assert account.counts("B3").unread_threads == 1

    def test_unread_emails_outside_of_trash_do_not_count_for_trash(self, account: Account) -> None:
        account.write(lambda transaction: transaction.messages.set_trash(account.key, "B3"))
        account.add(sample("unread", thread="t"), sample("binned", mailboxes=["B3"], keywords=["$seen"], thread="t"))
        assert account.counts("B1").unread_threads == 1
        assert account.counts("B3").unread_threads == 0

    def test_giving_the_role_trash_away_counts_anew(self, account: Account) -> None:
        account.add(sample("read", keywords=["$seen"], thread="t"), sample("binned", mailboxes=["B3"], thread="t"))
        assert account.counts("B1").unread_threads == 1
        since = account.state("Mailbox")
        account.write(lambda transaction: transaction.messages.set_trash(account.key, "B3"))
        assert account.counts("B1").unread_threads == 0
        assert account.changed("Mailbox", since) == ([], ["B1"], [])
        account.write(lambda transaction: transaction.messages.set_trash(account.key, None))
        assert account.counts("B1").unread_threads == 1

    def test_mailboxes_that_never_held_mail_are_counted_when_asked_for(self, account: Account) -> None:
        account.add(sample("a"))
        assert account.counts("B2") == account.counts("nonsense") == Counts()
        assert account.read(lambda snapshot: snapshot.messages.counts(account.key)) == {"B1": Counts(1, 1, 1, 1)}


class AllowanceSuite:
    """What an account holds, and that it never holds more than it may."""

    def usage(self, account: Account) -> Usage:
        return account.read(lambda snapshot: snapshot.messages.usage(account.key))

    def test_what_is_added_and_destroyed_counts(self, account: Account) -> None:
        assert self.usage(account) == Usage(0, 0)
        account.add(replace(sample("a"), size=30), replace(sample("b", mailboxes=["B1", "B2"]), size=12))
        assert self.usage(account) == Usage(42, 2)
        account.update("b", frozenset({"$seen"}), frozenset({"B3"}))
        assert self.usage(account) == Usage(42, 2)
        account.destroy("a")
        assert self.usage(account) == Usage(12, 1)
        account.destroy("b")
        assert self.usage(account) == Usage(0, 0)

    def test_an_account_that_nobody_limits_may_hold_anything(self, account: Account) -> None:
        assert account.read(lambda snapshot: snapshot.allowance(account.key)) == UNLIMITED

    @pytest.mark.parametrize("allowance", [Allowance(octets=250), Allowance(emails=2)])
    def test_what_would_be_too_much_is_refused_and_leaves_nothing(self, account: Account, allowance: Allowance) -> None:
        account.write(lambda transaction: transaction.allow(account.key, allowance))
        assert account.read(lambda snapshot: snapshot.allowance(account.key)) == allowance
        account.add(sample("a"), sample("b"))
        state = account.read(lambda snapshot: snapshot.state(account.key, "Email"))
        with pytest.raises(OverQuota):
            account.add(sample("c"))
        assert self.usage(account) == Usage(200, 2)
        assert account.read(lambda snapshot: snapshot.state(account.key, "Email")) == state
        account.destroy("a")
        account.add(sample("c"))

    def test_the_last_octet_may_be_used(self, account: Account) -> None:
        account.write(lambda transaction: transaction.allow(account.key, Allowance(octets=200)))
        account.add(sample("a"), sample("b"))
        with pytest.raises(OverQuota):
            account.add(replace(sample("c"), size=1))

    def test_a_limit_below_what_is_there_takes_nothing_away(self, account: Account) -> None:
        account.add(sample("a"), sample("b"))
        account.write(lambda transaction: transaction.allow(account.key, Allowance(octets=1, emails=0)))
        assert self.usage(account) == Usage(200, 2)
        account.update("a", frozenset({"$seen"}))
        account.write(lambda transaction: transaction.allow(account.key, UNLIMITED))
        account.add(sample("c"))

    def test_threads_that_become_one_take_no_more_than_before(self, account: Account) -> None:
        account.write(lambda transaction: transaction.allow(account.key, Allowance(octets=300, emails=3)))
        account.add(sample("a"), sample("b"), replace(sample("c"), message_ids=("<a@x>", "<b@x>")))
        assert self.usage(account) == Usage(300, 3)
        assert account.read(lambda snapshot: snapshot.messages.check(account.key)) == []

    def test_each_of_several_quotas_has_a_change_of_its_own(self, account: Account) -> None:
        account.write(lambda transaction: transaction.allow(account.key, Allowance(octets=1000)))
        ids = [
            account.write(lambda transaction: transaction.records.create(account.key, "Quota", "Q", b"{}", {}))
            for _ in range(3)
        ]
        since = account.read(lambda snapshot: snapshot.state(account.key, "Quota"))
        account.add(sample("a"))
        changes = account.read(lambda snapshot: snapshot.changes(account.key, "Quota", since, 2))
        assert (changes.updated, changes.has_more, changes.only_derived) == (ids[:2], True, True)
        rest = account.read(lambda snapshot: snapshot.changes(account.key, "Quota", changes.new_state))
        assert (rest.updated, rest.has_more) == (ids[2:], False)
        account.destroy("a")
        assert account.read(lambda snapshot: snapshot.changes(account.key, "Quota", rest.new_state)).updated == ids

    def test_an_account_that_does_not_exist_holds_no_mail(self, store: Store, account: Account) -> None:
        missing = AccountKey(account.key + 1)
        with pytest.raises(KeyError):
            store.write(lambda transaction: transaction.messages.add(missing, new(sample("a")))).result()


class QuerySuite:
    """RFC 8620 §5.5 and RFC 8621 §4.4; the model test asks far more queries."""

    def test_the_total_is_given_only_when_asked_for(self, account: Account) -> None:
        account.add(sample("a"), sample("b", 1, thread="t"), sample("c", 2, thread="t"))
        inbox = Term("inMailbox", "B1")
        assert account.query(inbox).total is None
        assert account.query(inbox, window=Window(total=True, limit=1)).total == 3
        assert account.query(inbox, window=Window(total=True, limit=0), collapse=True) == QueryResult([], 0, 2)

    def test_a_position_past_the_end_gives_nothing(self, account: Account) -> None:
        account.add(sample("a"))
        assert account.query(window=Window(position=5, limit=5)) == QueryResult([], 5, None)

    def test_a_negative_position_counts_from_the_end(self, account: Account) -> None:
        account.add(*(sample(name, minutes) for minutes, name in enumerate("abcde")))
        result = account.query(window=Window(position=-2))
        assert (account.names(result.ids), result.position) == (["b", "a"], 3)
        assert account.query(window=Window(position=-9)).position == 0

    def test_an_anchor_and_its_offset_place_the_window(self, account: Account) -> None:
        account.add(*(sample(name, minutes) for minutes, name in enumerate("abcde")))
        result = account.query(window=Window(77, account.ids["c"], -1, limit=2))
        assert (account.names(result.ids), result.position) == (["d", "c"], 1)

    @pytest.mark.parametrize("anchor", ["M999", "nonsense"])
    def test_an_anchor_that_is_no_result_is_an_error(self, account: Account, anchor: str) -> None:
        account.add(sample("a"))
        with pytest.raises(AnchorNotFound):
            account.query(window=Window(anchor=anchor))

    def test_an_anchor_hidden_by_its_thread_is_an_error(self, account: Account) -> None:
        account.add(sample("old", 1, thread="t"), sample("new", 2, thread="t"))
        with pytest.raises(AnchorNotFound):
            account.query(window=Window(anchor=account.ids["old"]), collapse=True)

    def test_a_collapsed_list_shows_the_first_of_each_thread_that_matches(self, account: Account) -> None:
        account.add(sample("old", 1, thread="t"), sample("alone", 2), sample("new", 3, thread="t", keywords=["$seen"]))
        assert account.found(Term("inMailbox", "B1"), collapse=True) == ["new", "alone"]
        unread = All((Term("inMailbox", "B1"), Term("notKeyword", "$seen")))
        assert account.found(unread, collapse=True) == ["alone", "old"]

    def test_the_base_subject_sorts_with_ties_in_order_of_id(self, account: Account) -> None:
        account.add(Sample("1", subject="b"), Sample("2", subject="a"), Sample("3", subject="b"))
        assert account.found(None, (Order("subject"),)) == ["2", "1", "3"]
        assert account.found(None, (Order("subject", False),)) == ["3", "1", "2"]

    def test_a_rare_keyword_is_found_in_either_order(self, account: Account) -> None:
        account.add(*(sample(f"m{n}", n, keywords=["rare"] if n in (3, 50) else ["$seen"]) for n in range(60)))
        asked = All((Term("inMailbox", "B1"), Term("hasKeyword", "RARE")))
        assert account.found(asked) == ["m50", "m3"]
        assert account.found(asked, (Order("receivedAt"),)) == ["m3", "m50"]
        assert account.found(All((Term("inMailbox", "B1"), Term("notKeyword", "$seen")))) == ["m50", "m3"]

    def test_an_unknown_filter_or_sort_is_a_key_error(self, account: Account) -> None:
        with pytest.raises(KeyError):
            account.query(Term("nonsense", 1))
        with pytest.raises(KeyError):
            account.query(None, (Order("nonsense"),))


class TextSuite:
    """RFC 8621 §4.4.1: looking for text."""

    def test_what_was_just_stored_is_found_before_and_after_indexing(self, account: Account) -> None:
        account.add(Sample("one", text=SearchText(subject="Grüße aus Łódź", body="quick brown foxes")))
        asked = ["grusse", "LODZ", '"brown foxes"', "fox*", "quick foxes", "'quick brown'"]
        assert [account.found(Term("text", text)) for text in asked] == [["one"]] * len(asked)
        missed = ["fox", '"quick foxes"', "quick slow", "rown"]
        assert [account.found(Term("text", text)) for text in missed] == [[]] * len(missed)
        account.write(lambda transaction: transaction.messages.index_waiting())
        assert [account.found(Term("text", text)) for text in asked] == [["one"]] * len(asked)
        assert [account.found(Term("text", text)) for text in missed] == [[]] * len(missed)

    def test_each_filter_looks_in_its_own_field(self, account: Account) -> None:
        account.add(Sample("one", text=SearchText("ann", "bob", "cid", "dan", "eve", "fay", "gus.pdf")))
        fields = ("from", "to", "cc", "bcc", "subject", "body")
        words = ("ann", "bob", "cid", "dan", "eve", "fay")
        for field in fields:
            hits = [word for word in words if account.found(Term(field, word))]
            assert hits == [words[fields.index(field)]]
        assert account.found(Term("text", "ann eve fay gus")) == ["one"]

    def test_text_in_scripts_without_spaces_is_found_by_any_part(self, account: Account) -> None:
        account.add(Sample("one", text=SearchText(body="東京都に住んでいます", subject="สวัสดีครับ")))
        for part in ("京都", "住んで", "สวัส"):
            assert account.found(Term("text", part)) == ["one"]
        assert account.found(Term("text", "都京")) == []

    @pytest.mark.parametrize(
        "text", ['"', "AND", "a OR", "NEAR(", "*", "^x", "{from}:x", "a\\", "-", "''", "\x00", "\ud800"]
    )
    def test_no_text_is_an_error(self, account: Account, text: str) -> None:
        account.add(Sample("one", text=SearchText(body="words")))
        assert account.found(Term("text", text)) == []

    def test_messages_of_one_second_come_in_order_of_receipt(self, account: Account) -> None:
        order = [3, 0, 4, 1, 2]
        account.add(*(Sample(f"m{n}", START + n * 100, text=SearchText(body="word")) for n in order))
        account.add(*(Sample(f"late{n}", START + n * 1000, text=SearchText(body="word")) for n in (2, 1)))
        account.write(lambda transaction: transaction.messages.index_waiting())
        result = account.query(Term("text", "word"), window=Window(limit=6))
        assert account.names(result.ids) == ["late2", "late1", "m4", "m3", "m2", "m1"]

    def test_a_destroyed_message_is_not_found_again(self, account: Account) -> None:
        account.add(Sample("one", text=SearchText(body="word")), Sample("two", text=SearchText(body="word")))
        account.write(lambda transaction: transaction.messages.index_waiting())
        account.destroy("one")
        account.add(Sample("three", text=SearchText(body="other")))
        assert account.found(Term("text", "word")) == ["two"]
        assert account.query(Term("text", "word"), window=Window(total=True)).total == 1

    def test_header_fields_are_found_by_name_and_decoded_text(self, account: Account) -> None:
        account.add(sample("one"), header=b"X-Spam: =?utf-8?q?J=C3=BCst?=\r\n a bit\r\nList-Id: <a.b>")
        account.add(sample("two"), header="Subject: X-Spam jüst".encode())
        assert account.found(Term("header", ["x-spam"])) == ["one"]
        assert account.found(Term("header", ["X-Spam", "JÜST A"])) == ["one"]
        assert account.found(Term("header", ["X-Spam", "nothing"])) == []
        assert account.found(All((Term("inMailbox", "B1"), Term("header", ["LIST-ID", "a.B"])))) == ["one"]


class QueryChangesSuite:
    """RFC 8620 §5.6; the model test replays far more histories."""

    def test_a_new_email_is_added_and_nothing_removed(self, account: Account) -> None:
        account.add(sample("a"))
        since = account.state()
        account.add(sample("b", 1))
        inbox = MessageQuery(Term("inMailbox", "B1"), NEWEST)
        changes = account.read(lambda snapshot: snapshot.messages.query_changes(account.key, inbox, since, total=True))
        assert changes is not None
        assert (changes.removed, changes.added, changes.total) == ([], [(account.ids["b"], 0)], 2)

    def test_what_cannot_change_stays_where_it_is(self, account: Account) -> None:
        account.add(sample("a"), sample("b", 1))
        since = account.state()
        account.update("a", SEEN)
        everything = MessageQuery(Term("after", "2020-01-01T00:00:00Z"), NEWEST)
        changes = account.read(lambda snapshot: snapshot.messages.query_changes(account.key, everything, since))
        assert changes is not None
        assert (changes.removed, changes.added) == ([], [])

    @pytest.mark.parametrize("beyond", [1, 1000, -1000])
    def test_a_state_that_never_was_is_refused(self, account: Account, beyond: int) -> None:
        account.add(sample("a"))
        odd = State(account.state() + beyond)
        inbox = MessageQuery(Term("inMailbox", "B1"), NEWEST)
        with pytest.raises(CannotCalculateChanges):
            account.read(lambda snapshot: snapshot.messages.query_changes(account.key, inbox, odd))


def _with_blob(message: NewMessage, hash_: BlobHash, size: int) -> NewMessage:
    return replace(message, blob=hash_, size=size)
