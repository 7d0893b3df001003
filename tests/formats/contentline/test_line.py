import pytest

from angarium.formats.contentline.line import parse_line
from angarium.formats.contentline.values import Line
from angarium.formats.errors import FormatError
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("note:a:b;c", Line("NOTE", "a:b;c", {})),
        ("item1.Email;type=home:a", Line("EMAIL", "a", {"TYPE": ["home"]}, "item1")),
        ("TEL;TYPE=a,b;type=c:1", Line("TEL", "1", {"TYPE": ["a", "b", "c"]})),
        ("TEL;WORK;VOICE;X=:1", Line("TEL", "1", {"": ["WORK", "VOICE"], "X": [""]})),
        ('A;CN="Foo, Bar; x:y":v', Line("A", "v", {"CN": ["Foo, Bar; x:y"]})),
        ('A;D="m:a","m:b";CN=c:v:"w"', Line("A", 'v:"w"', {"D": ["m:a", "m:b"], "CN": ["c"]})),
        ("A;CN=a^nb^'c^^^x:v", Line("A", "v", {"CN": ['a\nb"c^^x']})),
        ('A;CN="never closed:v', Line("A", "v", {"CN": ["never closed"]})),
        ("A;X=a=b:v", Line("A", "v", {"X": ["a=b"]})),
        ("A;CN=X\\:v", Line("A", "v", {"CN": ["X\\"]})),
        (' X_a-1 ;;Y="" z:', Line("X_A-1", "", {"Y": [" z"]})),
    ],
)
def test_a_line_has_name_parameters_value_and_group(text: str, line: Line) -> None:
    assert parse_line(text) == line


@pytest.mark.parametrize("text", ["", "no colon", ":v", ";X=1:v", "a b:v", "é:v", "a..b:v"])
def test_what_has_no_name_or_no_colon_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        parse_line(text)


def test_a_parameter_of_one_value_keeps_its_commas() -> None:
    assert parse_line("A;LABEL=a, b:v").first("LABEL") == "a, b"
    assert parse_line("A:v").first("LABEL") is None


@pytest.mark.parametrize("unit", [";", ";X", ";X=1", ",", '"', '";', ';"x"', '"a:', "^n", ";X=^"])
def test_reading_a_line_is_linear(unit: str) -> None:
    assert_linear(lambda size: parse_line("A;X=" + unit * size + ":v"), 40_000)
    assert_linear(lambda size: parse_line('A;X="' + unit * size + ":v"), 40_000)
