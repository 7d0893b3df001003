"""Which texts are the address of one mailbox."""

import pytest

from angarium.formats.message import DraftHeader, build_header, is_mailbox, is_mailbox_list


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.com",
        "ann+lists@localhost",
        "o'brien.x@a-b.example",
        "a..b.@example.com",
        '"a b\\" c"@example.com',
        "jörg@exämple.com",
        "ann@[192.0.2.1]",
        "ann@[IPv6:2001:db8::1]",
        f"{'a' * 64}@example.com",
    ],
)
def test_an_address_of_one_mailbox_is_one(text: str) -> None:
    assert is_mailbox(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@example..com",
        "ann@example.com>",
        "<ann@example.com>",
        "ann @example.com",
        "ann@example.com\r\nRCPT TO:<bo@example.com>",
        "ann@example.com\n",
        "ann\x00@example.com",
        "ann\u2028@example.com",
        "ann@exam\u00a0ple.com",
        "ann@exam\u200bple.com",
        '"a\r\nb"@example.com',
        "ann@example.com,bo@example.com",
        "ann@[1.2.3.4] SIZE=1",
        f"{'a' * 65}@example.com",
        f"ann@{'a' * 250}.com",
        "ann@\ud800.com",
    ],
)
def test_what_could_be_more_or_less_than_one_address_is_none(text: str) -> None:
    assert not is_mailbox(text)


@pytest.mark.parametrize(
    "value",
    [
        b" ann@example.com",
        b" Ann Other <ann@example.com>",
        b' "Other, Ann" <ann@example.com>,\r\n bo@example.org (Bo)',
        b" =?utf-8?q?=C3=84nne?= <ann@example.com>",
        b" J. R. <j.r@example.com>",
        b" <ann@example.com>",
        b' "a b"@example.com',
        "Änne <änne@example.com>".encode(),
    ],
)
def test_a_list_of_mailboxes_that_is_read_alike_by_all(value: bytes) -> None:
    assert is_mailbox_list(value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ann",
        b" <ann@example.com> bo@example.com",
        b" bo@example.com <ann@example.com>",
        b" Group: ann@example.com;",
        b" (bo@example.com) ann@example.com",
        b" ann@example.com (bo@example.com)",
        b" <@example.com:ann@example.com>",
        b" ann@example.com,",
        b" ann@example.com bo@example.com",
        b' "ann@example.com',
        b" ann@bo@example.com",
        b" <ann@example.com",
        b" ann\\@example.com",
    ],
)
def test_what_two_programs_could_read_in_two_ways_is_no_such_list(value: bytes) -> None:
    assert not is_mailbox_list(value)


@pytest.mark.parametrize("name", ["", "Ann", "Änne", "a@b <c@d>", 'say "hi"', "x" * 300, "\\", "(c)"])
def test_what_is_built_here_is_read_alike_by_all(name: str) -> None:
    lines = b"".join(build_header(DraftHeader("From", "Addresses", [{"name": name, "email": "ann@example.com"}])))
    assert is_mailbox_list(lines.partition(b":")[2].removesuffix(b"\r\n"))


def test_a_long_list_takes_no_longer_than_it_is_long() -> None:
    assert is_mailbox_list(b", ".join([b'"a" b <c@example.com>'] * 50_000))
    assert not is_mailbox_list(b'"a" b ' * 100_000)
