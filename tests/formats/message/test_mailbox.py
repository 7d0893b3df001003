"""Which texts are the address of one mailbox."""

import pytest

from angarium.formats.message import is_mailbox


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
