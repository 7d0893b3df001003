"""Connections that come together go on in processes of their own: nobody sees it, and nobody misses one that dies."""

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from angarium.app.receiving import processes as first_side
from angarium.app.receiving.processes import ReceivingProcesses
from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.protocols.lmtp.dialogue import MOST_MISTAKES
from angarium.store.contract import Allowance, Transaction
from tests.lmtp import Lmtp
from tests.protocols.lmtp.served import LETTER, OPEN, LmtpServed, ends_well, held_up, lmtp_serving
from tests.waiting import eventually


@pytest.fixture
def mailer(tmp_path: Path) -> Iterator[LmtpServed]:
    with lmtp_serving(tmp_path, processes=1) as served:
        yield served


@pytest.fixture
def ann(mailer: LmtpServed) -> User:
    return mailer.user("ann")


def processes_of(mailer: LmtpServed) -> ReceivingProcesses:
    processes = mailer.processes
    assert isinstance(processes, ReceivingProcesses)
    return processes


def elsewhere(mailer: LmtpServed, count: int = 1) -> list[Lmtp]:
    """So many connections that go on in another process."""
    clients = [mailer.connect() for _ in range(count)]
    mailer.keeping.under_way += 1  # as if another message were being stored

    def gone() -> bool:
        for client in clients:
            client.send(b"MAIL FROM:<>\r\nRSET\r\n")
            assert client.replies(2) == [250, 250]
        return processes_of(mailer).connections == count

    eventually(gone)
    mailer.keeping.under_way -= 1
    return clients


def close(*clients: Lmtp) -> None:
    for client in clients:
        client.close()


def test_letters_that_come_together_are_taken_by_another_process_and_stored_whole(
    mailer: LmtpServed, ann: User
) -> None:
    clients = [mailer.connect() for _ in range(4)]
    sent, turn = list[bytes](), 0
    while turn < 20 or not processes_of(mailer).connections:
        turn += 1
        for number, client in enumerate(clients):
            size = 100_000 if turn % 10 == 0 else 10
            sent.append(LETTER + b"%d %d %s\r\n" % (turn, number, b"x" * size))
            client.send(OPEN)
            client.send(sent[-1] + b".\r\n")
        for client in clients:
            assert client.replies(4) == [250, 250, 354, 250]
    close(*clients)
    stored = mailer.contents(ann)
    assert sorted(stored) == sorted(b"Return-Path: <bob@example.net>\r\n" + letter for letter in sent)
    assert not list((mailer.folder / "store" / "incoming").iterdir())


def test_a_connection_that_comes_alone_stays(mailer: LmtpServed, ann: User) -> None:
    with mailer.connect() as client:
        for number in range(5):
            assert client.deliver("", ["ann@example.com"], LETTER + b"%d\r\n" % number)[0][0] == 250
    assert processes_of(mailer).pids == []


def test_a_session_goes_on_where_it_was(mailer: LmtpServed, ann: User) -> None:
    client = mailer.connect()
    for _ in range(MOST_MISTAKES - 1):
        assert client.ask("WRONG")[0] == 500
    mailer.keeping.under_way += 1

    def gone() -> bool:
        client.send(b"MAIL FROM:<>\r\nRSET\r\n")
        assert client.replies(2) == [250, 250]
        return processes_of(mailer).connections == 1

    eventually(gone)
    client.send(OPEN)
    assert client.replies(3) == [250, 250, 354]
    client.send(LETTER + b".\r\nNOOP\r\nWRONG\r\n")
    assert client.rest() == [250, 250, 500, 421]
    close(client)
    assert len(mailer.contents(ann)) == 1


def test_what_came_with_the_command_is_taken_along(mailer: LmtpServed, ann: User) -> None:
    close(*elsewhere(mailer))
    mailer.keeping.under_way += 1
    with mailer.connect() as client:
        client.send(OPEN + LETTER + b".\r\n" + OPEN + LETTER + b"2\r\n.\r\nQUIT\r\n")
        assert client.rest() == [250, 250, 354, 250] * 2 + [221]
    assert len(mailer.contents(ann)) == 2


def test_each_recipient_has_its_own_fate(mailer: LmtpServed, ann: User) -> None:
    joe = mailer.user("joe")
    mailer.store.write(lambda transaction: transaction.allow(joe.account, Allowance(10, 10))).result()
    (client,) = elsewhere(mailer)
    replies = client.deliver("", ["ann@example.com", "joe@example.com", "no@example.com"], LETTER)
    assert [code for code, _ in replies] == [250, 552]
    assert client.deliver("", ["ann@example.com"], LETTER)[0] == (
        250,
        "2.0.0 <ann@example.com> was given this message before",
    )
    close(client)


def test_who_has_gone_is_not_known_there_any_more(mailer: LmtpServed, ann: User) -> None:
    (client,) = elsewhere(mailer)
    assert client.deliver("", ["ann@example.com"], LETTER)[0][0] == 250

    def remove(transaction: Transaction) -> None:
        principals.remove(transaction, ann)

    mailer.store.write(remove).result()
    assert client.ask("MAIL FROM:<>")[0] == 250
    eventually(lambda: client.ask("RCPT TO:<ann@example.com>")[0] == 550)
    close(client)


def test_one_that_dies_takes_its_connections_along_and_another_begins(mailer: LmtpServed, ann: User) -> None:
    clients = elsewhere(mailer, 2)
    (pid,) = processes_of(mailer).pids
    for client in clients:
        client.send(OPEN)
        assert client.replies(3) == [250, 250, 354]
    os.kill(pid, signal.SIGKILL)
    for client in clients:
        with suppress(ConnectionError):
            assert client.rest() == []
    close(*clients)
    eventually(lambda: not processes_of(mailer).connections)
    (client,) = elsewhere(mailer)
    assert processes_of(mailer).pids != [pid]
    assert client.deliver("", ["ann@example.com"], LETTER)[0][0] == 250
    close(client)


