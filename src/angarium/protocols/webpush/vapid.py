"""Telling push services who pushes: a signed token for each of them (RFC 8292)."""

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from angarium.datatypes.push import VapidKey
from angarium.formats import json
from angarium.formats.json import JSON

_GOOD_SECONDS = 12 * 3600
"""How long a token is good: RFC 8292 §2 allows 24 hours at most."""

_KEPT = 1_000


def make_key() -> VapidKey:
    """A fresh key pair."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return VapidKey(_encoded(private.private_numbers().private_value.to_bytes(32)), _encoded(point))


class Vapid:
    """Signs for one key; `contact` is a mailto: or https: URL of who runs the server, `clock` gives epoch seconds."""

    def __init__(self, key: VapidKey, contact: str | None, clock: Callable[[], float]) -> None:
        scalar = base64.urlsafe_b64decode(key.private + "=" * (-len(key.private) % 4))
        self._private = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())
        self._public = key.public
        self._contact = contact
        self._clock = clock
        self._tokens: dict[str, tuple[float, str]] = {}

    def authorization(self, origin: str) -> str:
        """The Authorization header for a push service; a token serves for half of its life."""
        expires, token = self._tokens.get(origin, (0.0, ""))
        now = self._clock()
        if expires - now < _GOOD_SECONDS / 2:
            expires = now + _GOOD_SECONDS
            token = self._token(origin, int(expires))
            if len(self._tokens) >= _KEPT:
                self._tokens.clear()
            self._tokens[origin] = (expires, token)
        return f"vapid t={token}, k={self._public}"

    def _token(self, origin: str, expires: int) -> str:
        claims: dict[str, JSON] = {"aud": origin, "exp": expires}
        if self._contact:
            claims["sub"] = self._contact
        head: dict[str, JSON] = {"typ": "JWT", "alg": "ES256"}
        signed = f"{_encoded(json.dumps(head))}.{_encoded(json.dumps(claims))}"
        r, s = decode_dss_signature(self._private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{_encoded(r.to_bytes(32) + s.to_bytes(32))}"


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
