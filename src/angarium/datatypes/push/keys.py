"""The keys under which a push is encrypted, as clients give them: checked and decoded (RFC 8291 §3.1, RFC 4648 §5)."""

import base64
import binascii
import re
from typing import NamedTuple

from angarium.engine.shapes import Problem
from angarium.formats.json import JSON

_LONGEST = 100
_TEXT = re.compile(r"[A-Za-z0-9_-]+={0,2}\Z")

# The curve P-256 (SEC 2 §2.4.2): y² = x³ - 3x + B modulo P.
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_COORDINATE = 32


class Keys(NamedTuple):
    """A public key as an uncompressed point (65 octets), and the authentication secret (16 octets)."""

    p256dh: bytes
    auth: bytes


def read_keys(value: JSON) -> Keys | None:
    """The keys in a checked value."""
    if not isinstance(value, dict):
        return None
    return Keys(_decoded(value["p256dh"]), _decoded(value["auth"]))


def keys_shape(value: JSON) -> Problem | None:
    """An object with exactly the two keys, each of its form; a point that is not on the curve is refused."""
    if not isinstance(value, dict) or value.keys() != {"p256dh", "auth"}:
        return Problem("", "must be an object with p256dh and auth")
    if not _is_point(_decoded(value["p256dh"])):
        return Problem("p256dh", "must be an uncompressed point of P-256 (65 octets) in URL-safe base64")
    if len(_decoded(value["auth"])) != 16:
        return Problem("auth", "must be 16 octets in URL-safe base64")
    return None


def _decoded(value: JSON) -> bytes:
    """The octets of URL-safe base64 with or without padding; none for what is no such text."""
    if not isinstance(value, str) or len(value) > _LONGEST or not _TEXT.match(value):
        return b""
    text = value.rstrip("=")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _is_point(octets: bytes) -> bool:
    if len(octets) != 1 + 2 * _COORDINATE or octets[0] != 4:
        return False
    x, y = int.from_bytes(octets[1 : 1 + _COORDINATE]), int.from_bytes(octets[1 + _COORDINATE :])
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0
