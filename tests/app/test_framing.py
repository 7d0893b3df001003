"""Pieces come through a stream one by one, and none by half."""

from io import BytesIO

import pytest

from angarium.app.framing import framed, next_piece


def test_pieces_come_out_as_they_went_in() -> None:
    stream = BytesIO(framed(b"one") + framed(b"") + framed(b"\x00" * 70_000))
    assert [next_piece(stream) for _ in range(4)] == [b"one", b"", b"\x00" * 70_000, None]


@pytest.mark.parametrize("left", range(7))
def test_a_piece_that_was_cut_short_is_none(left: int) -> None:
    assert next_piece(BytesIO(framed(b"one")[:left])) is None
