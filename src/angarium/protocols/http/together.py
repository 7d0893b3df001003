"""Sending the head of an answer with the first octets of its body: one write, one packet, one waking of the client.

The server writes the two apart. Whoever answers with a head alone (an event stream before its first event) sends an
empty piece after it.
"""

import asyncio
from collections.abc import Callable

_JOINED = 65_536
"""Octets up to which a body is copied behind its head; a longer one follows on its own."""


class Together:
    """Stands for the transport while one request is answered."""

    __slots__ = ("_ended", "_head", "_transport")

    def __init__(self, transport: asyncio.Transport, ended: Callable[[], None]) -> None:
        self._transport = transport
        self._ended = ended
        self._head: bytes | None = b""

    def write(self, octets: bytes) -> None:
        """Keep the head, send everything else; an interim answer (100 Continue) is no head."""
        if self._head is None or octets.startswith(b"HTTP/1.1 100"):
            self._transport.write(octets)
        elif not self._head:
            self._head = octets
        elif len(octets) <= _JOINED:
            head, self._head = self._head, None
            self._transport.write(head + octets)
        else:
            self._flush()
            self._transport.write(octets)

    def end(self) -> None:
        """The answer is complete: send a head that no body followed, and tell the connection."""
        self._flush()
        self._ended()

    def _flush(self) -> None:
        head, self._head = self._head, None
        if head:
            self._transport.write(head)

    def close(self) -> None:
        """Close the connection after what was written."""
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is at its end."""
        return self._transport.is_closing()
