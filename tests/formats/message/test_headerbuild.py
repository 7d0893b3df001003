from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.draft import DraftHeader
from angarium.formats.message.forms import header_value
from angarium.formats.message.header_text import normalized
from angarium.formats.message.headerbuild import InvalidHeader, build_header, encoded_words
from angarium.formats.message.scanner import parse
from angarium.formats.message.values import Json
from tests.formats.message.linear import assert_linear


def written(form: str, value: Json, name: str = "X-Test") -> bytes:
    return b"".join(build_header(DraftHeader(name, form, value)))


def read_back(form: str, value: Json) -> Json:
    headers = parse(b"First: 1\r\n" + written(form, value) + b"Last: 1\r\n\r\n").headers
    assert [header.name for header in headers] == ["First", "X-Test", "Last"]
    return header_value(headers, "X-Test", form)


@pytest.mark.parametrize(
    ("form", "value", "octets"),
    [
        ("Raw", " as is\r\n folded", b"X-Test: as is\r\n folded\r\n"),
        ("Raw", "tight \u00e9", "X-Test:tight \u00e9\r\n".encode()),
        ("Text", "plain", b"X-Test: plain\r\n"),
        ("Text", "", b"X-Test:\r\n"),
        ("Text", "caf\u00e9", b"X-Test: =?utf-8?q?caf=C3=A9?=\r\n"),
        ("Text", "\u3042\u3044", b"X-Test: =?utf-8?b?44GC44GE?=\r\n"),
        ("Text", "=?utf-8?q?x?=", b"X-Test: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=\r\n"),
        ("Addresses", [{"name": None, "email": "a@x"}], b"X-Test: a@x\r\n"),
        ("Addresses", [{"email": "a@x"}, {"name": "B C", "email": "b@y"}], b"X-Test: a@x, B C <b@y>\r\n"),
        ("Addresses", [{"name": 'Q. "P"', "email": "a@x"}], b'X-Test: "Q. \\"P\\"" <a@x>\r\n'),
        ("Addresses", [{"name": "\u00e9", "email": "a@x"}], b"X-Test: =?utf-8?b?w6k=?= <a@x>\r\n"),
        ("Addresses", [{"name": "N", "email": "\u00e9@\u00fc"}], "X-Test: N <\u00e9@\u00fc>\r\n".encode()),
        ("Addresses", [{"name": "N", "email": ""}], b"X-Test: N <>\r\n"),
        ("Addresses", [], b""),
        ("Text", None, b""),
        (
            "GroupedAddresses",
            [
                {"name": None, "addresses": [{"email": "a@x"}]},
                {"name": "G", "addresses": [{"email": "b@y"}, {"email": "c@z"}]},
                {"name": "Empty", "addresses": []},
            ],
            b"X-Test: a@x, G: b@y, c@z; Empty:;\r\n",
        ),
        ("MessageIds", ["a@b", "c@d"], b"X-Test: <a@b> <c@d>\r\n"),
        ("URLs", ["http://a/", "mailto:b@c"], b"X-Test: <http://a/>, <mailto:b@c>\r\n"),
        ("Date", "1997-11-21T09:55:06-06:00", b"X-Test: Fri, 21 Nov 1997 09:55:06 -0600\r\n"),
        ("Date", "1997-11-21T09:55:06.5Z", b"X-Test: Fri, 21 Nov 1997 09:55:06 +0000\r\n"),
    ],
)
def test_values_are_written(form: str, value: Json, octets: bytes) -> None:
    assert written(form, value) == octets


def test_all_writes_a_field_for_each_value() -> None:
    header = DraftHeader("X-Test", "Text", ["one", "two"], all=True)
    assert build_header(header) == [b"X-Test: one\r\n", b"X-Test: two\r\n"]


