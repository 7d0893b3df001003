"""What signing in hands out: login ids that any process of this server knows again, tokens, and keys to sign URLs.

Nothing here looks at a clock or at the directory.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Final, cast
from urllib.parse import urlsplit

from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

LOGIN_SECONDS: Final = 15 * 60
SIGNED_SECONDS: Final = 24 * 3600
"""How long a signed URL may be used."""

_KEY_OCTETS: Final = 33
_LONGEST: Final = 8_192


@dataclass(frozen=True, slots=True)
class LoginId:
    """Who wants to sign in, and until when that can be gone on with, in epoch seconds."""

    username: str
    until: int


class Secrets:
    """Makes and knows again what is handed out; `key` is the same in every process of the server."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def login_id(self, username: str, now: int) -> str:
        """A login id; `now` in epoch seconds."""
        content = json.dumps({"u": username, "t": now + LOGIN_SECONDS, "n": secrets.token_hex(8)})
        return f"{_text(content)}.{_text(self._mac(b'login', content))}"

    def read_login_id(self, text: str) -> LoginId | None:
        """What a login id of ours says; None for any other text."""
        head, _, tail = text.partition(".")
        content = _octets(head)
        if content is None or not hmac.compare_digest(_octets(tail) or b"", self._mac(b"login", content)):
            return None
        value = cast("dict[str, JSON]", json.loads(content))
        return LoginId(str(value["u"]), int(cast(int, value["t"])))

    def signing_key(self, signing_id: str) -> bytes:
        """The key of a token's record; its text is the same in either alphabet of base64."""
        for number in range(1_000):
            octets = b"".join(self._mac(b"sign%d.%d" % (number, part), signing_id.encode()) for part in range(2))
            if not set(base64.b64encode(octets[:_KEY_OCTETS])) & set(b"+/="):
                return octets[:_KEY_OCTETS]
        raise AssertionError("no key in a thousand has a text without + and /")

    def read_signed(self, text: str, path: str, now: int) -> str | None:
        """The token's record that signed the URL of a path; None when nobody did, or too long ago."""
        parts = text.split(".") if len(text) <= _LONGEST else []
        if len(parts) != 3:
            return None
        header, claims = (_object(_octets(part)) for part in parts[:2])
        signing_id, subject, issued = (claims.get(name) for name in ("iss", "sub", "iat"))
        if header.get("alg") != "HS256" or not isinstance(signing_id, str) or not isinstance(subject, str):
            return None
        signed = hmac.digest(self.signing_key(signing_id), f"{parts[0]}.{parts[1]}".encode(), sha256)
        if not hmac.compare_digest(signed, _octets(parts[2]) or b""):
            return None
        if not isinstance(issued, int | float) or not now - SIGNED_SECONDS <= issued <= now + LOGIN_SECONDS:
            return None
        return signing_id if _path(subject) == path else None

    def _mac(self, purpose: bytes, content: bytes) -> bytes:
        return blake2b(content, key=self._key, person=purpose, digest_size=32).digest()


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _octets(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None


def _object(octets: bytes | None) -> dict[str, JSON]:
    try:
        value = json.parse(octets, 4) if octets is not None else None
    except FormatError:
        value = None
    return value if isinstance(value, dict) else {}
