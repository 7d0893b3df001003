"""The content of a message after DATA: where it ends, the dots that do not belong to it, and what no line may hold.

Only CR LF `.` CR LF ends it (RFC 5321 §4.1.1.4), wherever the network cuts the octets; a CR or LF alone is noticed, so
that what some other server takes for an end can never hide a second message here.
"""

from typing import Final

_END: Final = b"\r\n.\r\n"
_BEGINNINGS: Final = tuple(_END[:size] for size in range(len(_END) - 1, 0, -1))


class Content:
    """Takes the octets piece by piece; `bare` says whether a CR or LF has stood alone so far."""

    def __init__(self) -> None:
        self.bare = False
        self._held = b"\r\n"  # the line end of the command: a dot may stand on the first line
        self._skip = 2

    def feed(self, piece: bytes) -> tuple[bytes, bytes | None]:
        """The next octets of the message, and what follows after its end, None while that has not come."""
        octets = self._held + piece
        end = octets.find(_END)
        if end >= 0:
            octets, rest = octets[: end + 2], octets[end + len(_END) :]
            self._held = b""
            return self._cleaned(octets), rest
        kept = next((size for size, start in _SIZED if octets.endswith(start)), 0)
        self._held = octets[len(octets) - kept :]
        return self._cleaned(octets[: len(octets) - kept]), None

    def _cleaned(self, octets: bytes) -> bytes:
        """Without the dots that stand before others (RFC 5321 §4.5.2)."""
        pairs = octets.count(b"\r\n")
        if octets.count(b"\n") != pairs or octets.count(b"\r") != pairs:
            self.bare = True
        if b"\r\n." in octets:
            octets = octets.replace(b"\r\n.", b"\r\n")
        if self._skip and octets:
            octets, self._skip = octets[self._skip :], 0
        return octets


_SIZED: Final = tuple((len(start), start) for start in _BEGINNINGS)
