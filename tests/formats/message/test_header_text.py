import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.header_text import (
    characters,
    decode_words,
    normalized,
    text_form,
    unfolded,
    without_comments,
)
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b" plain", "plain"),
        (b" a\r\n b", "a b"),
        (b"  two spaces", "two spaces"),
        (b" =?utf-8?q?caf=C3=A9?=", "caf\u00e9"),
        (b" =?UTF-8?B?Y2Fmw6k=?=", "caf\u00e9"),
        (b" =?iso-8859-1?q?=E4_=F6?=", "\u00e4 \u00f6"),
        (b" =?utf-8*de?q?=C3=A4?=", "\u00e4"),
        # RFC 2047 §8
        (b" =?ISO-8859-1?Q?a?= b", "a b"),
        (b" =?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
        (b" =?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
        (b" =?ISO-8859-1?Q?a_b?=", "a b"),
        (b" =?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
        # a character cut in two by the sender
        (b" =?utf-8?q?=C3?= =?utf-8?q?=A9?=", "\u00e9"),
        (b" =?utf-8?b?wg==?= =?utf-8?b?qQ==?=", "\u00a9"),
        # base64 without its padding
        (b" =?utf-8?b?w6k?=", "\u00e9"),
        # RFC 8621: controls that were encoded are dropped
        (b" =?utf-8?q?a=00b=0D=0AX:_y?=", "abX: y"),
        # composed
        (b" =?utf-8?q?e=CC=81?=", "\u00e9"),
        # raw octets
        ("\u00e9".encode(), "\u00e9"),
        (b" \xe9!", "\ufffd!"),
        (b" a\0b", "ab"),
    ],
)
def test_text_form_decodes(raw: bytes, text: str) -> None:
    assert text_form(raw) == text


@pytest.mark.parametrize(
    "text",
    [
        "x=?utf-8?q?a?=",
        "=?utf-8?q?a?=x",
        "=?utf-8?q?a b?=",
        "=?nonsense?q?a?=",
        "=?utf-8?x?a?=",
        "=?utf-8?q?a",
        "=?utf-8?q?a?b?=",
        "=?utf-8?q?a?==?utf-8?q?b?=",
        "=?punycode?q?a?=",
        "=?unicode_escape?q?=5Cu0041?=",
    ],
)
def test_what_breaks_the_rules_of_rfc_2047_stays_as_it_is(text: str) -> None:
    assert decode_words(text) == text


def test_raw_octets_that_are_no_utf8_become_replacement_characters() -> None:
    assert characters(b" caf\xe9 \0x") == " caf\ufffd x"


def test_stray_line_ends_become_spaces() -> None:
    assert unfolded(b"a\rb\nc\r\n d") == "a b c d"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a (b) c", "a   c"),
        ("a (b (c) d) e", "a   e"),
        ('"(no)" <x(y)@z> (yes)', '"(no)" <x(y)@z>  '),
        ("a (never closed", "a (never closed"),
        (r"a (\)) b", "a   b"),
        ("a \\", "a \\"),
        ("(\\", "(\\"),
    ],
)
def test_comments_are_taken_out(text: str, left: str) -> None:
    assert without_comments(text) == left


@given(st.text(alphabet=st.characters(categories=["Lu", "Mn", "Lo"]), max_size=60))
def test_composing_gives_nfc(text: str) -> None:
    assert normalized(text) == unicodedata.normalize("NFC", text)


def test_long_text_is_composed_too() -> None:
    assert normalized("e\u0301 " * 5_000) == "\u00e9 " * 5_000


@pytest.mark.parametrize(
    "bomb",
    [
        lambda n: "\u0327\u0301".encode() * (n // 4),
        lambda n: b"=?utf-8?q?a?= " * (n // 14),
        lambda n: b"=?" * (n // 2),
        lambda n: b"=?utf-8?q?" * (n // 10),
        lambda n: b"=?utf-8?b?" + b"w" * n + b"?=",
        lambda n: b"\r\n " * (n // 3),
        lambda n: b"\r" * n,
    ],
)
def test_text_form_is_linear(bomb: Callable[[int], bytes]) -> None:
    assert_linear(lambda size: text_form(bomb(size)), 120_000)


@pytest.mark.parametrize("unit", ["(", "()", "(\\", '"\\', '"(', "<", '<"', "\\"])
def test_taking_comments_out_is_linear(unit: str) -> None:
    assert_linear(lambda size: without_comments(unit * size), 60_000)


@given(st.binary(max_size=200))
def test_any_octets_give_text_that_is_utf8(raw: bytes) -> None:
    for text in (text_form(raw), characters(raw), unfolded(raw)):
        assert "\0" not in text.encode().decode()
