from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.contentline.build import fold, write, write_line
from angarium.formats.contentline.component import parse
from angarium.formats.contentline.line import parse_line
from angarium.formats.contentline.unfold import logical_lines
from angarium.formats.contentline.values import Component, Line

NAME = st.from_regex(r"[A-Z][A-Z0-9-]{0,8}", fullmatch=True)
# What a parameter may hold: no control but a new line (RFC 6868), no character that is only half of one.
PRINTABLE = st.characters(exclude_categories=["Cs", "Cc"])
VALUE = st.text(PRINTABLE)


def test_a_line_is_written_with_what_needs_quotes_quoted() -> None:
    line = Line("TEL", "1;2", {"": ["HOME"], "TYPE": ["a", "b"], "LABEL": ['x:"y"\n^']}, "item1")
    assert write_line(line) == b"item1.TEL;HOME;TYPE=a,b;LABEL=\"x:^'y^'^n^^\":1;2\r\n"


def test_control_characters_are_never_written() -> None:
    assert write_line(Line("A", "x\r\nEND:A\0\ty", {"P": ["a\r\nb\0"]})) == b"A;P=a^nb:xEND:A\ty\r\n"


@given(st.text(PRINTABLE, max_size=400))
def test_a_fold_cuts_no_character_and_no_physical_line_is_longer_than_75_octets(text: str) -> None:
    folded = fold("A:" + text)
    physical = folded.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 and line.decode() for line in physical)
    assert logical_lines(folded) == ["A:" + text]


@given(NAME, VALUE, st.dictionaries(NAME, st.lists(st.text(PRINTABLE | st.just("\n")), min_size=1)))
def test_a_line_comes_back_as_it_was(name: str, value: str, parameters: dict[str, list[str]]) -> None:
    line = Line(name, value, parameters, "g1")
    assert parse_line(logical_lines(write_line(line))[0]) == line


def test_components_come_back_as_they_were() -> None:
    inner = Component("VALARM", [Line("ACTION", "DISPLAY", {})])
    outer = Component("VEVENT", [Line("UID", "é" * 80, {})], [inner, inner])
    assert parse(write(outer)) == [outer]
    assert write(inner) == b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\n"
