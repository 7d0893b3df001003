"""The serving side of the control socket: named operations that run side by side, and subscriptions to news."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias, cast

from angarium.app.control import LENGTHS, ControlError, frame, head_of, lengths, reachable
from angarium.formats.json import JSON
from angarium.store.contract import StoreError

_log = logging.getLogger(__name__)

Operation: TypeAlias = Callable[[dict[str, JSON], bytes], Awaitable[tuple[JSON, bytes]]]
Subscription: TypeAlias = Callable[[Callable[[JSON], None]], Callable[[], None]]
"""Takes what to call with each piece of news; returns how to stop."""

_AT_ONCE = 64
_BACKLOG = 32_000_000
"""Octets of unread news after which a subscriber is given up."""


class ControlServer:
    """Listens at a path of the data folder, where only its owner can connect."""

    def __init__(
        self, path: Path, operations: Mapping[str, Operation], subscriptions: Mapping[str, Subscription] | None = None
    ) -> None:
        self._path = path
        self._operations = operations
        self._subscriptions = subscriptions or {}
        self._server: asyncio.Server | None = None
        self._clients: set[_Client] = set()

    async def start(self) -> None:
        """Begin to listen; what an earlier server left at the path is replaced."""
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            with reachable(self._path) as name:
                self._server = await asyncio.start_unix_server(self._serve, name)
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """Stop listening, let what runs finish, close every connection."""
        if self._server is None:
            return
        self._server.close()
        self._path.unlink(missing_ok=True)
        await asyncio.gather(*(client.finish() for client in self._clients))
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(reader, writer, self._operations, self._subscriptions)
        self._clients.add(client)
        try:
            await client.run()
        finally:
            self._clients.discard(client)


class _Client:
    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        operations: Mapping[str, Operation],
        subscriptions: Mapping[str, Subscription],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._operations = operations
        self._subscriptions = subscriptions
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._stops: list[Callable[[], None]] = []

    async def run(self) -> None:
        """Take calls until the client goes."""
        try:
            while True:
                head, payload = await self._next()
                await self._room.acquire()
                task = asyncio.ensure_future(self._answer(head, payload))
                self._running.add(task)
                task.add_done_callback(self._over)
                del payload
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        except (ControlError, ValueError) as error:
            _log.warning("control refused reason=%s", error)
        finally:
            for stop in self._stops:
                stop()
            self._writer.close()

    async def finish(self) -> None:
        """Let running calls end, then close."""
        if self._running:
            await asyncio.wait(self._running, timeout=10)
        self._writer.close()

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._room.release()

    async def _next(self) -> tuple[dict[str, JSON], bytes]:
        head, payload = lengths(await self._reader.readexactly(LENGTHS.size))
        return head_of(await self._reader.readexactly(head)), await self._reader.readexactly(payload)

    async def _answer(self, head: dict[str, JSON], payload: bytes) -> None:
        number, name = head.get("id"), str(head.get("call"))
        try:
            if name in self._subscriptions:
                self._stops.append(self._subscriptions[name](lambda news: self._tell(number, news)))
                encoded = frame({"id": number, "more": True, "result": None})
            else:
                arguments = cast("dict[str, JSON]", head.get("arguments") or {})
                result, answer = await self._operation(name)(arguments, payload)
                encoded = frame({"id": number, "result": result}, answer)
        except ControlError as error:
            encoded = frame({"id": number, "error": [error.kind, error.text]})
        except StoreError as error:
            _log.error("operation failed name=%s reason=%s", name, error)
            encoded = frame({"id": number, "error": ["store", str(error)]})
        except Exception as error:
            _log.exception("operation failed name=%s", name)
            encoded = frame({"id": number, "error": ["serverFail", f"a fault in the server: {type(error).__name__}"]})
        if not self._writer.is_closing():
            self._writer.write(encoded)

    def _operation(self, name: str) -> Operation:
        operation = self._operations.get(name)
        if operation is None:
            raise ControlError("unknownOperation", f"there is no operation {name!r}")
        return operation

    def _tell(self, number: JSON, news: JSON) -> None:
        if self._writer.transport.get_write_buffer_size() > _BACKLOG:
            _log.error("control subscriber given up: it does not read")
            self._writer.transport.abort()
        elif not self._writer.is_closing():
            self._writer.write(frame({"id": number, "more": True, "result": news}))
