"""The client of the delivery row, a process of its own: hands messages over by LMTP as fast as they are taken.

It pipelines as Postfix does (RFC 2920): MAIL, RCPT and DATA in one packet, then the message, on connections that stay
open. Run as ``python -m bench.deliver HOST PORT RECIPIENT CONNECTIONS FIRST COUNT``; prints the seconds from the first
octet to the last reply.
"""

import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from bench.corpus import BLOCK, Corpus


class RefusedError(Exception):
    """The server did not take a message."""


class Letter(NamedTuple):
    """For whom, and the message as it is sent after DATA."""

    recipient: str
    octets: bytes


def deliver(address: tuple[str, int], connections: int, letters: Iterable[Letter]) -> float:
    """Seconds that handing over the letters takes on so many connections; raises RefusedError."""
    waiting, lock = iter(letters), threading.Lock()
    failures: list[Exception] = []
    sessions = [_Session(address) for _ in range(connections)]
    workers = [threading.Thread(target=_hand_over, args=(one, waiting, lock, failures)) for one in sessions]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - began
    for session in sessions:
        session.close()
    if failures:
        raise failures[0]
    return seconds


def _hand_over(session: "_Session", waiting: Iterator[Letter], lock: threading.Lock, failures: list[Exception]) -> None:
    try:
        while True:
            with lock:
                letter = next(waiting, None)
            if letter is None:
                return
            session.send(letter)
    except (OSError, RefusedError) as error:
        failures.append(error)


class _Session:
    def __init__(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_connection(address, timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self._socket.makefile("rb")
        self._expect(b"220")
        self._socket.sendall(b"LHLO bench.example\r\n")
        self._expect(b"250")

    def send(self, letter: Letter) -> None:
        self._socket.sendall(f"MAIL FROM:<sender@bench.example>\r\nRCPT TO:<{letter.recipient}>\r\nDATA\r\n".encode())
        for code in (b"250", b"250", b"354"):
            self._expect(code)
        self._socket.sendall(letter.octets)
        self._expect(b"250")

    def close(self) -> None:
        self._replies.close()
        self._socket.close()

    def _expect(self, code: bytes) -> None:
        while True:
            line = self._replies.readline()
            if not line.startswith(code):
                raise RefusedError(f"{line!r} instead of {code!r}")
            if line[3:4] != b"-":
                return


def stuffed(raw: bytes) -> bytes:
    """A message as it is sent after DATA."""
    whole = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return whole.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def main(arguments: Sequence[str]) -> None:
    """Make the messages, then hand them over."""
    host, port, recipient, connections, first, count = arguments
    start = int(first) // BLOCK * BLOCK
    corpus = Corpus().messages(start + -(-int(count) // BLOCK) * BLOCK, start)
    letters = [Letter(recipient, stuffed(message.raw)) for message in islice(corpus, int(count))]
    print(deliver((host, int(port)), int(connections), letters))


if __name__ == "__main__":
    main(sys.argv[1:])
