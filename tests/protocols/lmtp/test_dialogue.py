"""Whole sessions with a running server."""

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.protocols.lmtp.dialogue import MOST_MISTAKES, MOST_RECIPIENTS
from angarium.protocols.lmtp.stream import LONGEST_LINE
from angarium.store.contract import Allowance
from tests.protocols.lmtp.served import LARGEST, NOW, OPEN, LmtpServed, held_up

LETTER = b"From: bob@example.net\r\nSubject: hello\r\n\r\nHow are you?\r\n"
PATH = b"Return-Path: <bob@example.net>\r\n"


def test_the_greeting_names_the_server_and_lhlo_tells_what_it_can(mailer: LmtpServed) -> None:
    with mailer.connect(greet=False) as client:
        assert client.greeting == (220, "mail.example.com LMTP Angarium")
        code, text = client.ask("LHLO mx.example.net")
        assert (code, text.splitlines()) == (
            250,
            ["mail.example.com", "PIPELINING", f"SIZE {LARGEST}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"],
        )


def test_a_message_is_stored_as_it_came_behind_its_return_path(mailer: LmtpServed, ann: User) -> None:
    octets = LETTER + b".\r\n..\r\n" + bytes(range(128, 256)) + b"\0\r\n"
    with mailer.connect() as client:
        ((code, text),) = client.deliver("bob@example.net", ["ann@example.com"], octets)
        assert (code, text[:-1]) == (250, "2.0.0 <ann@example.com> delivered as M")
    assert mailer.contents(ann) == [PATH + octets]


@pytest.mark.parametrize("size", [10_000, 70_000, 300_000, LARGEST - 200])
def test_large_messages_are_taken_whole(mailer: LmtpServed, ann: User, size: int) -> None:
    octets = LETTER + b"x" * 70 + b"\r\n" + b"." * 60 + b"\r\n" + b"y" * size + b"\r\n"
    with mailer.connect() as client:
        ((code, _),) = client.deliver("bob@example.net", ["ann@example.com"], octets)
        assert code == 250
    assert mailer.contents(ann) == [PATH + octets]


def test_each_recipient_has_a_reply_of_its_own(mailer: LmtpServed, ann: User, joe: User) -> None:
    with mailer.connect() as client:
        assert client.ask("MAIL FROM:<bob@example.net>")[0] == 250
        asked = ["ann@example.com", "nobody@example.com", "joe+junk@example.com", "ANN@EXAMPLE.COM", "ann@example.net"]
        codes = [client.ask(f"RCPT TO:<{address}>") for address in asked]
        assert [code for code, _ in codes] == [250, 550, 250, 250, 550]
        assert codes[1][1] == "5.1.1 <nobody@example.com> is no address of a user here"
        assert client.ask("DATA")[0] == 354
        client.send(LETTER + b".\r\n")
        told = [client.reply() for _ in range(3)]
        assert [code for code, _ in told] == [250] * 3
        assert told[2][1].endswith("was given this message before")
        assert client.ask("QUIT")[0] == 221
    assert (len(mailer.contents(ann)), len(mailer.contents(joe))) == (1, 1)


def test_a_user_who_goes_between_rcpt_and_data_is_refused_alone(mailer: LmtpServed, ann: User, joe: User) -> None:
    with mailer.connect() as client:
        for line in ("MAIL FROM:<>", "RCPT TO:<joe@example.com>", "RCPT TO:<ann@example.com>"):
            assert client.ask(line)[0] == 250
        mailer.store.write(lambda transaction: principals.remove(transaction, joe)).result()
        assert client.ask("DATA")[0] == 354
        client.send(LETTER + b".\r\n")
        assert client.replies(2) == [550, 250]


def test_a_full_mailbox_is_told_for_its_user_alone(mailer: LmtpServed, ann: User, joe: User) -> None:
    mailer.store.write(lambda transaction: transaction.allow(ann.account, Allowance(None, 0))).result()
    with mailer.connect() as client:
        told = client.deliver("bob@example.net", ["ann@example.com", "joe@example.com"], LETTER)
    assert [(code, text[:5]) for code, text in told] == [(552, "5.2.2"), (250, "2.0.0")]
    assert (mailer.contents(ann), mailer.contents(joe)) == ([], [PATH + LETTER])


def test_who_has_gone_or_come_is_known_at_the_next_transaction(mailer: LmtpServed, ann: User, joe: User) -> None:
    with mailer.connect() as client:
        assert client.deliver("bob@example.net", ["joe@example.com"], LETTER)[0][0] == 250
        mailer.store.write(lambda transaction: principals.remove(transaction, joe)).result()
        codes = [client.ask(line)[0] for line in ("MAIL FROM:<>", "RCPT TO:<joe@example.com>", "RSET")]
        assert codes == [250, 550, 250]
        mailer.user("joe")
        assert client.deliver("bob@example.net", ["joe@example.com"], LETTER)[0][0] == 250


def test_the_same_message_again_is_answered_and_not_stored(mailer: LmtpServed, ann: User) -> None:
    for later in (0, 3_600_000):
        mailer.now = NOW + later
        with mailer.connect() as client:
            assert client.deliver("bob@example.net", ["ann@example.com"], LETTER)[0][0] == 250
    assert len(mailer.contents(ann)) == 1