@pytest.mark.parametrize("bad", ["\r", "\n", "\r\nX: y", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
@pytest.mark.parametrize(
    ("form", "make"),
    [
        ("Text", lambda s: f"a{s}b"),
        ("Addresses", lambda s: [{"name": f"a{s}b", "email": "a@x"}]),
        ("Addresses", lambda s: [{"name": None, "email": f"a{s}@x"}]),
        ("GroupedAddresses", lambda s: [{"name": f"a{s}b", "addresses": []}]),
        ("MessageIds", lambda s: [f"a{s}@b"]),
        ("URLs", lambda s: [f"http://a/{s}"]),
        ("Date", lambda s: f"1997-11-21T09:55:06Z{s}"),
    ],
)
def test_line_ends_and_controls_are_refused_everywhere(form: str, make: Callable[[str], Json], bad: str) -> None:
    with pytest.raises(InvalidHeader):
        written(form, make(bad))


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nb",
        "a\nb",
        "a\rb",
        "a\r\n",
        "a\r\n \r\n b",
        "a\r\n ",
        "a\n b",
        "a\0",
        "a\u2028",
        "x" * 999,
        "a\r\n\r\n b",
        "\ud800",
    ],
)
def test_a_raw_value_may_only_fold(value: str) -> None:
    with pytest.raises(InvalidHeader):
        written("Raw", value)


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("Text", 1),
        ("Raw", [1]),
        ("Addresses", "a@x"),
        ("Addresses", ["a@x"]),
        ("Addresses", [{"name": "no address"}]),
        ("Addresses", [{"name": None, "email": ""}]),
        ("Addresses", [{"name": None, "email": "a>, <b@x"}]),
        ("Addresses", [{"name": None, "email": "x" * 1_000}]),
        ("GroupedAddresses", [{"name": "G"}]),
        ("MessageIds", ["a b"]),
        ("MessageIds", ["a> <b"]),
        ("MessageIds", [""]),
        ("URLs", ["a>b"]),
        ("Date", "yesterday"),
        ("Nonsense", "x"),
    ],
)
def test_values_that_cannot_be_written_are_refused(form: str, value: Json) -> None:
    with pytest.raises(InvalidHeader):
        written(form, value)


@pytest.mark.parametrize("name", ["", "A B", "A:", "\u00e9", "A\r\nB", "x" * 201])
def test_names_that_are_no_field_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidHeader):
        written("Text", "x", name)


SAFE = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])


@given(st.text(alphabet=SAFE, max_size=120) | st.text(alphabet="ab =?_\u00e9", max_size=200))
def test_any_text_reads_back(text: str) -> None:
    assert read_back("Text", text) == normalized(text)


@given(st.text(alphabet=SAFE, min_size=1, max_size=60) | st.text(alphabet='a ".,<>()\\@:;=?\u00e9', min_size=1))
def test_any_display_name_reads_back(text: str) -> None:
    shown = normalized(text.strip()) or None
    assert read_back("Addresses", [{"name": text, "email": "a@x"}] * 3) == [{"name": shown, "email": "a@x"}] * 3
    if shown:
        group: Json = [{"name": text, "addresses": [{"name": text, "email": "a@x"}]}]
        assert read_back("GroupedAddresses", group) == [{"name": shown, "addresses": [{"name": shown, "email": "a@x"}]}]


@given(st.text(alphabet=SAFE, min_size=1, max_size=40) | st.text(alphabet='a ".,<>()\\@:;=?[]', min_size=1))
def test_any_address_reads_back_or_is_refused(text: str) -> None:
    try:
        found = read_back("Addresses", [{"name": None, "email": text}])
    except InvalidHeader:
        return
    assert found == [{"name": None, "email": text}]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60), st.sampled_from(["Raw", "Text"]))
def test_no_value_ever_makes_another_field(text: str, form: str) -> None:
    try:
        read_back(form, text)
    except InvalidHeader:
        return


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_encoded_words_are_at_most_75_characters(text: str) -> None:
    assert all(len(word) <= 75 for word in encoded_words(text))


def test_long_values_are_folded_below_78_columns() -> None:
    text = "many words " * 40
    people: Json = [{"name": f"Person {at}", "email": f"p{at}@example.com"} for at in range(40)]
    for octets in (written("Text", text.strip()), written("Addresses", people), written("Text", "\u00e9" * 500)):
        assert max(map(len, octets.split(b"\r\n"))) <= 78


def test_writing_is_linear() -> None:
    assert_linear(lambda size: written("Text", "\u00e9 " * size), 40_000)
    assert_linear(lambda size: written("Text", "word " * size + "."), 80_000)
    assert_linear(lambda size: written("Addresses", [{"name": "A B", "email": "a@x"}] * size), 8_000)
