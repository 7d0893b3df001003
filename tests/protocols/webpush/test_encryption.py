import os

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.webpush.encryption import encrypt


@given(st.binary(max_size=3_993))
def test_another_implementation_reads_it(plain: bytes) -> None:
    """The client's side is that of the library http_ece."""
    private, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    body = encrypt(plain, point, auth)
    assert len(body) <= 4_096
    assert http_ece.decrypt(body, private_key=private, auth_secret=auth, version="aes128gcm") == plain


def test_the_same_text_never_looks_the_same() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert encrypt(b"x", point, b"a" * 16)[:100] != encrypt(b"x", point, b"a" * 16)[:100]


def test_what_does_not_fit_one_record_is_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * 3_994, point, b"a" * 16)
