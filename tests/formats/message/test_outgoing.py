"""What leaves: nothing but whole lines, and no field that is to stay."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.errors import FormatError
from angarium.formats.message import outgoing, parse

PLAIN = b"From: a@example.com\r\nSubject: one\r\n two\r\n\r\nfirst\r\n.\r\nlast\r\n"


def sent(data: bytes) -> bytes:
    return outgoing(data).octets()


def test_a_message_with_nothing_to_mend_leaves_as_it_is() -> None:
    assert sent(PLAIN) == PLAIN


def test_line_ends_of_every_kind_become_crlf() -> None:
    assert sent(PLAIN.replace(b"\r\n", b"\n")) == PLAIN
    assert sent(PLAIN.replace(b"\r\n", b"\r")) == PLAIN
    assert sent(PLAIN.replace(b"\r\n", b"\r\r\n")) == PLAIN
    assert sent(b"A: b\n\nx\r.\ry\n") == b"A: b\r\n\r\nx\r\n.\r\ny\r\n"


@pytest.mark.parametrize(
    "field",
    [
        b"Bcc: secret@example.com",
        b"bCC : secret@example.com",
        b"Bcc:\r\n secret@example.com,\r\n\tsecret2@example.com",
        b"Resent-Bcc: secret@example.com",
        b"Return-Path: <secret@example.com>",
    ],
)
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_what_no_recipient_may_see_goes_wherever_it_stands(field: bytes, end: bytes) -> None:
    for place in (0, 1, 2):
        lines = [b"From: a@example.com", b"To: b@example.com"]
        lines.insert(place, field)
        lines.append(field)
        leaves = sent(b"\r\n".join([*lines, b"", b"Bcc: only text"]).replace(b"\r\n", end))
        assert b"secret" not in leaves
        assert leaves == b"From: a@example.com\r\nTo: b@example.com\r\n\r\nBcc: only text"


def test_a_lone_carriage_return_in_a_header_makes_no_field() -> None:
    leaves = sent(b"Subject: x\rBcc: shown@example.com\r\nTo: y\r\n\r\nbody\r\n")
    assert leaves == b"Subject: x Bcc: shown@example.com\r\nTo: y\r\n\r\nbody\r\n"


def test_a_line_that_is_no_field_does_not_end_the_header_for_others() -> None:
    assert sent(b"From me Mon Jan  1\nTo: y\nBcc: z\n\nbody\n") == b"To: y\r\n\r\nbody\r\n"


def test_a_body_whose_blank_line_was_lost_stays_a_body() -> None:
    assert sent(b"To: y\r\nhello there\r\nmore\r\n") == b"To: y\r\n\r\nhello there\r\nmore\r\n"


def test_added_fields_go_first() -> None:
    assert outgoing(PLAIN).octets([b"Date: now\r\n"]) == b"Date: now\r\n" + PLAIN


def test_fields_are_found_by_name_whatever_their_case() -> None:
    assert outgoing(b"FROM: a\nfrom: b\n\n").named("from") == [b" a", b" b"]


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\nbody", b"no header at all", b"A: b\r\n" * 1_000, b"A: " + b"x" * 1_000_001]
)
def test_what_cannot_be_read_whole_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        outgoing(data)


@given(st.lists(st.sampled_from([b"\r", b"\n", b" ", b"a", b":", b"Bcc", b"To: x", b"\xff", b"."]), max_size=30))
def test_every_line_that_leaves_ends_in_crlf_and_no_hidden_field_is_read_from_it(pieces: list[bytes]) -> None:
    try:
        leaves = sent(b"From: a\n" + b"".join(pieces))
    except FormatError:
        return
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", leaves) is None
    assert "bcc" not in {header.name.lower() for header in parse(leaves).headers}
