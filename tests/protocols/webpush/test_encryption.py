import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.webpush.encryption import encrypt
from tests.protocols.webpush.device import Device


@given(st.binary(max_size=3_993))
def test_another_implementation_reads_it(plain: bytes) -> None:
    device = Device()
    body = encrypt(plain, device.point, device.auth)
    assert len(body) <= 4_096
    assert device.read(body) == plain


def test_the_same_text_never_looks_the_same() -> None:
    device = Device()
    assert encrypt(b"x", device.point, device.auth)[:100] != encrypt(b"x", device.point, device.auth)[:100]


def test_what_does_not_fit_one_record_is_refused() -> None:
    device = Device()
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * 3_994, device.point, device.auth)
