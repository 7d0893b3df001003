import tracemalloc
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.vcard.stream import Piece, pieces
from tests.formats.message.linear import assert_linear

CARD = b"BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n"
BARE = CARD[:-1]
NESTED = b"BEGIN:VCARD\nAGENT:\nBEGIN:VCARD\nEND:VCARD\nEND:VCARD"

FOLDED = b"BEGIN:VCARD\nNOTE:\n BEGIN:VCARD\n END:VCARD\nEND:VCARD"


def found(octets: bytes, most: int = 10_000) -> list[Piece]:
    return list(pieces([octets], most))


def test_each_card_comes_with_its_place() -> None:
    assert [(piece.octets, piece.position) for piece in found(CARD + b"\r\n" + CARD)] == [
        (BARE, 0),
        (BARE, len(CARD) + 2),
    ]


@pytest.mark.parametrize(
    ("octets", "cards"),
    [
        (b"begin:vcard\nend:vcard", [b"begin:vcard\nend:vcard"]),
        (b"BEGIN:VCARD\r\r\nEND:VCARD\r\r\n", [b"BEGIN:VCARD\r\r\nEND:VCARD\r\r"]),
        (b"BEGIN:VCARD\rFN:x\rEND:VCARD\r", [b"BEGIN:VCARD\nFN:x\nEND:VCARD"]),
        (b"BEGIN:VCARD\nFN:x\nBEGIN:VCARD\nEND:VCARD", [b"BEGIN:VCARD\nFN:x\n", b"BEGIN:VCARD\nEND:VCARD"]),
        (NESTED + b"\n", [NESTED]),
        (b"BEGIN:VCARD\nFN:x", [b"BEGIN:VCARD\nFN:x"]),
        (b" BEGIN:VCARD\nEND:VCARD", [b" BEGIN:VCARD\nEND:VCARD"]),
        (FOLDED, [FOLDED]),
        ("BEGIN:VCARD\nFN:é\nEND:VCARD".encode("utf-16"), ["BEGIN:VCARD\nFN:é\nEND:VCARD".encode()]),
        (b"\xef\xbb\xbf" + CARD, [BARE]),
    ],
)  # fmt: skip
def test_cards_are_cut_where_they_begin_and_end(octets: bytes, cards: list[bytes]) -> None:
    assert [piece.octets for piece in found(octets)] == cards


def test_what_stands_outside_is_named() -> None:
    [outside, card, after] = found(b"\n FN:lost\n" + CARD + b"more")
    assert outside.problem
    assert (outside.problem.position, card.octets) == (2, BARE)
    assert after.problem
    assert after.problem.position == 10 + len(CARD)


def test_a_card_larger_than_the_limit_is_left_out_and_the_next_one_read() -> None:
    large = b"BEGIN:VCARD\nNOTE:" + b"x" * 500 + b"\nEND:VCARD\n"
    for size in (7, 100, 10_000):
        octets = CARD + large + CARD
        chunks = [octets[start : start + size] for start in range(0, len(octets), size)]
        [first, second, third] = pieces(chunks, 300)
        assert (first.octets, third.octets, second.octets) == (BARE, BARE, b"")
        assert second.problem
        assert "larger" in second.problem.text


@pytest.mark.parametrize("beginning", [b"x", b"BEGIN:VCARD\n"])
def test_a_line_without_an_end_takes_no_more_room_than_the_limit(beginning: bytes) -> None:
    chunks = chain([beginning], (b"x" * 10_000 for _ in range(300)))
    tracemalloc.start()
    try:
        told = list(pieces(chunks, 100_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert told
    assert all(piece.problem for piece in told)
    assert peak < 1_000_000


@given(
    st.lists(st.sampled_from([CARD, b"BEGIN:VCARD\n", b"END:VCARD\n", b"AGENT:\n", b"x", b"\r", b"\n"])),
    st.integers(1, 40),
)
def test_however_a_file_is_cut_into_chunks_the_cards_are_the_same(parts: list[bytes], size: int) -> None:
    octets = b"\n" + b"".join(parts)
    whole = found(octets)
    assert list(pieces([octets[start : start + size] for start in range(0, len(octets), size)])) == whole
    assert all(one.position <= other.position for one, other in pairwise(whole))


@pytest.mark.parametrize("unit", [b"BEGIN:VCARD\n", b"END:VCARD\n", b"AGENT:\nBEGIN:VCARD\n", b"x\n", b"\n", b"   "])
def test_cutting_is_linear(unit: bytes) -> None:
    def cut(size: int) -> None:
        octets = b"BEGIN:VCARD\n" + unit * size
        for _ in pieces(octets[start : start + 4096] for start in range(0, len(octets), 4096)):
            pass

    assert_linear(cut, 40_000)
