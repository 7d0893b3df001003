"""Random histories: whatever happens, counters, threads, queries and their changes are those of the naive model."""

from dataclasses import dataclass, field

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from angarium.store.contract import (
    All,
    Either,
    Expression,
    MessageQuery,
    Neither,
    Order,
    SearchText,
    State,
    Term,
    Window,
)
from angarium.store.sqlite.messages import joining, statement, textindex
from tests.store.messages.ground import Ground
from tests.store.messages.model import Model
from tests.store.messages.samples import START, Sample, blob

MAILBOXES = ("B1", "B2", "B3")
KEYWORDS = ("$seen", "$Flagged", "$draft", "red")
WORDS = ("apple", "Äpfel", "bread", "漢字", "applet")
MOST_EMAILS = 4

mailboxes = st.frozensets(st.sampled_from(MAILBOXES), min_size=1)
keywords = st.frozensets(st.sampled_from(KEYWORDS), max_size=2)
moments = st.integers(0, 5).map(lambda step: START + step * 700)
phrases = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)


@dataclass(frozen=True)
class Add:
    facts: Sample


@dataclass(frozen=True)
class Update:
    pick: int
    keywords: frozenset[str] | None
    mailboxes: frozenset[str] | None


@dataclass(frozen=True)
class Destroy:
    pick: int


@dataclass(frozen=True)
class Trash:
    mailbox: str | None


@dataclass(frozen=True)
class Index:
    limit: int


samples = st.builds(
    Sample,
    name=st.just(""),
    received=moments,
    keywords=keywords,
    mailboxes=mailboxes,
    message_ids=st.lists(st.sampled_from("abcd"), max_size=2, unique=True).map(tuple),
    subject=st.sampled_from(("one", "one", "On e", "two")),
    sender=st.sampled_from(("ann", "bob", "")),
    to=st.sampled_from(("ann", "bob")),
    size=st.integers(0, 3),
    sent=st.none() | st.integers(0, 2),
    has_attachment=st.booleans(),
    text=st.builds(SearchText, from_=phrases, subject=phrases, body=phrases),
)
picks = st.integers(0, 10**6)
steps = st.lists(
    st.one_of(
        samples.map(Add),
        samples.map(Add),
        st.builds(Update, picks, st.none() | keywords, st.none() | mailboxes),
        st.builds(Update, picks, st.none() | keywords, st.none() | mailboxes),
        st.builds(Destroy, picks),
        st.sampled_from(("B3", "B3", "B2", None)).map(Trash),
        st.builds(Index, st.integers(1, 3)),
    ),
    min_size=8,
    max_size=25,
)

moment_texts = st.integers(0, 4).map(lambda second: f"2023-11-14T22:13:{20 + second}Z")
query_texts = st.sampled_from(("apple", "apfel", "app*", '"apple bread"', "漢", "", "!!", "apple bread", "'字'"))
terms = st.one_of(
    st.sampled_from((*MAILBOXES, "B99", "nonsense")).map(lambda value: Term("inMailbox", value)),
    st.lists(st.sampled_from(MAILBOXES), max_size=2, unique=True).map(
        lambda value: Term("inMailboxOtherThan", list(value))
    ),
    st.builds(Term, st.sampled_from(("before", "after")), moment_texts),
    st.builds(Term, st.sampled_from(("minSize", "maxSize")), st.integers(0, 4)),
    st.builds(Term, st.sampled_from(("hasKeyword", "notKeyword")), st.sampled_from(KEYWORDS)),
    st.builds(
        Term,
        st.sampled_from(("allInThreadHaveKeyword", "someInThreadHaveKeyword", "noneInThreadHaveKeyword")),
        st.sampled_from(KEYWORDS),
    ),
    st.booleans().map(lambda value: Term("hasAttachment", value)),
    st.builds(Term, st.sampled_from(("text", "from", "to", "subject", "body")), query_texts),
)


