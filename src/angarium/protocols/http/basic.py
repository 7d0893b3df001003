"""HTTP Basic authentication: what the Authorization header says (RFC 7617)."""

import binascii
from typing import NamedTuple

_LONGEST = 4_096


class Credentials(NamedTuple):
    """A name and a password as the client sent them."""

    name: str
    password: str


CHALLENGE = b'Basic realm="Angarium", charset="UTF-8"'


def parse_basic(header: bytes) -> Credentials | None:
    """The credentials in an Authorization header; None when it holds none that could be right."""
    scheme, _, encoded = header.partition(b" ")
    if scheme.lower() != b"basic" or len(header) > _LONGEST:
        return None
    try:
        name, colon, password = binascii.a2b_base64(encoded.strip(), strict_mode=True).decode().partition(":")
    except ValueError:
        return None
    return Credentials(name, password) if colon and name and name.isprintable() else None


def basic(name: str, password: str) -> bytes:
    """The header for credentials; parse_basic finds none in what could not be a name."""
    return b"Basic " + binascii.b2a_base64(f"{name}:{password}".encode("utf-8", "surrogatepass"), newline=False)
