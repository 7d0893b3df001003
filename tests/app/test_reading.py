"""Processes that read messages: they find what is found here, and are missed by nobody when they die."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import pytest

from angarium.app import reading
from angarium.app.reading import ReadingProcesses, answer
from angarium.flows.deliver import Arrival, arrival
from angarium.formats.message import with_return_path
from angarium.store.contract import BlobHash
from angarium.store.sqlite.stage import StagedBytes
from tests.lmtp import Lmtp
from tests.protocols.lmtp.served import lmtp_serving

T = TypeVar("T")
NOW = 1_790_000_000_000
LETTER = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.net>\r\nTo: ann@example.com\r\nSubject: Re: =?x?\r\n"
    b"References: <a@b> <c@d>\r\n"
    b"X-Raw: \xff\xfe\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Gr\xc3\xbc\xc3\x9fe &amp; more</p>\r\n"
)

INVITATION = (
    b"From: cy@example.net\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261001T090000\r\nCOMMENT:Come\r\n"
    b"ATTENDEE:mailto:ann@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def staged(octets: bytes) -> StagedBytes:
    content = with_return_path(octets, "j@example.net")
    return StagedBytes(BlobHash(sha256(content).hexdigest()), content)


def with_processes(job: Callable[[ReadingProcesses], Awaitable[T]]) -> T:
    async def run() -> T:
        processes = ReadingProcesses(1)
        try:
            return await job(processes)
        finally:
            await processes.close()

    return asyncio.run(run())


async def read(processes: ReadingProcesses, octets: bytes) -> Arrival:
    """What a process finds, once it has begun."""
    blob = staged(octets)
    while (found := await processes.read("j@example.net", blob.content, NOW)) is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return found


@pytest.mark.parametrize("octets", [LETTER, INVITATION, b"", b"no header", b"\xff\x00\r\n\r\n"])
def test_a_process_finds_what_is_found_here(octets: bytes) -> None:
    assert with_processes(lambda processes: read(processes, octets)) == arrival("j@example.net", staged(octets), NOW)


def test_many_questions_get_their_own_answers() -> None:
    async def job(processes: ReadingProcesses) -> list[Arrival]:
        await read(processes, LETTER)
        return await asyncio.gather(*(read(processes, b"Subject: %d\r\n\r\n" % number * 1000) for number in range(50)))

    found = with_processes(job)
    assert [arrived.message.sort_subject for arrived in found] == [str(number) for number in range(50)]


def test_a_process_that_dies_leaves_its_work_to_who_asked_and_another_begins() -> None:
    async def job(processes: ReadingProcesses) -> tuple[list[Arrival | None], Arrival]:
        await read(processes, LETTER)
        (pid,) = processes.pids
        os.kill(pid, signal.SIGSTOP)
        blob = staged(LETTER)
        asked = [asyncio.ensure_future(processes.read("", blob.content, NOW)) for _ in range(3)]
        await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        return await asyncio.gather(*asked), await read(processes, LETTER)

    given_up, again = with_processes(job)
    assert given_up == [None] * 3
    assert again == arrival("j@example.net", staged(LETTER), NOW)


def test_what_cannot_be_read_is_left_to_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Arrival:
        raise RecursionError

    monkeypatch.setattr(reading, "arrival", fail)
    question = reading.question(LETTER, NOW)
    assert answer(question) == b""


def test_an_idle_process_ends_and_the_next_question_starts_another() -> None:
    async def job() -> list[int]:
        processes = ReadingProcesses(1, idle_seconds=0.05)
        try:
            seen = list[int]()
            for _ in range(2):
                await read(processes, LETTER)
                seen += processes.pids
                while processes.pids:  # noqa: ASYNC110 -- another process is waited for
                    await asyncio.sleep(0.01)
            return seen
        finally:
            await processes.close()

    first, second = asyncio.run(job())
    assert first != second


@pytest.mark.parametrize("said", [b"", b"\x00\x00", b"\x00\x00\x01\x00half of a question"])
@pytest.mark.parametrize("heard", [False, True])
def test_a_process_ends_quietly_when_who_asks_has_gone_at_any_byte(said: bytes, heard: bool) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", reading.__name__, "60"]
        child = subprocess.Popen(command, stdin=theirs.fileno(), stderr=subprocess.PIPE)
    with ours:
        if heard:
            assert ours.recv(1) == b"\x01"
        ours.sendall(said)
    assert child.communicate()[1] == b""
    assert child.returncode == 0


def test_letters_on_several_connections_are_read_by_processes_and_stored_whole(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path) as served:
        ann = served.user("ann")

        async def begin() -> ReadingProcesses:
            return ReadingProcesses(1)

        processes = served.run(begin())
        served.reception.readers = processes
        clients = [Lmtp(served.place) for _ in range(4)]
        turn = 0
        while turn < 20 or not processes.pids:
            turn += 1
            for number, client in enumerate(clients):
                client.send(b"MAIL FROM:<>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\n")
                client.send(LETTER + b"%d %d\r\n.\r\n" % (turn, number))
            for client in clients:
                assert client.replies(4) == [250, 250, 354, 250]
        for client in clients:
            client.close()
        served.run(processes.close())
        assert len(set(served.contents(ann))) == 4 * turn
