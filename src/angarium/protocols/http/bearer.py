"""Tokens in the Authorization header: RFC 6750 §2.1, and the forms that clients had before it settled."""

import re
from typing import Final

CHALLENGE: Final = b'Bearer realm="Angarium"'

_TOKEN: Final = re.compile(rb"(?:(?i:Bearer|X-JMAP) +)?([A-Za-z0-9_-]{20,200})\Z")


def parse_bearer(header: bytes) -> str | None:
    """The token in an Authorization header, with a scheme or without; None when it is something else."""
    found = _TOKEN.match(header)
    return found[1].decode() if found else None
