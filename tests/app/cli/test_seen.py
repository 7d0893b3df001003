"""What an import remembers of the octets that it came upon."""

import hashlib
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from angarium.app.cli.importing.seen import Seen


def blob(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=60))
def test_it_counts_what_was_skipped_until_one_was_taken(notes: list[tuple[int, bool]]) -> None:
    seen, skipped, taken = Seen(), defaultdict[int, int](int), set[int]()
    for number, was_taken in notes:
        seen.note(blob(number), was_taken)
        if was_taken:
            taken.add(number)
        else:
            skipped[number] += 1
    for number in range(13):
        assert seen.passed(blob(number)) == (None if number in taken else skipped[number])


def test_it_grows_without_forgetting() -> None:
    seen = Seen()
    for number in range(20_000):
        seen.note(blob(number), number % 2 == 0)
    assert [seen.passed(blob(number)) for number in (0, 1, 19_998, 19_999, 20_000)] == [None, 1, None, 1, 0]


def test_a_count_has_an_end() -> None:
    seen = Seen()
    for _ in range(300):
        seen.note(blob(1), False)
    assert seen.passed(blob(1)) == 127
