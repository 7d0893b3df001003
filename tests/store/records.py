"""What every backend must do with queries over records; a backend gives the fixture `store`, an empty one to write to.

A model in Python answers the same queries by walking all records.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from angarium.formats.collation import sortable
from angarium.formats.searchtext import parse_query, prepare
from angarium.store.contract import (
    AccountKey,
    All,
    AnchorNotFound,
    CannotCalculateChanges,
    Comparison,
    Either,
    Expression,
    Neither,
    NewRecord,
    Order,
    QueryChanges,
    State,
    Store,
    Term,
    Transaction,
    Window,
)
from tests.store.conformance import account_of, done

KIND = "Card"
NAMES = ("Åsa", "asa", "Zoe", "Bob", "bob", "", "Émile", "zoë", "李")
BOOKS = ("A1", "A2", "A3")
WORDS = ("bread", "river", "Zürich", "stone", "quiet", "harbour")

Values = Mapping[str, Sequence[str | int]]


@dataclass
class Model:
    """All records of one account, as Python sees them."""

    store: Store
    account: AccountKey
    indexes: dict[str, Values] = field(default_factory=dict)
    texts: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def create(self, indexes: Values, texts: Mapping[str, str] | None = None) -> str:
        record = done(self.store, lambda t: t.records.create(self.account, KIND, "C", b"{}", indexes, texts))
        self.indexes[record], self.texts[record] = indexes, texts or {}
        return record

    def create_all(self, records: Sequence[tuple[Values, Mapping[str, str]]]) -> list[str]:
        new = [NewRecord(b"{}", indexes, texts) for indexes, texts in records]
        made = done(self.store, lambda t: t.records.create_all(self.account, KIND, "C", new))
        for record, (indexes, texts) in zip(made, records, strict=True):
            self.indexes[record], self.texts[record] = indexes, texts
        return made

    def update(self, record: str, indexes: Values, texts: Mapping[str, str] | None) -> None:
        done(self.store, lambda t: t.records.update(self.account, KIND, record, b"{}", indexes, texts))
        self.indexes[record] = indexes
        self.texts[record] = self.texts[record] if texts is None else texts

    def destroy(self, record: str) -> None:
        done(self.store, lambda t: t.records.destroy(self.account, KIND, record))
        del self.indexes[record], self.texts[record]

    def ids(self, filter_: Expression | None, sort: Sequence[Order]) -> list[str]:
        """The whole result."""
        newest_first = bool(sort) and not sort[-1].ascending
        found = sorted(self.indexes, key=lambda record: int(record[1:]), reverse=newest_first)
        found = [record for record in found if self._matches(filter_, record)]
        for order in reversed(sort):
            found.sort(key=lambda record: self._key(order, record), reverse=not order.ascending)
        return found

    def _key(self, order: Order, record: str) -> tuple[bool, str | int]:
        values = self.indexes[record].get(order.property, ())
        if not values:
            return (False, "")
        value = values[0]
        if isinstance(value, str) and order.collation in ("i;octet", "i;ascii-casemap"):
            value = value.partition("\x01")[2]
            if order.collation == "i;ascii-casemap":
                value = "".join(letter.upper() if letter.isascii() else letter for letter in value)
        return (True, value)

    def _matches(self, expression: Expression | None, record: str) -> bool:
        match expression:
            case None:
                return True
            case All(parts):
                return all(self._matches(part, record) for part in parts)
            case Either(parts):
                return any(self._matches(part, record) for part in parts)
            case Neither(parts):
                return not any(self._matches(part, record) for part in parts)
            case Term(name, value, Comparison.WORDS):
                texts = [text for column, text in self.texts[record].items() if name in ("", column)]
                words = parse_query(str(value))
                return not str(value).strip() or (
                    bool(words) and all(any(word.needle in text for text in texts) for word in words)
                )
            case Term(name, value, comparison):
                return any(_compares(entry, comparison, value) for entry in self.indexes[record].get(name, ()))

    def query(self, filter_: Expression | None, sort: Sequence[Order], window: Window) -> tuple[list[str], int, object]:
        found = self.store.read(lambda s: s.records.query(self.account, KIND, filter_, sort, window))
        return found.ids, found.position, found.total

    def state(self) -> State:
        return self.store.read(lambda s: s.state(self.account, KIND))


def _compares(entry: str | int, comparison: Comparison, value: object) -> bool:
    if isinstance(value, list):
        return entry in value
    if comparison is Comparison.CONTAINS:
        return str(value) in str(entry)
    assert isinstance(value, str | int)
    left, right = (str(entry), str(value)) if isinstance(entry, str) else (entry, value)
    return {
        Comparison.EQUAL: left == right,
        Comparison.BELOW: left < right,  # type: ignore[operator]
        Comparison.UP_TO: left <= right,  # type: ignore[operator]
        Comparison.ABOVE: left > right,  # type: ignore[operator]
        Comparison.FROM: left >= right,  # type: ignore[operator]
    }[comparison]


def some_indexes(chance: random.Random) -> Values:
    return {
        "book": sorted(set(chance.choices(BOOKS, k=chance.randint(1, 3)))),
        "made": [chance.randint(0, 20)],
        "name": [sortable(chance.choice(NAMES))],
        "uid": [f"u{chance.randint(0, 10**6)}"],
        "times": [chance.randint(0, 20) for _ in range(chance.randint(0, 3))],
    }


def some_texts(chance: random.Random) -> Mapping[str, str]:
    return {column: prepare(" ".join(chance.choices(WORDS, k=chance.randint(0, 3)))) for column in ("name", "note")}


def some_filter(chance: random.Random, depth: int = 2) -> Expression:
    if depth and chance.random() < 0.5:
        parts = tuple(some_filter(chance, depth - 1) for _ in range(chance.randint(0, 3)))
        return chance.choice((All, Either, Neither))(parts)
    ranges = (Comparison.BELOW, Comparison.UP_TO, Comparison.ABOVE, Comparison.FROM, Comparison.EQUAL)
    text = chance.choice(("bread", "ZURICH", "river stone", '"quiet harbour"', "qui*", "absent", "  ", "!"))
    return chance.choice(
        (
            Term("book", chance.choice(BOOKS)),
            Term("book", [*chance.choices(BOOKS, k=2)]),
            Term("made", chance.randint(-1, 21), chance.choice(ranges)),
            Term("times", chance.randint(-1, 21), chance.choice(ranges)),
            Term("uid", str(chance.randint(0, 99)), Comparison.CONTAINS),
            Term("unknown", "x"),
            Term(chance.choice(("", "name", "note", "absent")), text, Comparison.WORDS),
        )
    )


def some_sort(chance: random.Random) -> list[Order]:
    collations = (None, "i;octet", "i;ascii-casemap", "i;unicode-casemap")
    every = [
        Order("name", chance.random() < 0.5, chance.choice(collations)),
        Order("made", chance.random() < 0.5),
    ]
    return chance.sample(every, chance.randint(0, 2))


class RecordQueriesSuite:
    """Filters, sorts, windows, text and changes."""

    @pytest.fixture
    def model(self, store: Store) -> Model:
        return Model(store, account_of(store))

    @pytest.mark.parametrize("seed", range(4))
    def test_any_query_finds_what_walking_all_records_finds(self, model: Model, seed: int) -> None:
        chance = random.Random(seed)
        for step in range(60):
            records = list(model.indexes)
            if records and chance.random() < 0.2:
                model.destroy(chance.choice(records))
            elif records and chance.random() < 0.3:
                texts = some_texts(chance) if chance.random() < 0.5 else None
                model.update(chance.choice(records), some_indexes(chance), texts)
            else:
                model.create(some_indexes(chance), some_texts(chance))
            if step % 20 == 10:
                done(model.store, lambda t: t.records.index_waiting())
        for _ in range(150):
            filter_, sort = some_filter(chance), some_sort(chance)
            expected = model.ids(filter_, sort)
            start, limit = chance.randint(-5, 8), chance.choice((None, 0, 3, 100))
            first = start if start >= 0 else max(0, len(expected) + start)
            end = None if limit is None else first + limit
            window = Window(position=start, limit=limit, total=True)
            assert model.query(filter_, sort, window) == (expected[first:end], first, len(expected)), (filter_, sort)
            if expected:
                anchor = chance.choice(expected)
                window = Window(anchor=anchor, anchor_offset=-1, limit=3)
                first = max(0, expected.index(anchor) - 1)
                assert model.query(filter_, sort, window) == (expected[first : first + 3], first, None)

    @pytest.mark.parametrize("lie", ["anywhere", "last", "all alike"])
    def test_a_window_of_many_results_is_cut_from_the_whole_list(self, model: Model, lie: str) -> None:
        chance = random.Random(lie)
        names = {"anywhere": "abcdefgh", "last": "z", "all alike": "a"}
        others = {"anywhere": "abcdefgh", "last": "abcdefgh", "all alike": "a"}

        def some(is_found: bool) -> tuple[Values, Mapping[str, str]]:
            name = "".join(chance.choices((names if is_found else others)[lie], k=2))
            indexes: Values = {"name": [sortable(name)], "made": [chance.randint(0, 20)], "book": [BOOKS[is_found]]}
            return indexes, {"note": " bread "} if is_found else {}

        model.create_all([some(number % 5 == 0) for number in range(1_300)])
        sorts = [
            [Order("name", ascending)] + [Order("made", newest)] * several
            for ascending in (True, False)
            for newest in (True, False)
            for several in (0, 1)
        ]
        for filter_ in (Term("", "bread", Comparison.WORDS), Term("book", BOOKS[1]), Term("book", BOOKS[0]), None):
            for sort in sorts:
                expected = model.ids(filter_, sort)
                for start in (0, 7, 90, 250):
                    window = Window(position=start, limit=20)
                    assert model.query(filter_, sort, window)[0] == expected[start : start + 20], (filter_, sort)

    def test_many_are_made_at_once_as_one_by_one(self, model: Model) -> None:
        first = model.create_all([({"uid": ["a"]}, {}), ({"uid": ["b"], "made": [1]}, {"note": " bread "})])
        assert first == sorted(first, key=lambda record: int(record[1:]))
        assert model.state() == int(first[-1][1:])
        assert model.create_all([]) == []
        for filter_ in (Term("uid", "a"), Term("made", 1), Term("note", "bread", Comparison.WORDS)):
            assert model.query(filter_, [], Window())[0] == model.ids(filter_, [])
        found = model.store.read(lambda s: s.records.carried(model.account, KIND, "uid", ["b", 1, "absent"]))
        assert found == {"b"}
        assert model.store.read(lambda s: s.records.carried(model.account, KIND, "made", [1, 2])) == {1}

    @pytest.mark.parametrize("seed", range(3))
    def test_an_old_result_and_its_changes_give_the_new_result(self, model: Model, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(30):
            model.create(some_indexes(chance), some_texts(chance))
        for _ in range(20):
            filter_, sort = some_filter(chance), some_sort(chance)
            old, since = model.ids(filter_, sort), model.state()
            for _ in range(chance.randint(0, 4)):
                what, record = chance.random(), chance.choice(list(model.indexes))
                if what < 0.3:
                    model.destroy(record)
                elif what < 0.6:
                    model.update(record, some_indexes(chance), some_texts(chance))
                else:
                    model.create(some_indexes(chance), some_texts(chance))
            changes = self._changes(model, filter_, sort, since)
            assert changes is not None
            ids = [record for record in old if record not in changes.removed]
            for record, index in changes.added:
                ids.insert(index, record)
            assert ids == model.ids(filter_, sort)
            assert changes.total == len(ids)

    def _changes(
        self, model: Model, filter_: Expression | None, sort: Sequence[Order], since: State, limit: int | None = None
    ) -> QueryChanges | None:
        return model.store.read(
            lambda s: s.records.query_changes(model.account, KIND, filter_, sort, since, limit, total=True)
        )

    def test_more_changes_than_wanted_are_not_told(self, model: Model) -> None:
        since = model.state()
        first, second = (model.create({"made": [1]}) for _ in range(2))
        assert self._changes(model, None, [], since, 1) is None
        assert self._changes(model, None, [], since, 2) == QueryChanges([], [(first, 0), (second, 1)], 2)
        with pytest.raises(CannotCalculateChanges):
            self._changes(model, None, [], State(99))

    def test_changes_within_a_transaction_are_seen_in_it(self, model: Model) -> None:
        def job(transaction: Transaction) -> None:
            since = transaction.state(model.account, KIND)
            record = transaction.records.create(model.account, KIND, "C", b"{}", {}, {"note": " bread "})
            words = Term("note", "bread", Comparison.WORDS)
            assert transaction.records.query(model.account, KIND, words, [], Window()).ids == [record]
            changes = transaction.records.query_changes(model.account, KIND, words, [], since)
            assert changes is not None
            assert changes.added == [(record, 0)]

        done(model.store, job)

    @pytest.mark.parametrize("anchor", ["C99", "X1", "nonsense", ""])
    def test_an_anchor_that_is_no_result_is_an_error(self, model: Model, anchor: str) -> None:
        model.create({})
        with pytest.raises(AnchorNotFound):
            model.query(None, [], Window(anchor=anchor))

    def test_accounts_and_kinds_do_not_find_each_others_records(self, model: Model, store: Store) -> None:
        mine = model.create({"name": ["a"]}, {"note": " bread "})
        other = Model(store, account_of(store))
        theirs = other.create({"name": ["a"]}, {"note": " bread "})
        done(
            store, lambda t: t.records.create(model.account, "Event", "E", b"{}", {"name": ["a"]}, {"note": " bread "})
        )
        for round_ in range(2):
            for filter_ in (None, Term("name", "a"), Term("", "bread", Comparison.WORDS)):
                assert model.query(filter_, [Order("name")], Window())[0] == [mine], round_
                assert other.query(filter_, [Order("name")], Window())[0] == [theirs]
            done(store, lambda t: t.records.index_waiting())

    def test_text_goes_with_its_record_and_with_its_account(self, model: Model, store: Store) -> None:
        words = Term("", "bread", Comparison.WORDS)
        first, second = (model.create({}, {"note": " bread "}) for _ in range(2))
        done(store, lambda t: t.records.index_waiting(1))
        for record in (first, second):
            model.destroy(record)
        assert model.query(words, [], Window()) == ([], 0, None)
        model.create({}, {"note": " bread "})
        done(store, lambda t: t.remove_account(model.account))
        assert model.query(words, [], Window()) == ([], 0, None)

    def test_text_made_anew_changes_no_record(self, model: Model) -> None:
        record = model.create({}, {"note": " bread "})
        state = model.state()
        done(
            model.store, lambda t: t.records.search_for(model.account, KIND, record, {"note": " stone ", "more": " x "})
        )
        assert model.state() == state
        found = {
            word: model.query(Term("", word, Comparison.WORDS), [], Window())[0] for word in ("bread", "stone", "x")
        }
        assert found == {"bread": [], "stone": [record], "x": [record]}
