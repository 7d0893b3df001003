"""An mbox comes apart into the messages that went in, however it is cut into pieces."""

import io
import mailbox
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.mailstore import Entry, from_line, split, unquote

LIMIT = 1_000_000
LINE = b"From ann@example.org Thu Jan  2 03:04:05 2020\n"
DATE = 1577934245_000


def entries(data: bytes, size: int = 1 << 16, limit: int = LIMIT) -> list[Entry]:
    return list(split((data[at : at + size] for at in range(0, len(data), size)), limit))


def octets(data: bytes, size: int = 1 << 16) -> list[bytes | None]:
    return [entry.octets for entry in entries(data, size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
def test_messages_are_the_same_however_the_file_is_cut(size: int) -> None:
    data = LINE + b"Subject: a\n\none\n\n" + LINE + b"Subject: b\n\ntwo\nthree\n\n" + LINE + b"Subject: c\n\n"
    assert octets(data, size) == [b"Subject: a\n\none\n", b"Subject: b\n\ntwo\nthree\n", b"Subject: c\n"]


def test_crlf_line_ends_are_kept() -> None:
    line = LINE.replace(b"\n", b"\r\n")
    message = b"Subject: a\r\n\r\none\r\n"
    assert octets(line + message + b"\r\n" + line + message + b"\r\n", 5) == [message, message]


def test_a_from_line_without_a_date_or_without_an_empty_line_before_is_text() -> None:
    message = b"Subject: a\n\nFrom here on\n\nFrom now on it rains\ntext\n" + LINE + b"more\n"
    assert octets(LINE + message + b"\n", 4) == [message]


def test_the_first_line_needs_no_date() -> None:
    [entry] = entries(b"From somebody\nSubject: a\n\ntext\n\n")
    assert (entry.start.sender, entry.start.date, entry.octets) == ("somebody", None, b"Subject: a\n\ntext\n")


def test_what_is_no_mbox_gives_nothing() -> None:
    assert entries(b"") == entries(b"Subject: a\n\n" + LINE) == entries(b"From") == []


def test_a_message_above_the_limit_gives_its_size_and_the_next_is_found() -> None:
    large = b"Subject: a\n\n" + b"x" * 70 + b"\n" + b"yyyyyyyy\n" * 20_000
    for size in (100, 4096, 1 << 20):
        first, second = entries(LINE + large + b"\n" + LINE + b"Subject: b\n\n\n", size, limit=5000)
        assert (first.octets, first.size, first.position) == (None, len(large), 0)
        assert (second.octets, second.position) == (b"Subject: b\n\n", len(LINE) + len(large) + 1)


def test_positions_are_those_of_the_from_lines() -> None:
    data = LINE + b"Subject: a\n\none\n\n" + LINE + b"\n" + LINE + b"Subject: c\n"
    for size in (3, 100, 1000):
        assert all(data[entry.position :].startswith(LINE) for entry in entries(data, size))
        assert [entry.octets for entry in entries(data, size)] == [b"Subject: a\n\none\n", b"", b"Subject: c\n"]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        (LINE, DATE),
        (b"From - Thu Jan 02 03:04:05 2020\r\n", DATE),
        (b"From MAILER-DAEMON Thu Jan  2 03:04 2020", DATE - 5000),
        (b"From 123@xxx Thu Jan 02 03:04:05 +0000 2020\n", DATE),
        (b"From a@b  Thu Jan  2 03:04:05 2020 +0200\n", DATE - 7200_000),
        (b"From a@b Thu Jan  2 03:04:05 PST 2020\n", DATE + 8 * 3600_000),
        (b"From host!ann Thu Jan  2 03:04:05 2020 remote from host\n", DATE),
        (b"From 0123456789abcdef Mon Sep 17 00:00:00 2001\n", None),
    ],
)
def test_dates_of_from_lines(line: bytes, date: int | None) -> None:
    found = from_line(line)
    assert found is not None
    assert found.date == date


@pytest.mark.parametrize(
    "line",
    [b"From here to there\n", b"from ann Thu Jan  2 03:04:05 2020x\n", b"From ann Thu Foo  2 03:04:05 2020\n", b""],
)
def test_other_lines_are_no_from_lines(line: bytes) -> None:
    assert from_line(line) is None


def test_unquoting_takes_one_mark_from_each_marked_line() -> None:
    assert unquote(b">From a\n>>From b\n> From c\nx >From d\n") == b"From a\n>From b\n> From c\nx >From d\n"


def test_a_long_message_is_unquoted_whole() -> None:
    line, lines = b">From x\n" + b"y" * 72 + b"\n", 30_000
    assert unquote(line * lines + b">From the end") == line[1:] * lines + b"From the end"


def quoted(message: bytes) -> bytes:
    lines = message.splitlines(keepends=True)
    return b"".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)


@given(
    st.lists(
        st.lists(st.sampled_from([b"\n", b"From x\n", LINE, b">From y\n", b"text\n", b"Fro\n", b"\r\n"]), max_size=8),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 60),
)
def test_what_is_written_as_mboxrd_is_read_back(messages: list[list[bytes]], size: int) -> None:
    wanted = [b"A: b\n\n" + b"".join(lines) for lines in messages]
    data = b"".join(LINE + quoted(message) + b"\n" for message in wanted)
    found = entries(data, size)
    assert [unquote(entry.octets or b"") for entry in found] == wanted
    assert all(before.position < after.position for before, after in pairwise(found))


@given(st.binary(max_size=300), st.integers(1, 40))
def test_any_octets_are_read_the_same_way_in_any_pieces(data: bytes, size: int) -> None:
    assert entries(b"From x\n" + data, size) == entries(b"From x\n" + data, 10_000)


def test_a_file_written_by_the_standard_library_is_read(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for text in (b"Subject: a\n\nFrom here\n", b"Subject: b\n\ntext\n"):
        box.add(io.BytesIO(text))
    box.close()
    found = [unquote(octet or b"") for octet in octets((tmp_path / "box").read_bytes())]
    assert found == [b"Subject: a\n\nFrom here\n", b"Subject: b\n\ntext\n"]
