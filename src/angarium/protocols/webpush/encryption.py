"""Encrypting one push for the keys of its subscription (RFC 8291), as a single record of aes128gcm (RFC 8188)."""

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_MOST_OCTETS = 3_993
_RECORD = 4_096
_LAST = b"\x02"


def encrypt(plain: bytes, p256dh: bytes, auth: bytes) -> bytes:
    """The body of a push for a public key (an uncompressed point) and an authentication secret.

    ValueError when the point is not on the curve or the text too long.
    """
    if len(plain) > _MOST_OCTETS:
        raise ValueError("too long for a push")
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
    sender = ec.generate_private_key(ec.SECP256R1())
    point = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    salt = os.urandom(16)
    # RFC 8291 §3.4
    shared = _derived(auth, sender.exchange(ec.ECDH(), receiver), b"WebPush: info\0" + p256dh + point, 32)
    key = _derived(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, shared, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, plain + _LAST, None)
    return salt + _RECORD.to_bytes(4) + bytes([len(point)]) + point + sealed


def _derived(salt: bytes, secret: bytes, info: bytes, octets: int) -> bytes:
    return HKDF(SHA256(), octets, salt, info).derive(secret)
