import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.addresses import parse_addresses, parse_groups
from tests.formats.message.linear import assert_linear

Pairs = list[tuple[str | None, str | None]]


def pairs(text: str) -> Pairs:
    return [(found["name"], found["email"]) for found in parse_addresses(text.encode())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.com", [(None, "a@example.com")]),
        (" <a@example.com>", [(None, "a@example.com")]),
        ("A B <a@example.com>, c@example.com", [("A B", "a@example.com"), (None, "c@example.com")]),
        ('"B, A" <a@example.com>', [("B, A", "a@example.com")]),
        ('"a \\"b\\" c" <a@x>', [('a "b" c', "a@x")]),
        ('A "B" C <a@x>', [("A B C", "a@x")]),
        ("J\u00f6rg <j@\u00f6.example>", [("J\u00f6rg", "j@\u00f6.example")]),
        ("=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_X?= <a@x>", [("J\u00f6rg X", "a@x")]),
        ('"=?utf-8?q?J=C3=B6rg?=" <a@x>', [("J\u00f6rg", "a@x")]),
        ('"no =?utf-8?q?J=C3=B6rg?=x" <a@x>', [("no =?utf-8?q?J=C3=B6rg?=x", "a@x")]),
        ("=?utf-8?Q?Doe,_John?= <a@x>, b@y", [("Doe, John", "a@x"), (None, "b@y")]),
        ("a@x (A Name)", [("A Name", "a@x")]),
        ("(not a name) a@x", [(None, "a@x")]),
        # RFC 5322 appendix A.5 and A.6
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),
        ("jdoe@test   . example", [(None, "jdoe@test.example")]),
        ("Mary Smith <@node.test:mary@example.net>, , jdoe@x", [("Mary Smith", "mary@example.net"), (None, "jdoe@x")]),
        ('"Joe Q. Public" <john.q.public@example.com>', [("Joe Q. Public", "john.q.public@example.com")]),
        ("a@[192.0.2.1]", [(None, "a@[192.0.2.1]")]),
        ('"q q"@x, <"a b"@y>', [(None, '"q q"@x'), (None, '"a b"@y')]),
        # drafts and damage
        ("foo", [(None, "foo")]),
        ("Foo <>", [("Foo", "")]),
        ("<>", []),
        ("", []),
        (",,,", []),
        ("Foo <a@x", [("Foo", "a@x")]),
        ('"open <a@x>, b@y', [('"open', "a@x"), (None, "b@y")]),
        ("(open <a@x>, b@y", [("(open", "a@x"), (None, "b@y")]),
        ("John Smith john@x", [("John Smith", "john@x")]),
        ("a@x; b@y", [(None, "a@x"), (None, "b@y")]),
    ],
)
def test_mailboxes_are_read(text: str, expected: Pairs) -> None:
    assert pairs(text) == expected


EXAMPLE = (
    b'"  James Smythe" <james@example.com>, Friends:\r\n  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\r\n'
    b"  <john@example.com>;"
)


def test_the_example_of_rfc_8621_keeps_its_group() -> None:
    assert [(group.name, group.addresses) for group in parse_groups(EXAMPLE)] == [
        (None, [{"name": "James Smythe", "email": "james@example.com"}]),
        (
            "Friends",
            [
                {"name": None, "email": "jane@example.com"},
                {"name": "John Sm\u00eeth", "email": "john@example.com"},
            ],
        ),
    ]


def test_an_empty_group_has_a_name_and_no_addresses() -> None:
    (group,) = parse_groups(b"undisclosed-recipients:;")
    assert (group.name, group.addresses) == ("undisclosed-recipients", [])


def test_mailboxes_after_a_group_are_outside_it() -> None:
    groups = parse_groups(b"A: b@c; d@e, f@g")
    assert [(group.name, len(group.addresses)) for group in groups] == [("A", 1), (None, 2)]


@pytest.mark.parametrize(
    "unit",
    [
        "a@b,",
        '"',
        "(",
        "<",
        ":",
        ";",
        "a:",
        '"\\',
        "[\\",
        "[",
        '<"\\',
        '<"',
        "\\",
        "=?utf-8?q?a?= ",
        " ",
        "()",
        "a (b)",
        "<<a@b>",
        "a b ",
        "@",
        "x <",
        '"a" ',
    ],
)
def test_reading_is_linear(unit: str) -> None:
    assert_linear(lambda size: parse_addresses((unit * (size // len(unit))).encode()), 64_000)


def test_a_megabyte_of_addresses_gives_them_all() -> None:
    assert len(parse_addresses(b"a@b," * 250_000)) == 250_000


NAMES = st.text(alphabet="abc .'-\"\\(),<>@", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.tuples(NAMES, st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True)), min_size=1))
def test_well_formed_lists_agree_with_the_standard_library(people: list[tuple[str, str]]) -> None:
    text = ", ".join(email.utils.formataddr(pair) for pair in people)
    assert pairs(text) == people


@given(st.text(alphabet='ab@.,;:<>()[]"\\ =?é\r\n\t', max_size=80))
def test_any_text_gives_a_list(text: str) -> None:
    for found in parse_addresses(text.encode()):
        assert found["name"] or found["email"]
