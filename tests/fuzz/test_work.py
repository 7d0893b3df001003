"""Twice the input takes at most two and a half times the work, counted in lines of Python that run, not by a clock.

The inputs are the bombs that such parsers are known to choke on. What a regular expression does inside is not seen
here: tests/formats measure that by processor time.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tests.fuzz.targets import PURE, TARGETS

SIZE = 400
MOST = 2.5

Bomb = Callable[[int], bytes]


def _nested(count: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(count))


def _calendar(*lines: bytes) -> bytes:
    head = (b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"UID:1", b"DTSTART:20260101T000000Z")
    return b"\r\n".join((*head, *lines, b"END:VEVENT", b"END:VCALENDAR", b""))


def _card(*lines: bytes) -> bytes:
    return b"\r\n".join((b"BEGIN:VCARD", b"VERSION:4.0", b"FN:x", *lines, b"END:VCARD", b""))


BOMBS: tuple[tuple[str, str, Bomb], ...] = (
    ("message", "nested multiparts", _nested),
    ("message", "empty parts", lambda n: b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * n),
    ("message", "messages in messages", lambda n: b"Content-Type: message/rfc822\r\n\r\n" * n),
    ("message", "header lines", lambda n: b"X: y\r\n" * n + b"\r\n"),
    ("message", "a folded field", lambda n: b"Subject:" + b" a\r\n" * n + b"\r\n"),
    ("message", "received by many", lambda n: b"Received: by x; Mon, 1 Jan 2024 00:00:00 +0000\r\n" * n + b"\r\n"),
    ("message", "open tags", lambda n: b"Content-Type: text/html\r\n\r\n" + b"<b>x" * n),
    ("headers", "addresses", lambda n: b"a@b," * n),
    ("headers", "groups", lambda n: b"g:a@b;," * n),
    ("headers", "colons", lambda n: b":" * n),
    ("headers", "semicolons", lambda n: b"x/y" + b";" * n),
    ("headers", "open comments", lambda n: b"(" * n),
    ("headers", "quotes and backslashes", lambda n: b'"\\' * n),
    ("headers", "continuations", lambda n: b"a/b" + b"".join(b"; n*%d*=x" % i for i in range(n))),
    ("headers", "message ids", lambda n: b"<a@b> " * n),
    ("words", "encoded words", lambda n: b"=?utf-8?q?a?= " * n),
    ("words", "beginnings of encoded words", lambda n: b"=?" * n),
    ("html", "open tags", lambda n: b"<div>" * n),
    ("html", "a tag that never ends", lambda n: b"<a " + b"b=c " * n),
    ("html", "entities", lambda n: b"&amp;&x" * n),
    ("html", "open comments", lambda n: b"<!--" * n),
    ("html", "lists in tables", lambda n: b"<table><tr><td><ul><li>" * n),
    ("json", "members", lambda n: b"{" + b",".join(b'"%d":[1]' % i for i in range(n)) + b"}"),
    ("json", "open arrays", lambda n: b"[" * n),
    ("pointers", "stars", lambda n: b'[[%s],"/*/a",{}]' % b",".join([b'{"a":[1]}'] * n)),
    ("pointers", "patches", lambda n: b'[{"a":{}},"",{%s}]' % b",".join(b'"a/%d":1' % i for i in range(n))),
    ("search", "words", lambda n: b"word another " * n),
    ("search", "quotes", lambda n: b'"' * n),
    ("search", "ideographs", lambda n: "東京".encode() * n),
    ("vcard", "properties", lambda n: _card(*[b"EMAIL:a@b"] * n)),
    ("vcard", "parameters", lambda n: _card(b"TEL" + b";TYPE=x" * n + b":1")),
    ("vcard", "components of an address", lambda n: _card(b"ADR:" + b";" * n)),
    ("vcard", "groups", lambda n: _card(*(b"g%d.X-ABLABEL:x" % i for i in range(n)))),
    ("vcard", "folds", lambda n: _card(b"NOTE:a" + b"\r\n b" * n)),
    ("vcard", "open cards", lambda n: b"BEGIN:VCARD\r\n" * n),
    ("icalendar", "exceptions", lambda n: _calendar(b"RRULE:FREQ=DAILY", *[b"EXDATE:20260102T000000Z"] * n)),
    ("icalendar", "dates", lambda n: _calendar(b"RDATE:" + b"20260102T000000Z," * n)),
    ("icalendar", "alarms", lambda n: _calendar(*[b"BEGIN:VALARM", b"TRIGGER:-PT5M", b"END:VALARM"] * n)),
    ("icalendar", "attendees", lambda n: _calendar(*(b"ATTENDEE:mailto:a%d@b" % i for i in range(n)))),
    ("icalendar", "open components", lambda n: b"BEGIN:X\r\n" * n),
    ("recurrence", "parts", lambda n: b"FREQ=DAILY;COUNT=1;BYHOUR=" + b",".join([b"1"] * n)),
    ("recurrence", "days", lambda n: b"FREQ=YEARLY;COUNT=1;BYDAY=" + b",".join([b"1MO"] * n)),
    ("mbox", "separators", lambda n: b"From a@b Mon Jan  1 00:00:00 2024\n\n" * n),
    ("mbox", "quoted separators", lambda n: b"From a@b Mon Jan  1 00:00:00 2024\n\n" + b">>From x\n" * n),
)


def lines(work: Callable[[bytes], None], octets: bytes) -> int:
    """How many lines of Python run."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work(octets)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(("target", "name", "bomb"), BOMBS, ids=[f"{target}: {name}" for target, name, _ in BOMBS])
def test_twice_the_input_takes_at_most_two_and_a_half_times_the_work(target: str, name: str, bomb: Bomb) -> None:
    work = TARGETS[target]
    work(bomb(2 * SIZE))  # what is loaded and kept from the first time on
    once, twice = lines(work, bomb(SIZE)), lines(work, bomb(2 * SIZE))
    assert twice <= MOST * once, (once, twice)


def test_every_parser_has_its_bombs() -> None:
    assert {target for target, _, _ in BOMBS} == set(PURE)


def test_a_quadratic_walk_is_seen() -> None:
    def walk(octets: bytes) -> None:
        for start in range(len(octets)):
            for _ in octets[start:]:
                pass

    assert lines(walk, b"x" * 200) > MOST * lines(walk, b"x" * 100)
