"""Return-Path and hops."""

import pytest

from angarium.formats.message import hops, parse, with_return_path
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("octets", "rest"),
    [
        (b"Subject: a\r\n\r\nb", b"Subject: a\r\n\r\nb"),
        (b"Return-Path: <x@y>\r\nSubject: a\r\n\r\nb", b"Subject: a\r\n\r\nb"),
        (b"A: b\r\nRETURN-PATH :\r\n <x@y>\r\n\t(c)\r\nB: c\r\n\r\n", b"A: b\r\nB: c\r\n\r\n"),
        (b"Return-Path: <1>\r\nReturn-path: <2>\r\n\r\nReturn-Path: <3>\r\n", b"\r\nReturn-Path: <3>\r\n"),
        (b"\r\nReturn-Path: in the body\r\n", b"\r\nReturn-Path: in the body\r\n"),
        (b"X-Return-Path: a\r\nReturn-Paths: b\r\n\r\n", b"X-Return-Path: a\r\nReturn-Paths: b\r\n\r\n"),
        (b"Return-Path: <x@y>\nSubject: a\n\nb", b"Subject: a\n\nb"),
        (b"", b""),
    ],
)
def test_a_message_gets_one_return_path(octets: bytes, rest: bytes) -> None:
    assert with_return_path(octets, "bob@example.net") == b"Return-Path: <bob@example.net>\r\n" + rest


def test_a_bounce_has_an_empty_return_path_and_letters_of_the_world_stay() -> None:
    assert with_return_path(b"", "") == b"Return-Path: <>\r\n"
    assert with_return_path(b"", "jürgen@example.net") == "Return-Path: <jürgen@example.net>\r\n".encode()


@pytest.mark.parametrize("sender", ["a@b>\r\nX: y", "a\n", "\0", "\x85"])
def test_a_sender_cannot_add_fields(sender: str) -> None:
    with pytest.raises(ValueError, match="control"):
        with_return_path(b"", sender)


@pytest.mark.parametrize("piece", [b"Return-Path", b"Return-Path:\n", b"Return-Path: \t", b"\n ", b" \t", b"a:\n"])
def test_the_cost_follows_the_size(piece: bytes) -> None:
    assert_linear(lambda times: with_return_path(b"A: b\n" + piece * times + b"!", ""), 200_000)


def test_hops_are_counted_by_name() -> None:
    message = parse(b"received: a\r\nReceived: b\r\nX-Received: c\r\nReceived-SPF: d\r\n\r\nReceived: e\r\n")
    assert hops(message.headers) == 2