def test_what_one_that_died_was_receiving_is_dropped_and_nothing_else(mailer: LmtpServed, ann: User) -> None:
    incoming = mailer.folder / "store" / "incoming"
    with mailer.connect() as stays:
        stays.send(OPEN + b"x" * 100_000)
        (client,) = elsewhere(mailer)
        (pid,) = processes_of(mailer).pids
        client.send(OPEN + b"x" * 100_000)
        eventually(lambda: len(list(incoming.iterdir())) == 2)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: len(list(incoming.iterdir())) == 1)
        close(client)
        stays.send(b"\r\n.\r\n")
        assert stays.replies(4) == [250, 250, 354, 250]


def test_what_one_that_died_had_asked_is_not_told_to_the_next(mailer: LmtpServed, ann: User) -> None:
    joe = mailer.user("joe")
    mailer.store.write(lambda transaction: transaction.allow(joe.account, Allowance(10, 10))).result()
    (first,) = elsewhere(mailer)
    (pid,) = processes_of(mailer).pids
    with held_up(mailer.store):
        first.send(OPEN)
        assert first.replies(3) == [250, 250, 354]
        first.send(LETTER + b".\r\n")
        eventually(lambda: mailer.keeping.under_way == 1)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not processes_of(mailer).connections)
        (second,) = elsewhere(mailer)
        second.send(OPEN.replace(b"ann@", b"joe@"))
        assert second.replies(3) == [250, 250, 354]
        second.send(LETTER + b"2\r\n.\r\n")
        eventually(lambda: mailer.keeping.under_way == 2)
    assert second.reply() == (552, "5.2.2 <joe@example.com> holds as much mail as it may")
    assert len(mailer.contents(ann)) == 1
    close(first, second)


def test_one_that_cannot_begin_is_not_missed(mailer: LmtpServed, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_side, "_PROGRAM", "angarium.no_such_program")
    mailer.keeping.under_way += 1
    with mailer.connect() as client:
        for number in range(50):
            assert client.deliver("", ["ann@example.com"], LETTER + b"%d\r\n" % number)[0][0] == 250
    assert len(mailer.contents(ann)) == 50


def test_one_loads_nothing_from_the_folder_in_which_the_server_was_started(
    mailer: LmtpServed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orjson.py").write_text("open('loaded', 'w')")
    monkeypatch.chdir(tmp_path)
    close(*elsewhere(mailer))
    assert not (tmp_path / "loaded").exists()


def test_an_idle_one_ends_and_the_next_crowd_starts_another(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path, processes=1, idle=0.05) as mailer:
        seen = list[int]()
        for _ in range(2):
            clients = elsewhere(mailer)
            seen += processes_of(mailer).pids
            close(*clients)
            eventually(lambda: not processes_of(mailer).pids)
    assert len(set(seen)) == 2


def test_connections_elsewhere_count(tmp_path: Path) -> None:
    with lmtp_serving(tmp_path, most=2, processes=1) as mailer:
        clients = elsewhere(mailer, 2)
        with mailer.connect(greet=False) as third:
            assert third.greeting[0] == 421
        close(*clients)
        eventually(lambda: not processes_of(mailer).connections)
        mailer.connect().close()


def test_ending_closes_what_is_idle_and_lets_a_delivery_be_told(mailer: LmtpServed, ann: User) -> None:
    clients = elsewhere(mailer, 3)
    ends_well(mailer, ann, clients, lambda: mailer.run(processes_of(mailer).close()))
    close(*clients)


def test_no_process_begins_once_it_has_ended(mailer: LmtpServed, ann: User) -> None:
    (client,) = elsewhere(mailer)
    mailer.run(processes_of(mailer).close())
    assert client.rest() == [421]
    close(client)
    mailer.keeping.under_way += 1
    with mailer.connect() as late:
        assert late.deliver("", ["ann@example.com"], LETTER)[0][0] == 250
    assert not any(process._starting for process in processes_of(mailer)._processes)


def test_a_connection_that_a_process_has_no_room_for_is_not_counted_for_ever(mailer: LmtpServed) -> None:
    clients = elsewhere(mailer)
    (pid,) = processes_of(mailer).pids
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, 3))
    mailer.keeping.under_way += 1
    with mailer.connect() as late:
        late.send(b"MAIL FROM:<>\r\n")
        assert late.rest() == []
    close(*clients)
    eventually(lambda: not processes_of(mailer).connections)


@pytest.mark.parametrize("said", [b"", b"\x00\x00", b"\x00\x00\x01\x00half of an answer"])
def test_a_process_ends_quietly_when_the_first_has_gone_at_any_byte(tmp_path: Path, said: bytes) -> None:
    (ours, theirs), (door, entrance) = socket.socketpair(), socket.socketpair(type=socket.SOCK_DGRAM)
    handles = (theirs.fileno(), entrance.fileno())
    command = [sys.executable, "-m", first_side._PROGRAM, *map(str, handles), str(tmp_path), "name", "1000", "INFO"]
    with theirs, entrance:
        child = subprocess.Popen(command, pass_fds=handles, stderr=subprocess.PIPE)
    with door, ours:
        assert ours.recv(4)
        ours.sendall(said)
    assert child.communicate()[1] == b""
    assert child.returncode == 0


def test_one_that_does_not_end_is_killed(mailer: LmtpServed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_side, "_LONGEST_END", 0.1)
    (client,) = elsewhere(mailer)
    (pid,) = processes_of(mailer).pids
    os.kill(pid, signal.SIGSTOP)
    mailer.run(processes_of(mailer).close())
    assert client.rest() == []
    close(client)
