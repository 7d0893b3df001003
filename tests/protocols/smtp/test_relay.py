"""One connection to the relay: what is said on it, and what becomes of each recipient whatever the relay does."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from angarium.datatypes.submission import Address
from angarium.protocols.smtp import relay as relay_module
from angarium.protocols.smtp.relay import RelayConnection
from angarium.protocols.smtp.settings import Letter, Outcome, RelaySettings
from tests.relay import EXTENSIONS, PLAIN, Relay
from tests.server import Certificate, certificate

ANN, BO, CY, DI = "ann@example.com", "bo@elsewhere.example", "cy@elsewhere.example", "di@elsewhere.example"
MESSAGE = b"From: ann@example.com\r\nSubject: x\r\n\r\nhello\r\n.\r\n..two\r\nlast\r\n"


def letter(*to: str, octets: bytes = MESSAGE, sender: Address | None = None) -> Letter:
    return Letter(sender or Address(ANN), [Address(email) for email in to], octets)


def settings(relay: Relay, timeout: float = 5, **more: object) -> RelaySettings:
    given = {"starttls": False, "context": None, "user": None, "password": None, **more}
    return RelaySettings(host="127.0.0.1", port=relay.port, name="us.example", timeout=timeout, **given)  # type: ignore[arg-type]


def sent(how: RelaySettings, *letters: Letter) -> list[Outcome]:
    """What becomes of letters that follow each other on one connection."""

    async def run() -> list[Outcome]:
        connection = RelayConnection(how)
        try:
            return [await connection.send(each) for each in letters]
        finally:
            await connection.close()
            await asyncio.sleep(0.2 if how.context else 0)  # TLS takes its leave of the other side

    return asyncio.run(run())


def replies(relay: Relay, *to: str, timeout: float = 5) -> dict[str, str]:
    (outcome,) = sent(settings(relay, timeout), letter(*to))
    return dict(outcome.replies)


def answering(answers: dict[str, bytes | None]) -> Callable[[str], bytes | None]:
    """A script that answers lines that begin so."""
    return lambda line: next((reply for start, reply in answers.items() if line.startswith(start)), PLAIN)


def test_a_message_arrives_octet_for_octet() -> None:
    with Relay() as relay:
        assert replies(relay, BO, CY) == {BO: "250 2.0.0 fine", CY: "250 2.0.0 fine"}
        (taken,) = relay.taken
        assert (taken.sender, taken.recipients, taken.content) == (ANN, [BO, CY], MESSAGE)
        assert "EHLO us.example" in relay.lines
        assert relay.lines[-1] == "QUIT"


@pytest.mark.parametrize(
    "octets",
    [b".\r\n", b".", b"\r\n.\r\n", b"a", b"x: y\r\n\r\n..", MESSAGE * 20_000],
    ids=["dot line", "dot", "dot below", "no end", "dots", "large"],
)
def test_no_message_ends_before_its_end(octets: bytes) -> None:
    with Relay(answering({"EHLO": b"250 relay.test"})) as relay:
        sent(settings(relay), letter(BO, octets=octets), letter(CY))
        first, second = relay.taken
        assert first.content == (octets if octets.endswith(b"\r\n") else octets + b"\r\n")
        assert (second.recipients, second.content) == ([CY], MESSAGE)


def test_a_connection_is_kept_for_the_next_message_and_made_anew_when_it_has_gone() -> None:
    with Relay() as relay:
        sent(settings(relay), letter(BO), letter(CY))
        assert relay.lines.count("CONNECT") == 1
    closing: list[str] = []

    def script(line: str) -> bytes | None:
        closing.append(line)
        return (
            None if line.startswith("MAIL") and closing.count("END") == 1 and closing.count("CONNECT") == 1 else PLAIN
        )

    with Relay(script) as relay:
        outcomes = sent(settings(relay), letter(BO), letter(CY))
        assert [dict(outcome.replies) for outcome in outcomes] == [{BO: "250 2.0.0 fine"}, {CY: "250 2.0.0 fine"}]
        assert [taken.recipients for taken in relay.taken] == [[BO], [CY]]


def test_each_recipient_has_its_own_reply() -> None:
    script = answering(
        {f"RCPT TO:<{BO}>": b"550-5.1.1 no such\r\n550 5.1.1 user", f"RCPT TO:<{CY}>": b"450 4.2.0 later"}
    )
    with Relay(script) as relay:
        assert replies(relay, BO, CY, DI) == {
            BO: "550 5.1.1 no such user",
            CY: "450 4.2.0 later",
            DI: "250 2.0.0 fine",
        }
        assert relay.taken[0].recipients == [DI]


def test_a_refusal_of_the_whole_is_that_of_each_who_was_taken() -> None:
    with Relay(answering({f"RCPT TO:<{BO}>": b"550 5.1.1 no", "END": b"554 5.7.1 spam"})) as relay:
        assert replies(relay, BO, CY) == {BO: "550 5.1.1 no", CY: "554 5.7.1 spam"}
    with Relay(answering({"MAIL": b"553 5.7.1 not you"})) as relay:
        assert replies(relay, BO, CY) == dict.fromkeys((BO, CY), "553 5.7.1 not you")
    with Relay(answering({"DATA": b"554 5.7.0 no"})) as relay:
        assert replies(relay, BO) == {BO: "554 5.7.0 no"}


@pytest.mark.parametrize(
    "answers",
    [
        {"CONNECT": b"554 5.3.2 closed"},
        {"CONNECT": b"banana"},
        {"CONNECT": None},
        {"MAIL": b"354 go on"},
        {"MAIL": b"banana"},
        {"MAIL": b"999 what"},
        {"MAIL": b"\xff\xfe\x00"},
        {"MAIL": None},
        {"RCPT": b"199 hm"},
        {"RCPT": None},
        {"RCPT": b"421 4.3.2 bye"},
        {"DATA": b"250 2.0.0 what message?"},
        {"DATA": None},
        {"END": b"354 more"},
        {"END": b"banana"},
        {"END": None},
        {"END": b"451 4.3.0 disk full"},
    ],
    ids=str,
)
def test_what_makes_no_sense_or_is_no_decision_is_temporary(answers: dict[str, bytes | None]) -> None:
    with Relay(answering(answers)) as relay:
        (reply,) = replies(relay, BO).values()
        assert reply[0] == "4", reply
        assert reply.isprintable()


def test_a_relay_that_has_had_enough_of_a_connection_gets_the_message_on_the_next() -> None:
    lines: list[str] = []

    def script(line: str) -> bytes | None:
        lines.append(line)
        is_second = lines.count("CONNECT") == 1 and line.startswith("MAIL") and "END" in lines
        return b"421 4.7.0 too many messages on this connection" if is_second else PLAIN

    with Relay(script) as relay:
        outcomes = sent(settings(relay), letter(BO), letter(CY))
        assert dict(outcomes[1].replies) == {CY: "250 2.0.0 fine"}
        assert relay.lines.count("CONNECT") == 2


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"DATA": b"354 go on\r\n250 taken", "END": b"554 5.7.1 spam"}, ["451 4.5.0", "451 4.5.0"]),
        ({"MAIL": b"250 yes\r\n550 no"}, ["451 4.5.0", "451 4.5.0"]),
        ({"END": b"250 2.0.0 fine\r\n550 5.7.1 no"}, ["250 2.0.0", "250 2.0.0"]),
        ({"CONNECT": b"220 hello\r\n550 5.7.1 no"}, ["451 4.5.0", "451 4.5.0"]),
    ],
    ids=["before the message", "sender", "after the message", "greeting"],
)
def test_an_answer_that_nobody_asked_for_is_no_answer_to_what_is_asked_next(
    answers: dict[str, bytes | None], told: list[str]
) -> None:
    with Relay(answering(answers)) as relay:
        outcomes = sent(settings(relay), letter(BO), letter(CY))
        assert [next(iter(outcome.replies.values()))[:9] for outcome in outcomes] == told


@pytest.mark.parametrize("refusing", ["RCPT", "DATA", "END"])
def test_a_relay_that_will_not_forget_a_message_is_left_before_the_next(refusing: str) -> None:
    lines: list[str] = []

    def script(line: str) -> bytes | None:
        if line == "CONNECT":
            lines.clear()
        lines.append(line)
        if line.startswith("MAIL") and "RSET" in lines:
            return b"503 5.5.1 nested MAIL command"
        if line == "RSET":
            return b"500 5.5.2 what?"
        return b"550 5.7.1 no" if line.startswith(refusing) else PLAIN

    with Relay(script) as relay:
        outcomes = sent(settings(relay), letter(BO), letter(CY))
        assert [next(iter(outcome.replies.values()))[:9] for outcome in outcomes] == ["550 5.7.1", "550 5.7.1"]


def test_a_recipient_refused_for_ever_stays_refused_though_the_connection_fails() -> None:
    with Relay(answering({f"RCPT TO:<{BO}>": b"550 5.1.1 no", "END": None})) as relay:
        found = replies(relay, BO, CY)
        assert (found[BO], found[CY][0]) == ("550 5.1.1 no", "4")


def test_a_relay_that_hangs_is_left_in_time() -> None:
    end = threading.Event()

    def script(line: str) -> bytes | None:
        if line.startswith("RCPT"):
            end.wait(20)
        return PLAIN

    with Relay(script) as relay:
        (reply,) = replies(relay, BO, timeout=0.2).values()
        assert reply.startswith("451 4.4.1 ")
        end.set()


def test_a_relay_that_takes_its_time_for_each_of_many_recipients_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "_MOST_TIMEOUTS", 1)
    many = [f"u{number}@elsewhere.example" for number in range(100)]

    def script(line: str) -> bytes | None:
        if line.startswith("RCPT"):
            time.sleep(0.01)  # asked twice for each
        return PLAIN

    with Relay(script) as relay:
        assert set(replies(relay, *many, timeout=1).values()) == {"250 2.0.0 fine"}


@pytest.mark.parametrize(
    "reply", [b"250-" + b"x" * 200_000, b"\r\n".join([b"250-more"] * 100_000)], ids=["line", "lines"]
)
def test_a_reply_without_end_is_no_reply(reply: bytes) -> None:
    with Relay(answering({"MAIL": reply})) as relay:
        (found,) = replies(relay, BO).values()
        assert found[0] == "4"
        assert len(found) <= 500


def test_a_relay_that_is_not_there_is_told_apart_from_one_that_refuses() -> None:
    with Relay() as relay:
        how = settings(relay)

    async def run() -> tuple[str, str]:
        connection = RelayConnection(how)
        outcome = await connection.send(letter(BO))
        return outcome.replies[BO], connection.unreachable

    reply, unreachable = asyncio.run(run())
    assert reply == unreachable
    assert reply.startswith("451 4.4.1 the relay cannot be reached: ")


DSN_SENDER = Address(ANN, {"RET": "HDRS", "ENVID": "a+b c=d"})
DSN_RECIPIENT = Address(BO, {"NOTIFY": "SUCCESS,FAILURE", "ORCPT": "rfc822;Bo+x@elsewhere.example"})


def test_what_the_sender_is_to_hear_is_passed_on_to_a_relay_that_reports() -> None:
    with Relay() as relay:
        (outcome,) = sent(settings(relay), Letter(DSN_SENDER, [DSN_RECIPIENT], MESSAGE))
        assert outcome.reports
        assert f"MAIL FROM:<{ANN}> SIZE={len(MESSAGE)} RET=HDRS ENVID=a+2Bb+20c+3Dd" in relay.lines
        assert f"RCPT TO:<{BO}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bo+2Bx@elsewhere.example" in relay.lines


def test_a_relay_is_told_nothing_that_it_does_not_know() -> None:
    with Relay(answering({"EHLO": b"250 relay.test"})) as relay:
        (outcome,) = sent(settings(relay), Letter(DSN_SENDER, [DSN_RECIPIENT], MESSAGE))
        assert not outcome.reports
        assert f"MAIL FROM:<{ANN}>" in relay.lines
        assert f"RCPT TO:<{BO}>" in relay.lines


def test_a_relay_that_knows_no_extensions_is_greeted_as_of_old() -> None:
    with Relay(answering({"EHLO": b"502 5.5.1 what?", "HELO": b"250 relay.test"})) as relay:
        assert replies(relay, BO) == {BO: "250 2.0.0 fine"}


def test_what_the_relay_cannot_carry_is_refused_clearly() -> None:
    text, header = "Subject: x\r\n\r\né\r\n".encode(), "Subject: é\r\n\r\nx\r\n".encode()
    with Relay(answering({"EHLO": b"250-relay.test\r\n250 SIZE 1000"})) as relay:
        outcomes = sent(
            settings(relay), letter(BO, octets=MESSAGE * 100), letter(BO, octets=text), letter(BO), letter(CY)
        )
        told = [next(iter(outcome.replies.values())) for outcome in outcomes]
        assert [reply[:9] for reply in told] == ["552 5.3.4", "554 5.6.3", "250 2.0.0", "250 2.0.0"]
    with Relay(answering({"EHLO": b"250-relay.test\r\n250 8BITMIME"})) as relay:
        outcomes = sent(
            settings(relay),
            letter(BO, octets=header),
            letter("jörg@elsewhere.example", "bo@exämple.example"),
            letter(BO, sender=Address("jörg@example.com")),
        )
        assert outcomes[0].replies[BO].startswith("554 5.6.7")
        assert outcomes[1].replies["jörg@elsewhere.example"].startswith("553 5.6.7")
        assert outcomes[1].replies["bo@exämple.example"] == "250 2.0.0 fine"
        assert "RCPT TO:<bo@xn--exmple-cua.example>" in relay.lines
        assert outcomes[2].replies[BO].startswith("553 5.6.7")


def test_letters_beyond_ascii_go_as_they_are_where_the_relay_takes_them() -> None:
    header = "Subject: é\r\n\r\nx\r\n".encode()
    with Relay() as relay:
        sent(settings(relay), letter("jörg@exämple.example", octets=header))
        assert f"MAIL FROM:<{ANN}> SIZE={len(header)} BODY=8BITMIME SMTPUTF8" in relay.lines
        assert relay.taken[0].recipients == ["jörg@exämple.example"]


@pytest.mark.parametrize("evil", ["x@y>\r\nRCPT TO:<evil@example.com", "x@y\nDATA", "x\x00@y"])
def test_an_address_never_becomes_a_command(evil: str) -> None:
    with Relay() as relay:
        sent(settings(relay), letter(evil), letter(BO, sender=Address(evil)), letter(BO))
        assert not any("evil" in line or line == "DATA" for line in relay.lines[:-4])
        assert [taken.recipients for taken in relay.taken] == [[BO]]


@pytest.fixture
def issued(tmp_path: Path) -> Certificate:
    return certificate(tmp_path, "127.0.0.1")


@pytest.mark.parametrize("implicit", [False, True])
def test_a_verified_relay_gets_the_password_and_the_message(issued: Certificate, implicit: bool) -> None:
    with Relay(certificate=issued, implicit=implicit) as relay:
        how = settings(relay, starttls=not implicit, context=issued.trust(), user="us", password="secret")
        (outcome,) = sent(how, letter(BO))
        assert dict(outcome.replies) == {BO: "250 2.0.0 fine"}
        assert len(relay.taken) == 1


@pytest.mark.parametrize("implicit", [False, True])
def test_a_relay_that_cannot_prove_who_it_is_gets_neither(issued: Certificate, implicit: bool) -> None:
    def trusts_others() -> ssl.SSLContext:
        return ssl.create_default_context()

    with Relay(certificate=issued, implicit=implicit) as relay:
        how = settings(relay, starttls=not implicit, context=trusts_others(), user="us", password="secret")
        (outcome,) = sent(how, letter(BO))
        assert outcome.replies[BO].startswith("451 4.4.1 ")
        assert not _said(relay.lines, "AUTH", "MAIL")


def test_without_tls_neither_password_nor_message_is_sent_where_tls_was_asked_for(issued: Certificate) -> None:
    with Relay(answering({"EHLO": EXTENSIONS})) as relay:
        how = settings(relay, starttls=True, context=issued.trust(), user="us", password="secret")
        (outcome,) = sent(how, letter(BO))
        assert outcome.replies[BO][0] == "4"
        assert not _said(relay.lines, "AUTH", "MAIL")


def test_a_password_that_is_wrong_is_temporary_and_told(issued: Certificate) -> None:
    with Relay(certificate=issued) as relay:
        how = settings(relay, starttls=True, context=issued.trust(), user="us", password="wrong")
        (outcome,) = sent(how, letter(BO))
        assert outcome.replies[BO] == "451 4.3.2 the relay does not serve us: 535 5.7.8 who?"
        assert relay.taken == []


def _said(lines: Sequence[str], *verbs: str) -> bool:
    return any(line.startswith(verbs) for line in lines)
