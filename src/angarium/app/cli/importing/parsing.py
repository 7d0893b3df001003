"""Reading messages in other processes while this one stores them, or here where there is little to read.

A child gets messages with what their places say of them and gives back their facts, both marshalled behind their
length, so that octets never travel twice. What a child cannot do, because it has not begun or has died, is done here.
"""

import marshal
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any, Final, NamedTuple, TypeAlias, cast

from angarium.app.framing import framed, next_piece
from angarium.app.operations.batch import Facts, facts_of
from angarium.datatypes.mail.ingest import from_message
from angarium.formats.errors import FormatError
from angarium.formats.message import parse, received_date
from angarium.store.contract import BlobHash

ALONE: Final = 500
"""Messages that are read here before other processes are begun for it."""

_LATEST: Final = 253_402_300_799_000  # the last second of the year 9999


class Question(NamedTuple):
    """A message as it was found: times in epoch milliseconds, `received` when its place tells it."""

    octets: bytes
    keywords: tuple[str, ...]
    mailboxes: tuple[str, ...]
    received: int | None
    file_time: int


Answer: TypeAlias = Facts | str
"""The facts of a message, or what is wrong with it."""


def read(question: Question) -> Answer:
    """The facts of a message with the moment at which it was received."""
    if not question.octets:
        return "it is empty"
    try:
        return _read(question)
    except FormatError as error:
        return error.problem
    except Exception as error:  # a fault of the parser must not end an import of thousands
        return f"a fault in reading it: {error!r}"


def _read(question: Question) -> Facts:
    octets, keywords, mailboxes, received, file_time = question
    found = parse(octets)
    message = from_message(octets, found, keywords, mailboxes, received or 0)
    if received is None:
        told = (received_date(found.headers), message.sent, file_time)
        known = next((date for date in told if date is not None and 0 <= date <= _LATEST), 0)
        message = replace(message, received=known)
    return facts_of(message)


class Parsing:
    """As many children as there are other cores, begun once there is enough to do; `close` must be called."""

    def __init__(self, children: int | None = None, alone: int = ALONE) -> None:
        self._alone = alone
        self._wanted = (os.cpu_count() or 1) - 1 if children is None else children
        self._children: list[_Child] = []
        self._turn = 0

    @property
    def most_asked(self) -> int:
        """How many groups may wait for their answers, so that no child is idle while this process does its part."""
        return 2 * len(self._children)

    @property
    def pids(self) -> list[int]:
        """The processes that were begun."""
        return [child.pid for child in self._children]

    def ask(self, group: Sequence[Question]) -> "Future[list[Answer]]":
        """What is found in each of a group of messages; groups are answered in no particular order."""
        if self._alone > 0 or not self._wanted:
            self._alone -= len(group)
            return read_here(group)
        if not self._children:
            self._children = [_Child() for _ in range(self._wanted)]
        self._turn += 1
        return self._children[self._turn % len(self._children)].ask(group)

    def close(self) -> None:
        """End the children."""
        for child in self._children:
            child.close()


class _Child:
    """One process, and the thread that talks to it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "parse")
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                (sys.executable, "-P", "-m", __name__),  # -P: nothing is loaded from the folder of the caller
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # a terminal sends SIGINT to all; the first process decides
            )

    @property
    def pid(self) -> int:
        """Its number, 0 when it could not be begun."""
        return self._process.pid if self._process else 0

    def ask(self, group: Sequence[Question]) -> "Future[list[Answer]]":
        """Have it answer, after what it was asked before."""
        return self._thread.submit(self._answers, list(group))

    def close(self) -> None:
        """Let it end: it does when it hears no more."""
        self._thread.shutdown(cancel_futures=True)
        if self._process is not None:
            with suppress(OSError):
                self._process.communicate()

    def _answers(self, group: list[Question]) -> list[Answer]:
        found = self._asked(group)
        return [read(question) for question in group] if found is None else found

    def _asked(self, group: list[Question]) -> list[Answer] | None:
        """What the child says; None when it is gone, and is asked no more."""
        process = self._process
        if process is None or process.poll() is not None or not process.stdin or not process.stdout:
            return None
        with suppress(OSError):
            _send(process.stdin, [tuple(question) for question in group])
            told = cast("list[tuple[str, int, bytes] | str] | None", _next(process.stdout))
            if told is not None:
                return [one if isinstance(one, str) else Facts(BlobHash(one[0]), one[1], one[2]) for one in told]
        process.kill()
        return None


def read_here(group: Sequence[Question]) -> "Future[list[Answer]]":
    """What is found in each of a group of messages, read by this process, now."""
    future: Future[list[Answer]] = Future()
    future.set_result([read(question) for question in group])
    return future


def main() -> None:
    """Answer what is asked on standard input, until whoever asks has gone."""
    with suppress(OSError):
        while (group := _next(sys.stdin.buffer)) is not None:
            answers = [read(Question(*question)) for question in cast("list[Question]", group)]
            _send(
                sys.stdout.buffer,
                [one if isinstance(one, str) else (one.blob, one.size, one.encoded) for one in answers],
            )


def _send(stream: IO[bytes], value: list[Any]) -> None:
    stream.write(framed(marshal.dumps(value)))
    stream.flush()


def _next(stream: IO[bytes]) -> object | None:
    """The next value of another process of ours; None when there is no whole one any more."""
    told = next_piece(stream)
    return None if told is None else marshal.loads(told)  # noqa: S302


if __name__ == "__main__":
    main()
