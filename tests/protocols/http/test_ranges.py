import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.http.ranges import Unsatisfiable, parse_range


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 150))
def test_a_range_is_what_slicing_gives(first: int, last: int, size: int) -> None:
    content = bytes(range(256))[:size]
    try:
        part = parse_range(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert content[first : last + 1] == b""
    else:
        assert (part is None) is (last < first)
        assert part is None or content[part] == content[first : last + 1]


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    try:
        part = parse_range(text, 10)
    except Unsatisfiable:
        return
    assert part is None or 0 <= part.start < part.stop <= 10


@pytest.mark.parametrize("text", ["bytes=0-" + "9" * 30, "bytes=" + "9" * 30 + "-", "bytes=٣-٤", "", "bytes"])
def test_what_is_no_range_asks_for_the_whole(text: str) -> None:
    assert parse_range(text, 10) is None


def test_of_nothing_no_part_can_be_had() -> None:
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=0-", 0)
    with pytest.raises(Unsatisfiable):
        parse_range("bytes=-5", 0)
