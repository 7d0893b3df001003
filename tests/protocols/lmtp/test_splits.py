"""The network may cut a session anywhere: the replies and what is stored are the same."""

import asyncio
import re
from collections.abc import Sequence
from itertools import count, pairwise
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from angarium.protocols.lmtp.dialogue import Dialogue, Session, Terms
from angarium.protocols.lmtp.reception import Reception
from angarium.protocols.lmtp.stream import Stream
from tests.protocols.lmtp.served import LARGEST, LmtpServed, lmtp_serving
from tests.waiting import patiently

SESSION = (
    b"NOOP\r\nLHLO x\r\nMAIL FROM:<a@b> SIZE=5 BODY=8BITMIME\r\nRCPT TO:<nobody@example.com>\r\n"
    b"RCPT TO:<ann@example.com>\r\nDATA\r\nSubject: %d\r\n\r\n..\r\n.x\r\n.\r\n"
    b"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nRCPT TO:<joe@example.com>\r\nDATA\r\n"
    b"Subject: %d\r\n\r\n\n.\n\r.\r\n.\r\n\xff\r\nDATA\r\nRSET\r\nQUIT\r\n"
)
CODES = [220, 250, 250, 250, 550, 250, 354, 250, 250, 250, 250, 354, 550, 550, 501, 503, 250, 221]
_numbers = count(1)


class Wire(asyncio.Transport):
    """A transport that keeps what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.closed = asyncio.Event()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed.set()


async def talk(reception: Reception, pieces: Sequence[bytes]) -> bytes:
    """What the server says to a client whose octets come in these pieces."""
    stream, wire = Stream(), Wire()
    stream.connection_made(wire)
    dialogue = Dialogue(stream, reception, Terms("mail.example.com", LARGEST), Session("test"))
    task = asyncio.ensure_future(dialogue.run())
    for piece in pieces:
        stream.data_received(piece)
        await asyncio.sleep(0)
    await patiently(wire.closed.wait())
    await task
    return bytes(wire.sent)


def cut(octets: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted({*(place % len(octets) for place in places), 0, len(octets)})
    return [octets[start:end] for start, end in pairwise(ends)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> object:
    folder: Path = tmp_path_factory.mktemp("lmtp")
    with lmtp_serving(folder) as served:
        served.user("ann")
        served.user("joe")
        yield served


@pytest.fixture
def mailer(shared: object) -> LmtpServed:
    return cast(LmtpServed, shared)


def codes(mailer: LmtpServed, places: Sequence[int]) -> list[int]:
    number = next(_numbers)
    said: bytes = mailer.run(talk(mailer.reception, cut(SESSION % (number, number), places)))
    return [int(code) for code in re.findall(rb"^(\d{3}) ", said, re.MULTILINE)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cut_gets_the_same_replies(mailer: LmtpServed, places: list[int]) -> None:
    assert codes(mailer, places) == CODES


def test_one_octet_at_a_time_gets_the_same_replies(mailer: LmtpServed) -> None:
    assert codes(mailer, range(len(SESSION))) == CODES


def test_a_cut_at_each_place_gets_the_same_replies(mailer: LmtpServed) -> None:
    for place in range(0, len(SESSION), 3):
        assert codes(mailer, [place]) == CODES
