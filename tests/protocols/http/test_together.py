"""What leaves in one write."""

import asyncio
from typing import cast

import pytest

from angarium.protocols.http.together import Together

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire:
    """Remembers each write as the system would see it."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, octets: bytes) -> None:
        self.writes.append(octets)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def wire() -> Wire:
    return Wire()


def _together(wire: Wire, ended: list[str]) -> Together:
    return Together(cast(asyncio.Transport, wire), lambda: ended.append("ended"))


def test_a_head_leaves_with_the_first_octets_of_its_body(wire: Wire) -> None:
    ended: list[str] = []
    together = _together(wire, ended)
    together.write(HEAD)
    assert wire.writes == []
    together.write(b"ok")
    together.write(b"more")
    assert wire.writes == [HEAD + b"ok", b"more"]
    together.end()
    assert (wire.writes[2:], ended) == ([], ["ended"])


def test_a_head_without_a_body_leaves_at_the_end_of_the_answer(wire: Wire) -> None:
    ended: list[str] = []
    together = _together(wire, ended)
    together.write(HEAD)
    together.end()
    assert (wire.writes, ended) == ([HEAD], ["ended"])


def test_an_empty_piece_sends_the_head_of_a_stream_that_has_nothing_to_say_yet(wire: Wire) -> None:
    together = _together(wire, [])
    together.write(HEAD)
    together.write(b"")
    assert wire.writes == [HEAD]


def test_an_interim_answer_leaves_at_once_and_is_no_head(wire: Wire) -> None:
    together = _together(wire, [])
    together.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    together.write(HEAD)
    together.write(b"ok")
    assert wire.writes == [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"ok"]


def test_a_long_body_is_not_copied_behind_its_head(wire: Wire) -> None:
    together = _together(wire, [])
    body = bytes(100_000)
    together.write(HEAD)
    together.write(body)
    assert wire.writes == [HEAD, body]
    assert wire.writes[1] is body


def test_closing_sends_what_was_held_back(wire: Wire) -> None:
    together = _together(wire, [])
    together.write(HEAD)
    together.close()
    assert (wire.writes, wire.closed, together.is_closing()) == ([HEAD], True, True)
