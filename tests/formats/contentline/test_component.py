import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.contentline.component import MOST_DEPTH, is_base64, parse, read
from angarium.formats.contentline.line import parse_line
from angarium.formats.contentline.values import Component, Line, Problem
from angarium.formats.errors import FormatError
from tests.formats.message.linear import assert_linear

EDGES = st.sampled_from([b"BEGIN:A", b"BEGIN:B", b"END:A", b"END:B"])
LINES = st.sampled_from([b"X:1", b"broken", b" folded", b"P;BASE64:", b"AAAA"])


def test_components_hold_lines_and_components() -> None:
    octets = b"begin:vcalendar\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nX:y\nEND:VCALENDAR\nBEGIN:B\nEND:B\n"
    event = Component("VEVENT", [Line("UID", "1", {})])
    calendar = Component("VCALENDAR", [Line("VERSION", "2.0", {}), Line("X", "y", {})], [event])
    assert parse(octets) == [calendar, Component("B")]
    assert calendar.first("X") == Line("X", "y", {})
    assert calendar.first("Z") is None


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"BEGIN:A\nX:1\n", Problem(0, "A has no END")),
        (b"BEGIN:A\nBEGIN:B\nEND:A\n", Problem(8, "B has no END")),
        (b"BEGIN:A\r\nEND:B\r\nEND:A\r\n", Problem(9, "END:B ends nothing")),
        (b"BEGIN:A\n folded\nno colon\nEND:AFOLDED", Problem(16, "a line has no colon")),
        (b"\xef\xbb\xbfX:1\nBEGIN:A\nEND:A", Problem(3, "X stands outside of any component")),
        (b"BEGIN:A\nX Y:1\nEND:A", Problem(8, "'X Y' is not the name of a property")),
    ],
)
def test_what_is_left_out_is_named_with_its_place(octets: bytes, problem: Problem) -> None:
    reading = read(octets)
    assert [component.name for component in reading.components] == [reading.components[0].name]
    assert reading.problems[0] == problem
    with pytest.raises(FormatError, match=problem.text) as raised:
        parse(octets)
    assert raised.value.position == problem.position


def test_a_file_without_components_has_no_value() -> None:
    assert read(b"").components == []
    with pytest.raises(FormatError):
        parse(b"\r\n")


def test_base64_that_is_not_indented_belongs_to_its_line() -> None:
    reading = read(b"BEGIN:A\nP;ENCODING=BASE64:\nAAAABBBB\nCCC=\n\nQ:1\nDDDD\nEND:A")
    assert reading.components[0].lines == [Line("P", "AAAABBBBCCC=", {"ENCODING": ["BASE64"]}), Line("Q", "1", {})]
    assert [problem.text for problem in reading.problems] == ["a line has no colon"]


def test_base64_is_told_in_several_ways() -> None:
    told = ["A;BASE64:", "A;ENCODING=b:", "A;encoding=Base64;X=1:"]
    assert [is_base64(parse_line(text)) for text in [*told, "A;ENCODING=8BIT:", "A:"]] == [True] * 3 + [False] * 2


def test_components_nested_too_deep_are_left_out() -> None:
    depth = MOST_DEPTH + 5
    reading = read(b"BEGIN:A\n" * depth + b"END:A\n" * depth + b"BEGIN:B\nEND:B")
    assert [component.name for component in reading.components] == ["A", "B"]
    assert len(reading.problems) == 5


@given(st.lists(EDGES | LINES | st.binary(max_size=6), max_size=30).map(b"\n".join))
def test_any_octets_have_a_reading(octets: bytes) -> None:
    reading = read(octets)
    assert all(0 <= problem.position <= len(octets) for problem in reading.problems)


@pytest.mark.parametrize("unit", [b"BEGIN:A\n", b"END:A\n", b"BEGIN:A\nEND:B\n", b"X\n", b"P;B:\nAAAA\n", b"AAAA\n"])
def test_reading_is_linear(unit: bytes) -> None:
    assert_linear(lambda size: read(b"BEGIN:Z\nP;BASE64:\n" + unit * size, most_lines=10**9), 20_000)
