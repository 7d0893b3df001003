"""The content of a message after DATA: where it ends, the dots that do not belong to it, and what no line may hold.

Only CR LF `.` CR LF ends it (RFC 5321 §4.1.1.4), wherever the network cuts the octets; a CR or LF alone is noticed, so
that what some other server takes for an end can never hide a second message here.
"""

from typing import Final

_DOT: Final = b"\r\n."
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
        dot = octets.find(_DOT)
        end = dot if dot < 0 or octets.startswith(_END, dot) else octets.find(_END, dot)
        has_dots = dot != end
        if end >= 0:
            octets, rest = octets[: end + 2], octets[end + len(_END) :]
            self._held = b""
            return self._cleaned(octets, has_dots), rest
        kept = next((size for size, start in _SIZED if octets.endswith(start)), 0)
        self._held = octets[len(octets) - kept :]
        return self._cleaned(octets[: len(octets) - kept], has_dots), None

    def _cleaned(self, octets: bytes, has_dots: bool) -> bytes:
        """Without the dots that stand before others (RFC 5321 §4.5.2)."""
        unpaired = octets.replace(b"\r\n", b"  ")  # of the same length, which takes half the time
        if b"\n" in unpaired or b"\r" in unpaired:
            self.bare = True
        if has_dots:
            octets = octets.replace(_DOT, b"\r\n")
        if self._skip and octets:
            octets, self._skip = octets[self._skip :], 0
        return octets


_SIZED: Final = tuple((len(start), start) for start in _BEGINNINGS)
