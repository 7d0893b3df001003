"""Which part of a representation a Range header asks for (RFC 9110 §14.2)."""

import re

_ONE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*\Z", re.ASCII)


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def parse_range(header: str, size: int) -> slice | None:
    """The octets that a Range asks for; None for the whole: no range, several, or one that is not understood."""
    found = _ONE.match(header)
    if not found or found[0].strip().endswith("=-"):
        return None
    first, last = found[1], found[2]
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= stop:
        raise Unsatisfiable
    return slice(start, stop)
