"""The calling side of the control socket for a process with an event loop: many calls at once, and news."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from angarium.app.control import LENGTHS, ControlError, frame, head_of, lengths, reachable, result_of
from angarium.formats.json import JSON


class ControlLink:
    """One connection to the process that writes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._waiting: dict[int, asyncio.Future[tuple[JSON, bytes]]] = {}
        self._listeners: dict[int, Callable[[JSON], None]] = {}
        self._number = 0
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def connect(cls, path: Path) -> "ControlLink":
        """Connect; OSError when nobody listens."""
        with reachable(path) as name:
            return cls(*await asyncio.open_unix_connection(name))

    async def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
        """Do an operation; ControlError when it was not done."""
        return await self._answered(self._send(name, arguments, payload))

    async def subscribe(self, name: str, listener: Callable[[JSON], None]) -> None:
        """Call `listener` with every piece of news from before this returns; ControlError when there is none."""
        number = self._send(name, {}, b"")
        self._listeners[number] = listener
        await self._answered(number)

    async def closed(self) -> None:
        """Return when the other side has gone."""
        await asyncio.wait([self._reading])

    def close(self) -> None:
        """Let go."""
        self._writer.close()
        self._reading.cancel()

    def _send(self, name: str, arguments: Mapping[str, JSON], payload: bytes) -> int:
        if self._reading.done():
            raise ControlError("gone", "the process that writes has gone")
        self._number += 1
        self._writer.write(frame({"id": self._number, "call": name, "arguments": dict(arguments)}, payload))
        return self._number

    async def _answered(self, number: int) -> tuple[JSON, bytes]:
        future: asyncio.Future[tuple[JSON, bytes]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            return await future
        finally:
            self._waiting.pop(number, None)

    async def _read(self) -> None:
        try:
            while True:
                head_size, payload_size = lengths(await self._reader.readexactly(LENGTHS.size))
                head = head_of(await self._reader.readexactly(head_size))
                self._take(head, await self._reader.readexactly(payload_size))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ControlError("gone", "the process that writes has gone"))

    def _take(self, head: dict[str, JSON], payload: bytes) -> None:
        number = head.get("id")
        if not isinstance(number, int):
            return
        if (future := self._waiting.get(number)) and not future.done():
            try:
                future.set_result((result_of(head), payload))
            except ControlError as error:
                future.set_exception(error)
        elif listener := self._listeners.get(number):
            listener(head.get("result"))
