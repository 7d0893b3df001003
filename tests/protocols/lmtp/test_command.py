"""Command lines: what MAIL and RCPT may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.lmtp import command
from angarium.protocols.lmtp.command import Sender, Wrong

LIMIT = 1000


def code_of(work: object) -> tuple[int, str]:
    assert isinstance(work, Wrong)
    return work.reply.code, work.reply.status


@pytest.mark.parametrize(
    ("argument", "sender"),
    [
        ("FROM:<bob@example.net>", Sender("bob@example.net", 0, False)),
        ("from: <bob@example.net>  SIZE=1000 body=8bitmime", Sender("bob@example.net", 1000, False)),
        ("FROM:<>", Sender("", 0, False)),
        ("FROM:<@a.example,@b.example:bob@example.net>", Sender("bob@example.net", 0, False)),
        ('FROM:<"a > b"@example.net> BODY=7BIT', Sender('"a > b"@example.net', 0, False)),
        ("FROM:<jürgen@example.net> SMTPUTF8", Sender("jürgen@example.net", 0, True)),
        ("FROM:<bob@example.net> RET=HDRS ENVID=a+2Bb", Sender("bob@example.net", 0, False)),
    ],
)
def test_mail_tells_who_sends(argument: str, sender: Sender) -> None:
    assert command.mail(argument, LIMIT) == sender


@pytest.mark.parametrize(
    ("argument", "code", "status"),
    [
        ("", 501, "5.5.4"),
        ("bob@example.net", 501, "5.5.4"),
        ("FROM:bob@example.net", 501, "5.5.4"),
        ("FROM:<bob@example.net", 501, "5.5.4"),
        ("FROM:<bob@example.net>x", 501, "5.5.4"),
        ("FROM:<a b@example.net>", 501, "5.5.4"),
        ('FROM:<"a@example.net>', 501, "5.5.4"),
        ("FROM:<a@b> SIZE", 501, "5.5.4"),
        ("FROM:<a@b> SIZE=-1", 501, "5.5.4"),
        ("FROM:<a@b> SIZE=1 SIZE=1", 501, "5.5.4"),
        ("FROM:<a@b> SIZE=1001", 552, "5.3.4"),
        ("FROM:<a@b> SIZE=1000000000", 552, "5.3.4"),
        ("FROM:<a@b> SMTPUTF8=yes", 501, "5.5.4"),
        ("FROM:<a@b> BODY=BINARYMIME", 501, "5.5.4"),
        ("FROM:<a@b> X=1", 555, "5.5.4"),
        ("FROM:<a@b> NOTIFY=NEVER", 555, "5.5.4"),
        ("FROM:<jürgen@example.net>", 553, "5.6.7"),
    ],
)
def test_mail_that_is_wrong_gets_its_reply(argument: str, code: int, status: str) -> None:
    with pytest.raises(Wrong) as wrong:
        command.mail(argument, LIMIT)
    assert code_of(wrong.value) == (code, status)


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("TO:<ann@example.com>", "ann@example.com"),
        ("To: <@relay.example:ann@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ann@example.com", "ann@example.com"),
        ('TO:<"ann"@example.com>', "ann@example.com"),
        ('TO:<"ann+a b\\"c"@example.com>', 'ann+a b"c@example.com'),
        ("TO:<ann>", "ann"),
    ],
)
def test_rcpt_tells_for_whom(argument: str, address: str) -> None:
    assert command.rcpt(argument, international=False) == address


@pytest.mark.parametrize(
    "argument", ["TO:<>", "TO:", "FROM:<a@b>", "TO:<a@b> NOTIFY=NEVER,SUCCESS", "TO:<a@b> ORCPT=x"]
)
def test_rcpt_that_is_wrong_is_refused(argument: str) -> None:
    with pytest.raises(Wrong) as wrong:
        command.rcpt(argument, international=False)
    assert code_of(wrong.value) == (501, "5.5.4")


def test_letters_of_the_world_need_smtputf8() -> None:
    assert command.rcpt("TO:<jürgen@example.com>", international=True) == "jürgen@example.com"
    with pytest.raises(Wrong) as wrong:
        command.rcpt("TO:<jürgen@example.com>", international=False)
    assert code_of(wrong.value) == (553, "5.6.7")


@pytest.mark.parametrize("line", [b"NOOP\0", b"MAIL FROM:<a\n@b>", b"RCPT\r", b"\xff\xfe", b"NOOP \xc2\x85"])
def test_a_line_is_text_without_controls(line: bytes) -> None:
    with pytest.raises(Wrong) as wrong:
        command.split(line)
    assert code_of(wrong.value) == (501, "5.5.2")


@given(st.binary(max_size=60))
def test_any_line_is_read_or_refused(line: bytes) -> None:
    for start in (b"", b"MAIL FROM:<", b"RCPT TO:<", b'MAIL FROM:<"', b"MAIL FROM:<a@b> "):
        try:
            verb, argument = command.split(start + line)
            if verb == "MAIL":
                command.mail(argument, LIMIT)
            elif verb == "RCPT":
                command.rcpt(argument, international=True)
        except Wrong as wrong:
            told = wrong.reply.encoded()
        else:
            continue
        assert told.endswith(b"\r\n")
        assert told.count(b"\n") == told.count(b"\r") == 1