def _operators(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(parts.map(All), parts.map(Either), parts.map(Neither))


expressions: st.SearchStrategy[Expression] = st.recursive(terms, _operators, max_leaves=5)
orders = st.one_of(
    st.builds(Order, st.sampled_from(("receivedAt", "sentAt", "size", "from", "to", "subject", "id")), st.booleans()),
    st.builds(
        Order,
        st.sampled_from(("hasKeyword", "allInThreadHaveKeyword", "someInThreadHaveKeyword")),
        st.booleans(),
        st.none(),
        st.sampled_from(KEYWORDS),
    ),
)
newest_first = (Order("receivedAt", False),)
sorts = st.just(newest_first) | st.just((Order("receivedAt"),)) | st.lists(orders, max_size=3).map(tuple)
WIDE = (
    MessageQuery(Term("allInThreadHaveKeyword", "red"), newest_first),
    MessageQuery(Term("someInThreadHaveKeyword", "$seen"), newest_first),
    MessageQuery(Term("inMailbox", "B1"), newest_first, collapse_threads=True),
    MessageQuery(None, (Order("someInThreadHaveKeyword", False, keyword="red"), Order("receivedAt", False))),
)
"""What depends on other emails of a thread is asked of every history."""

queries = st.builds(MessageQuery, st.none() | expressions, sorts, st.booleans())


@dataclass
class Pair:
    """The index and its model, taken through the same steps."""

    ground: Ground = field(default_factory=Ground.prepared)
    model: Model = field(default_factory=lambda: Model(MOST_EMAILS))
    made: int = 0

    def take(self, step: Add | Update | Destroy | Trash | Index) -> None:
        messages, account = self.ground.messages, self.ground.account
        match step:
            case Add(facts):
                self.made += 1
                named = Sample(**{name: getattr(facts, name) for name in Sample.__slots__} | {"name": f"m{self.made}"})
                self.ground.add(named)
                self.model.add(named)
            case Update(pick, new_keywords, new_mailboxes) if self.model.emails:
                name = self._pick(pick)
                messages.update(account, f"M{self.model.emails[name].id}", new_keywords, new_mailboxes)
                self.model.update(name, new_keywords, new_mailboxes)
            case Destroy(pick) if self.model.emails:
                name = self._pick(pick)
                messages.destroy(account, f"M{self.model.emails[name].id}")
                self.model.destroy(name)
            case Trash(mailbox):
                messages.set_trash(account, mailbox)
                self.model.trash = mailbox
            case Index(limit):
                messages.index_waiting(limit)
        self._learn_ids()

    def _pick(self, pick: int) -> str:
        return list(self.model.emails)[pick % len(self.model.emails)]

    def _learn_ids(self) -> None:
        """Which numbers emails have is for the index to choose."""
        for name, email in self.model.emails.items():
            (found,) = self.ground.messages.with_blob(self.ground.account, blob(name))
            email.id = int(found[1:])

    def ids(self, query: MessageQuery) -> list[str]:
        return [f"M{number}" for number in self.model.query(query)]

    def found(self, query: MessageQuery) -> list[str]:
        return self.ground.messages.query(self.ground.account, query, Window()).ids


@pytest.fixture(autouse=True, params=[25, 0], ids=["along text", "along keywords"])
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads fill up early, seconds hold two messages, and each way of walking gets its turn."""
    monkeypatch.setattr(joining, "MOST_EMAILS", MOST_EMAILS)
    monkeypatch.setattr(textindex, "SEQUENCES", 2)
    monkeypatch.setattr(statement, "LOOK_UP", request.param)


relaxed = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@relaxed
@given(steps)
def test_counters_and_threads_are_what_a_recount_gives(history: list[Add | Update | Destroy | Trash | Index]) -> None:
    pair = Pair()
    for step in history:
        pair.take(step)
    for mailbox, counts in pair.ground.messages.counts(pair.ground.account, MAILBOXES).items():
        assert counts == pair.model.counts(mailbox)
    encoded, missing = pair.ground.messages.threads(pair.ground.account, None)
    expected: dict[int, list[tuple[int, int]]] = {}
    for email in pair.model.emails.values():
        expected.setdefault(email.thread, []).append((email.facts.received, email.id))
    assert sorted(thread["emailIds"] for thread in orjson.loads(encoded)) == sorted(
        [f"M{number}" for _, number in sorted(emails)] for emails in expected.values()
    )
    assert missing == []
    assert pair.ground.messages.count(pair.ground.account) == len(pair.model.emails)
    assert pair.ground.messages.check(pair.ground.account) == []


@relaxed
@given(steps, st.lists(queries, min_size=1, max_size=8))
def test_queries_give_what_a_plain_search_gives(
    history: list[Add | Update | Destroy | Trash | Index], asked: list[MessageQuery]
) -> None:
    pair = Pair()
    for step in history:
        pair.take(step)
    for query in asked:
        expected = pair.ids(query)
        assert pair.found(query) == expected
        whole = pair.ground.messages.query(pair.ground.account, query, Window(total=True, limit=2))
        assert whole.total == len(expected)
        assert whole.ids == expected[:2]


@relaxed
@given(steps, queries, st.integers(-6, 8), st.none() | st.integers(0, 4), picks, st.integers(-3, 3))
def test_windows_are_slices_of_the_whole_result(
    history: list[Add | Update | Destroy | Trash | Index],
    query: MessageQuery,
    position: int,
    limit: int | None,
    pick: int,
    offset: int,
) -> None:
    pair = Pair()
    for step in history:
        pair.take(step)
    expected = pair.ids(query)
    start = position if position >= 0 else max(0, len(expected) + position)
    window = pair.ground.messages.query(pair.ground.account, query, Window(position, limit=limit))
    assert (window.position, window.ids) == (start, expected[start:][:limit])
    if expected:
        anchor = expected[pick % len(expected)]
        start = max(0, expected.index(anchor) + offset)
        window = pair.ground.messages.query(
            pair.ground.account, query, Window(0, anchor, offset, limit=limit, total=True)
        )
        assert (window.position, window.ids, window.total) == (start, expected[start:][:limit], len(expected))


@relaxed
@given(steps, steps, st.lists(queries, min_size=1, max_size=6))
def test_replayed_changes_turn_the_old_result_into_the_new(
    before: list[Add | Update | Destroy | Trash | Index],
    after: list[Add | Update | Destroy | Trash | Index],
    asked: list[MessageQuery],
) -> None:
    asked = [*asked, *WIDE]
    pair = Pair()
    for step in before:
        pair.take(step)
    since = State(pair.ground.state())
    old = [pair.found(query) for query in asked]
    for step in after:
        pair.take(step)
    for query, client in zip(asked, old, strict=True):
        changes = pair.ground.messages.query_changes(pair.ground.account, query, since, total=True)
        assert changes is not None
        now = pair.found(query)
        replayed = [email for email in client if email not in changes.removed]
        for email, index in changes.added:
            replayed.insert(index, email)
        assert replayed == now
        assert changes.total == len(now)
        assert sorted(changes.added, key=lambda item: item[1]) == changes.added
        assert len(set(changes.removed)) == len(changes.removed)
        count = len(changes.removed) + len(changes.added)
        assert pair.ground.messages.query_changes(pair.ground.account, query, since, limit=count) is not None
        if count:
            assert pair.ground.messages.query_changes(pair.ground.account, query, since, limit=count - 1) is None
        _check_up_to(pair, query, since, client, now)


def _check_up_to(pair: Pair, query: MessageQuery, since: State, client: list[str], now: list[str]) -> None:
    """A client that holds only the beginning, up to an id that still is a result, gets that far."""
    for known in range(1, len(client) + 1):
        last = client[known - 1]
        if last not in now:
            continue
        changes = pair.ground.messages.query_changes(pair.ground.account, query, since, up_to=last)
        assert changes is not None
        rest: list[str | None] = [None] * len(client)
        replayed = [*(email for email in client[:known] if email not in changes.removed), *rest]
        for email, index in changes.added:
            replayed.insert(index, email)
        end = now.index(last) + 1
        # Where mutable things decide, unknown results may have come forward; the client sees that it lacks them.
        unknown = [None] if _is_mutable(query) else []
        assert all(found in (*unknown, wanted) for found, wanted in zip(replayed[:end], now[:end], strict=True))


def _is_mutable(query: MessageQuery) -> bool:
    return any("Keyword" in name or "Mailbox" in name for name in (repr(query.filter), repr(query.sort)))
