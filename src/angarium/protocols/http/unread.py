"""Noticing a client that does not read what it asked for, so that what waits for it is not kept for ever."""

import asyncio
from math import inf

UNREAD_SECONDS = 20.0
"""Seconds without any octet leaving after which a client is taken to read no more."""


class Unread:
    """Looks at one connection now and then."""

    __slots__ = ("_since", "_waiting")

    def __init__(self) -> None:
        self._waiting = 0
        self._since = inf

    def stuck(self, transport: asyncio.Transport, now: float) -> bool:
        """Whether what waits to be sent has not become less for too long."""
        waiting = transport.get_write_buffer_size()
        if waiting == 0:
            self._waiting, self._since = 0, inf
        elif self._since == inf or waiting < self._waiting:
            self._waiting, self._since = waiting, now
        return now - self._since > UNREAD_SECONDS
