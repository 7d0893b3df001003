"""The client's side of Web Push, by other people's libraries: keys, decryption (http_ece), tokens (PyJWT)."""

import base64
import os
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass
class Device:
    """The keys of a client, which reads what was encrypted for them."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        """As they stand in a PushSubscription."""
        return {"p256dh": _encoded(self.point), "auth": _encoded(self.auth)}

    def read(self, body: bytes) -> bytes:
        plain: bytes = http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
        return plain


def read_token(authorization: str, **more: Any) -> tuple[dict[str, Any], str]:
    """The claims of a token whose signature is good for the key beside it; and that key (RFC 8292 §3)."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = base64.urlsafe_b64decode(fields["k"] + "=" * (-len(fields["k"]) % 4))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    assert jwt.get_unverified_header(fields["t"]) == {"typ": "JWT", "alg": "ES256"}
    options = {"verify_exp": "audience" in more, "verify_aud": "audience" in more}
    claims: dict[str, Any] = jwt.decode(fields["t"], key, algorithms=["ES256"], options=options, **more)  # type: ignore[arg-type]
    return claims, fields["k"]


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
