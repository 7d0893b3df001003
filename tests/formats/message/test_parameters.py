import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.parameters import MOST_PARAMETERS, parse_structured
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("raw", "value", "parameters"),
    [
        (b" text/plain", "text/plain", {}),
        (b" text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        (b' text/plain; Charset="utf-8"; format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        (b" text/plain;\r\n\tcharset=utf-8;", "text/plain", {"charset": "utf-8"}),
        (b" text/plain;; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        # RFC 2045 §5.1
        (b" text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),
        (b" text/plain (c (d)); (e) charset=us-ascii", "text/plain", {"charset": "us-ascii"}),
        (b' a/b; name="a\\"b"', "a/b", {"name": 'a"b'}),
        (b' a/b; name="a;b=c"; x=y', "a/b", {"name": "a;b=c", "x": "y"}),
        # RFC 2231 §3 and §4
        (
            b' message/external-body; URL*0="ftp://";\r\n URL*1="cs.utk.edu/x"',
            "message/external-body",
            {"url": "ftp://cs.utk.edu/x"},
        ),
        (b" a/b; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun", "a/b", {"title": "This is ***fun"}),
        (
            b" a/b; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20;"
            b' title*2="isn\'t it!"',
            "a/b",
            {"title": "This is even more ***fun*** isn't it!"},
        ),
        (b" a/b; n*1*=%a4; n*0*=utf-8''%c3", "a/b", {"n": "\u00e4"}),
        (b" a/b; filename=plain; filename*=utf-8''%e2%82%ac", "a/b", {"filename": "\u20ac"}),
        (b" a/b; name*=%C3%A9", "a/b", {"name": "\u00e9"}),
        (b" a/b; name*=nonsense''%e9", "a/b", {"name": "\u00e9"}),
        # what senders do
        (b' a/b; name="=?utf-8?q?caf=C3=A9?="', "a/b", {"name": "caf\u00e9"}),
        (b" attachment; filename=report (1).pdf; size=3", "attachment", {"filename": "report (1).pdf", "size": "3"}),
        (b' a/b; name="never closed.txt; x=y', "a/b", {"name": "never closed.txt", "x": "y"}),
        ("a/b; name=\u00e9.txt".encode(), "a/b", {"name": "\u00e9.txt"}),
        (b" a/b; =x; y=z", "a/b", {"y": "z"}),
        (b"", "", {}),
    ],
)
def test_structured_fields_are_read(raw: bytes, value: str, parameters: dict[str, str]) -> None:
    found = parse_structured(raw)
    assert (found.value, dict(found.parameters)) == (value, parameters)


def test_the_first_of_two_equal_parameters_counts() -> None:
    assert parse_structured(b"a/b; x=1; x=2").parameters["x"] == "1"
    assert parse_structured(b"a/b; x=1; x=2; y=(").parameters["x"] == "1"


def test_parameters_beyond_the_limit_are_not_read() -> None:
    many = parse_structured(b"a/b" + b"".join(b"; p%d=x" % at for at in range(MOST_PARAMETERS * 2)))
    assert len(many.parameters) == MOST_PARAMETERS


@pytest.mark.parametrize("unit", [b";", b"; a*0*=x", b"; (", b'; a="\\', b"; a=\"'", b"()", b"; a*=''", b"; (x) a=b"])
def test_reading_is_linear(unit: bytes) -> None:
    assert_linear(lambda size: parse_structured(b"a/b" + unit * (size // len(unit))), 120_000)


@given(st.lists(st.sampled_from([*list(";=\"'*%()\\ 0aé?<"), "utf-8''", "name", "=?utf-8?q?a?="])).map("".join))
def test_any_field_is_read_as_something(text: str) -> None:
    found = parse_structured(text.encode())
    assert all(key == key.lower() and value.encode() is not None for key, value in found.parameters.items())