def test_a_message_that_runs_in_circles_is_told_so(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        octets = b"Received: by us\r\n" * 50 + LETTER
        assert client.deliver("bob@example.net", ["ann@example.com"], octets)[0][1].startswith("5.4.6 ")
    assert mailer.contents(ann) == []


@pytest.mark.parametrize(
    ("before", "line", "code"),
    [
        ([], "MAIL FROM:<a@b>", 503),
        ([], "RCPT TO:<ann@example.com>", 503),
        ([], "DATA", 503),
        ([], "HELO x", 500),
        ([], "EHLO x", 500),
        ([], "LHLO", 501),
        ([], "NOOP", 250),
        ([], "", 500),
        (["LHLO x"], "RCPT TO:<ann@example.com>", 503),
        (["LHLO x"], "DATA", 503),
        (["LHLO x", "MAIL FROM:<a@b>"], "MAIL FROM:<a@b>", 503),
        (["LHLO x", "MAIL FROM:<a@b>"], "DATA", 503),
        (["LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ann@example.com>", "RSET"], "DATA", 503),
        (["LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ann@example.com>", "LHLO x"], "DATA", 503),
        (["LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ann@example.com>"], "DATA now", 501),
        (["LHLO x"], "VRFY ann", 252),
        (["LHLO x"], "EXPN all", 500),
        (["LHLO x"], "HELP", 214),
        (["LHLO x"], "noop  ", 250),
        (["LHLO x"], "BDAT 10 LAST", 500),
        (["LHLO x"], "STARTTLS", 500),
        (["LHLO x"], "NOOP \N{SNOWMAN}", 250),
    ],
)
def test_a_command_gets_the_reply_of_its_place(
    mailer: LmtpServed, ann: User, before: list[str], line: str, code: int
) -> None:
    with mailer.connect(greet=False) as client:
        for command in before:
            assert client.ask(command)[0] == 250
        assert client.ask(line)[0] == code


def test_after_a_refused_recipient_list_the_next_transaction_works(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        client.send(b"MAIL FROM:<a@b>\r\nRCPT TO:<no@example.com>\r\nDATA\r\nRSET\r\n")
        assert client.replies(4) == [250, 550, 503, 250]
        assert client.deliver("bob@example.net", ["ann@example.com"], LETTER)[0][0] == 250


def test_commands_in_one_packet_are_answered_in_order(mailer: LmtpServed, ann: User) -> None:
    whole = b"MAIL FROM:<bob@example.net>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" + LETTER + b".\r\n"
    again = whole.replace(b"How", b"So how")
    with mailer.connect(greet=False) as client:
        client.send(b"LHLO x\r\n" + whole + again + b"NOOP\r\nQUIT\r\n")
        assert client.rest() == [250, 250, 250, 354, 250, 250, 250, 354, 250, 250, 221]
    assert mailer.contents(ann) == [PATH + LETTER, PATH + LETTER.replace(b"How", b"So how")]


def test_what_a_client_waits_for_is_told_at_once_whatever_else_it_has_sent(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        with held_up(mailer.store):  # RFC 2920 §3.2: replies to DATA, NOOP and what is unknown wait for nothing
            client.send(b"NOOP\r\n" + OPEN + LETTER + b".\r\nRSET\r\n")
            assert client.replies(4) == [250, 250, 250, 354]
        assert client.replies(2) == [250, 250]


def test_a_message_that_is_too_large_is_refused_for_everybody_and_the_session_goes_on(
    mailer: LmtpServed, ann: User, joe: User
) -> None:
    with mailer.connect() as client:
        told = client.deliver("bob@example.net", ["ann@example.com", "joe@example.com"], b"x" * (LARGEST + 1))
        assert [(code, text[:5]) for code, text in told] == [(552, "5.3.4")] * 2
        assert client.deliver("bob@example.net", ["ann@example.com"], LETTER)[0][0] == 250
    assert list((mailer.folder / "store" / "incoming").iterdir()) == []


def test_there_are_only_so_many_recipients(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        client.send(b"MAIL FROM:<>\r\n" + b"RCPT TO:<ann@example.com>\r\n" * (MOST_RECIPIENTS + 2))
        assert client.replies(MOST_RECIPIENTS + 3) == [250] * (MOST_RECIPIENTS + 1) + [452] * 2


def test_there_are_only_so_many_mistakes(mailer: LmtpServed) -> None:
    with mailer.connect() as client:
        client.send(b"HELO x\r\n" * MOST_MISTAKES)
        assert client.rest() == [500] * MOST_MISTAKES + [421]


def test_a_command_line_that_is_too_long_is_one_mistake(mailer: LmtpServed) -> None:
    with mailer.connect() as client:
        for size in (LONGEST_LINE + 1, 10_000_000):
            client.send(b"x" * size + b"\r\nNOOP\r\n")
            assert client.replies(2) == [500, 250]
        client.send(b"NOOP " + b"x" * (LONGEST_LINE - 5) + b"\r\n")
        assert client.reply()[0] == 250


def test_a_message_without_its_end_is_not_stored(mailer: LmtpServed, ann: User) -> None:
    client = mailer.connect()
    client.send(b"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" + LETTER + b"x" * 100_000)
    assert client.replies(3) == [250, 250, 354]
    client.close()
    with mailer.connect() as other:
        assert other.ask("NOOP")[0] == 250
    assert mailer.contents(ann) == []


def test_a_client_that_only_listens_any_more_still_hears_its_replies(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        client.send(b"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n" + LETTER + b".\r\nNOOP\r\n")
        client.socket.shutdown(1)
        assert client.rest() == [250, 250, 354, 250, 250]
    assert len(mailer.contents(ann)) == 1
