"""Automatic answers: what their owner writes and what a stranger sends becomes no header field, bomb or loop."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from angarium.datatypes.submission import queue
from angarium.engine.access import Principal
from angarium.flows.deliver import Delivered, Pipeline, arrival, deliver
from angarium.flows.vacation import Vacation
from angarium.formats.message import parse, with_return_path
from tests.attacks.test_injection import EXPECTED, NASTY
from tests.harness import DOMAINS, Harness

ADDED = {"auto-submitted", "x-auto-response-suppress"}
LETTER = b"To: ann@example.com\r\nSubject: hi\r\nMessage-ID: <1@example.net>\r\n\r\nhello\r\n"


class Away:
    """A user whose vacation response is on."""

    def __init__(self, engine: Harness, user: Principal) -> None:
        self.engine = engine
        self.user = user
        self._numbers = count(1)
        self._pipeline = Pipeline(DOMAINS, (Vacation(DOMAINS, lambda: f"token{next(self._numbers)}"),))

    def set(self, **patch: Any) -> Any:
        """None when it was done, else the SetError."""
        patches = {"singleton": {"isEnabled": True, **patch}}
        answer = self.engine.call(self.user, "VacationResponse/set", {"update": patches})
        return (answer["notUpdated"] or {}).get("singleton")

    def receive(self, octets: bytes, sender: str | None = None) -> bytes | None:
        """The answer to a message, from a new sender unless told; it waits no more."""
        sender = f"bob{next(self._numbers)}@example.net" if sender is None else sender
        stage = self.engine.store.stage()
        stage.write(with_return_path(octets, sender))
        arrived = arrival(sender, stage.finish(), self.engine.now)
        job = self.engine.store.write(lambda view: deliver(view, self._pipeline, arrived, "ann@example.com"))
        assert isinstance(job.result(), Delivered)
        found = self.engine.store.read(
            lambda view: [(item, view.blobs.open(item.blob)[:]) for item in queue.read(view)]
        )
        for item, _ in found:
            self.engine.store.write(lambda view, item=item: queue.remove(view, item)).result()  # type: ignore[misc]
        assert len(found) < 2
        return found[0][1] if found else None


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    engine = Harness(tmp_path_factory.mktemp("away") / "data")
    yield Away(engine, engine.user("ann"))
    engine.close()


def check(answer: bytes | None, expected: int = 1) -> None:
    """The fields of an answer are ours, each once, and its lines fit for SMTP."""
    assert answer is not None
    names = [header.name.lower() for header in parse(answer).headers]
    assert set(names) <= EXPECTED | ADDED
    assert len(set(names)) == len(names)
    assert names.count("auto-submitted") == expected
    assert b"\n" not in answer.replace(b"\r\n", b"")
    assert b"\r" not in answer.replace(b"\r\n", b"")
    assert max(map(len, answer.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("evil", NASTY)
@pytest.mark.parametrize("where", ["subject", "textBody", "htmlBody"])
def test_no_line_break_of_the_owner_becomes_a_field(away: Away, where: str, evil: str) -> None:
    away.set(subject=None, textBody=None, htmlBody=None)
    error = away.set(**{where: f"one{evil}Bcc: victim@example.net{evil}{evil}.{evil}two"})
    if error is not None:
        assert (error["type"], error["properties"]) == ("invalidProperties", [where])
    check(away.receive(LETTER))


@pytest.mark.parametrize("name", ["Subject", "Message-ID", "References", "To", "Resent-To"])
@pytest.mark.parametrize("evil", NASTY)
def test_no_line_break_of_a_stranger_becomes_a_field(away: Away, name: str, evil: str) -> None:
    field = f"{name}: <a@b>{evil}Bcc: victim@example.net".encode()
    check(away.receive(b"Cc: ann@example.com\r\n" + field + b"\r\n\r\nhello\r\n"))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from([b"Subject", b"Message-ID", b"References", b"From", b"Reply-To"]))
def test_no_octets_of_a_stranger_break_the_answer(away: Away, value: bytes, name: bytes) -> None:
    answer = away.receive(b"Cc: ann@example.com\r\nX-Number: %d\r\n%b: %b\r\n\r\nx\r\n" % (next(_COUNT), name, value))
    if answer is not None:
        check(answer)


_COUNT = count(1)


@pytest.mark.parametrize(
    "evil", ["a@b\r\nX: y", "a b@c", "<a@b>", "a@b>, <c@d", "a@b;c", "é@\u2028x", "@", "x" * 400 + "@y"]
)
def test_a_sender_that_is_no_address_is_not_answered(away: Away, evil: str) -> None:
    if "\r" in evil:
        with pytest.raises(ValueError, match="control"):
            with_return_path(LETTER, evil)
        return
    assert away.receive(b"X-Number: %d\r\n" % next(_COUNT) + LETTER, evil) is None


def test_a_message_of_a_million_lines_is_answered_like_any_other(away: Away) -> None:
    away.set(subject=None, textBody="away", htmlBody=None)
    answer = away.receive(LETTER + b"line\r\n" * 1_000_000)
    check(answer)
    assert answer is not None
    assert len(answer) < 2000


def test_a_text_of_a_hundred_thousand_lines_is_the_most_that_can_be_said(away: Away) -> None:
    assert away.set(textBody="\n" * 100_000, htmlBody=None) is None
    check(away.receive(b"X-Number: 0\r\n" + LETTER))
    assert away.set(textBody="\n" * 1_000_000)["type"] == "invalidProperties"


def test_a_hundred_thousand_recipients_are_not_looked_through(away: Away) -> None:
    named = b",\r\n ".join(b"u%d@example.net" % number for number in range(50_000))
    assert away.receive(b"To: %b,\r\n ann@example.com\r\n\r\nhi\r\n" % named) is None


def test_many_messages_of_one_sender_bring_one_answer(away: Away) -> None:
    away.set(textBody="away", htmlBody=None)
    octets = (LETTER + b"%d\r\n" % number for number in range(30))
    answers = [away.receive(message, "flood@example.net") for message in octets]
    assert [answer is not None for answer in answers].count(True) == 1
