import pytest

from angarium.formats.contentline import parse_line
from angarium.formats.json import JSON
from angarium.formats.vcard.jcard import from_jcard, to_jcard


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("item1.X-FOO;X-BAR=Hello:World!", ["x-foo", {"x-bar": "Hello", "group": "item1"}, "unknown", "World!"]),
        ("X-FOO;VALUE=text:a\\, b\\n", ["x-foo", {}, "text", "a, b\n"]),
        ("X-FOO;VALUE=text:a, b", ["x-foo", {"value": "text"}, "unknown", "a, b"]),
        ("X-FOO;VALUE=integer;X=1,2:5", ["x-foo", {"x": ["1", "2"]}, "integer", "5"]),
        ("GENDER:M;Fellow", ["gender", {}, "text", ["M", "Fellow"]]),
        ("GENDER:M", ["gender", {}, "text", "M"]),
        ("N:a,b;c", ["n", {}, "text", [["a", "b"], "c"]]),
        ("N:a,b", ["n", {}, "text", [["a", "b"]]]),
        ("CLIENTPIDMAP:1;urn:uuid:1", ["clientpidmap", {}, "text", ["1", "urn:uuid:1"]]),
        ("BDAY;VALUE=text:circa 1800", ["bday", {}, "text", "circa 1800"]),
        ("ANNIVERSARY:---12", ["anniversary", {}, "date-and-or-time", "---12"]),
        ("XML:<a b=\"c\"/>", ["xml", {}, "text", '<a b="c"/>']),
    ],
)  # fmt: skip
def test_a_property_is_kept_as_jcard_and_comes_back(text: str, entry: JSON) -> None:
    line = parse_line(text)
    assert to_jcard(line) == entry
    assert from_jcard(entry) == line


@pytest.mark.parametrize(
    "entry", [None, [], ["x", {}, "text"], ["a b", {}, "text", "x"], [1, {}, "text", "x"], ["x", [], "text", "x"]]
)
def test_what_is_no_property_is_none(entry: JSON) -> None:
    assert from_jcard(entry) is None


def test_values_that_are_no_strings_are_written_as_they_read() -> None:
    line = from_jcard(["x-foo", {"a b": "x", "y": 1}, "boolean", True, 5, None])
    assert line
    assert (line.value, line.parameters) == ("true,5,false", {"VALUE": ["boolean"]})
