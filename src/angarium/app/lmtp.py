"""LMTP beside HTTP: its socket, its threads, its server, while the server runs."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from angarium.app.clock import clock
from angarium.app.config import Config, LmtpSection
from angarium.app.listening import listening_socket
from angarium.app.pipeline import compose_pipeline
from angarium.app.queueing import in_ascii
from angarium.protocols.http.threads import Threads
from angarium.store.contract import Store

_READERS = 2


def lmtp_socket(section: LmtpSection) -> socket.socket | None:
    """The bound socket that the configuration asks for, None without one; OSError when it cannot be had."""
    if section.listen is None:
        return None
    if section.path is None:
        return listening_socket(*section.address)
    return _unix_socket(section.path, int(section.socket_mode, 8), section.socket_group)


def told(bound: socket.socket) -> str:
    """Where a socket listens, as it is written in the configuration."""
    name = bound.getsockname()
    if bound.family == socket.AF_UNIX:
        return f"unix:{name}"
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"


@asynccontextmanager
async def lmtp_served(config: Config, store: Store, bound: socket.socket | None) -> AsyncIterator[None]:
    """Serve LMTP on a socket; nothing happens without one."""
    if bound is None:
        yield
        return
    # What no server without LMTP needs.
    from angarium.app.receiving import ReceivingProcesses
    from angarium.protocols.lmtp.dialogue import Terms
    from angarium.protocols.lmtp.keeping import StoreKeeping
    from angarium.protocols.lmtp.reception import Reception
    from angarium.protocols.lmtp.server import LmtpServer

    threads, section = Threads(_READERS, "angarium-lmtp"), config.lmtp
    keeping = StoreKeeping(store, compose_pipeline(config), threads)
    # RFC 6531 §3.7.1: before SMTPUTF8 is in use, a name is in ASCII.
    terms = Terms(in_ascii(config.mail.domains[0]), section.max_message_size)
    processes = ReceivingProcesses(keeping, terms, config.data)
    server = LmtpServer(Reception(keeping, clock, threads), terms, section.networks, section.max_connections, processes)
    unsubscribe = [store.subscribe(each.heard) for each in (keeping, processes)]
    await server.start(bound)
    try:
        yield
    finally:
        await asyncio.gather(server.stop(), processes.close())
        for stop in unsubscribe:
            stop()
        threads.close()
        if section.path is not None:
            section.path.unlink(missing_ok=True)


def _unix_socket(path: Path, mode: int, group: str | None) -> socket.socket:
    """A bound socket with these permissions; what a server that has ended left at the path is replaced."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            _check_unused(path)
            path.unlink()
        mask = os.umask(0o777)  # nobody connects before the permissions are right
        try:
            bound.bind(str(path))
        finally:
            os.umask(mask)
        if group is not None:
            shutil.chown(path, group=group)
        path.chmod(mode)
    except (OSError, LookupError) as error:
        bound.close()
        raise OSError(str(error)) from error
    bound.setblocking(False)
    return bound


def _check_unused(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, suppress(ConnectionRefusedError):
        probe.connect(str(path))
        raise OSError("another program listens there")
