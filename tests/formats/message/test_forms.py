import pytest

from angarium.formats.message.forms import (
    FORMS,
    HeaderProperty,
    allowed_forms,
    header_list,
    header_value,
    parse_header_property,
)
from angarium.formats.message.scanner import parse
from angarium.formats.message.values import Header, Json
from tests.formats.message.corpus import corpus_file, corpus_files, needs_corpus
from tests.formats.message.linear import assert_linear

HEADERS = (
    Header("To", b" a@x"),
    Header("X-Tag", b" one"),
    Header("to", b" b@y"),
    Header("x-tag", b" two"),
)


@pytest.mark.parametrize(
    ("form", "raw", "value"),
    [
        ("Raw", b" a\r\n b\0\xff", " a\r\n b\ufffd"),
        ("Text", b" =?utf-8?q?=C3=A9?=", "\u00e9"),
        ("Addresses", b"A: b@c;", [{"name": None, "email": "b@c"}]),
        ("GroupedAddresses", b"A: b@c;", [{"name": "A", "addresses": [{"name": None, "email": "b@c"}]}]),
        ("MessageIds", b" <a@b> (c)\r\n <d@e>", ["a@b", "d@e"]),
        ("MessageIds", b" Your mail of Monday <a@b>", ["a@b"]),
        ("MessageIds", b" <a@\r\n b>", ["a@b"]),
        ("MessageIds", b" none", None),
        ("MessageIds", b" (<a@b>)", None),
        ("Date", b" Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"),
        ("Date", b" soon", None),
        ("URLs", b" <mailto:a@b?subject=(x)> (c <d>), <http://e/\r\n f>", ["mailto:a@b?subject=(x)", "http://e/f"]),
        ("URLs", b" NO (no posting)", None),
    ],
)
def test_each_form_reads_as_rfc_8621_says(form: str, raw: bytes, value: Json) -> None:
    assert FORMS[form](raw) == value


def test_the_last_instance_counts_and_all_gives_each() -> None:
    assert header_value(HEADERS, "TO", "Raw") == " b@y"
    assert header_value(HEADERS, "To", "Addresses", all_=True) == [
        [{"name": None, "email": "a@x"}],
        [{"name": None, "email": "b@y"}],
    ]
    assert header_value(HEADERS, "X-Tag", "Text", all_=True) == ["one", "two"]


def test_an_absent_field_is_null_or_an_empty_list() -> None:
    assert header_value(HEADERS, "Cc", "Raw") is None
    assert header_value(HEADERS, "Cc", "Raw", all_=True) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("header:Subject", HeaderProperty("Subject", "Raw", False)),
        ("header:subject:asText", HeaderProperty("subject", "Text", False)),
        ("header:Resent-To:asAddresses:all", HeaderProperty("Resent-To", "Addresses", True)),
        ("header:X-Any:all", HeaderProperty("X-Any", "Raw", True)),
        ("header:List-POST:asURLs", HeaderProperty("List-POST", "URLs", False)),
        ("header:X-Any:asMessageIds", HeaderProperty("X-Any", "MessageIds", False)),
        ("header:List-Id:asText", HeaderProperty("List-Id", "Text", False)),
        ("header:all", HeaderProperty("all", "Raw", False)),
    ],
)
def test_header_properties_are_taken_apart(name: str, expected: HeaderProperty) -> None:
    assert parse_header_property(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "header:",
        "header:From:asDate",
        "header:From:asText",
        "header:Subject:asAddresses",
        "header:Date:asText",
        "header:Received:asText",
        "header:List-Post:asText",
        "header:X:asNothing",
        "header:X:astext",
        "header:X:all:asText",
        "header:X:asText:asText",
        "header:X Y",
        "header:\u00e9",
        "header:X:",
        "Header:X",
        "header:X:all\n",
        "subject",
    ],
)
def test_malformed_and_forbidden_header_properties_are_refused(name: str) -> None:
    assert parse_header_property(name) is None


def test_fields_outside_the_two_rfcs_may_have_any_form() -> None:
    assert allowed_forms("X-Mine") == frozenset(FORMS)
    assert allowed_forms("DATE") == {"Raw", "Date"}


def test_headers_are_listed_in_order_with_their_capitals() -> None:
    assert header_list(HEADERS)[2] == {"name": "to", "value": " b@y"}


@pytest.mark.parametrize("unit", [b"<", b"<a@b>", b"(", b"()", b"<>", b"<a> (", b">", b'"\\'])
@pytest.mark.parametrize("form", ["MessageIds", "URLs", "GroupedAddresses", "Text"])
def test_every_form_is_linear(form: str, unit: bytes) -> None:
    assert_linear(lambda size: FORMS[form](unit * (size // len(unit))), 64_000)


@needs_corpus
def test_every_field_of_real_mail_has_every_form() -> None:
    for path in corpus_files():
        if "malformedHeader" in path.name:
            continue
        for header in parse(path.read_bytes()).headers:
            for read in FORMS.values():
                read(header.raw)


@needs_corpus
def test_of_two_cc_fields_in_real_mail_the_last_is_shown() -> None:
    headers = parse(corpus_file("notmuch/broken_broken-cc")).headers
    assert header_value(headers, "cc", "Addresses") == [{"name": "Charles", "email": "charles@example.org"}]
