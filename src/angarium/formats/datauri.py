"""`data:` URIs: octets that stand in the place of a reference to them (RFC 2397)."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes

SCHEME: Final = "data:"
PLAIN: Final = "text/plain"

_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}\Z")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=_-]+")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def is_data_uri(uri: str) -> bool:
    """Whether a URI holds its octets itself."""
    return uri[: len(SCHEME)].lower() == SCHEME


def parse_data_uri(uri: str) -> tuple[str, bytes] | None:
    """The media type (without parameters, in lower case) and the octets; None for what is no such URI."""
    head, comma, data = uri.partition(",")
    if not comma or not is_data_uri(head):
        return None
    media_type, *parameters = head[len(SCHEME) :].split(";")
    encoded = bool(parameters) and parameters[-1].strip().lower() == "base64"
    try:
        octets = unquote_to_bytes(data)
        content = _decoded(octets) if encoded else octets
    except (binascii.Error, UnicodeEncodeError):
        return None
    return media_type.lower() if _TYPE.match(media_type) else PLAIN, content


def data_uri(media_type: str, octets: bytes) -> str:
    """The URI of some octets."""
    return f"{SCHEME}{media_type};base64,{base64.b64encode(octets).decode('ascii')}"


def _decoded(text: bytes) -> bytes:
    """Base64 as it is met: without padding, of either alphabet, with white space."""
    letters = _NOT_BASE64.sub(b"", text).translate(_STANDARD).rstrip(b"=")
    return base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
