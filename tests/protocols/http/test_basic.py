import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.http.basic import Credentials, parse_basic


@pytest.mark.parametrize("scheme", [b"Basic", b"basic", b"BASIC"])
def test_the_first_colon_ends_the_name(scheme: bytes) -> None:
    header = scheme + b" " + base64.b64encode("änn:pass:wörd ".encode())
    assert parse_basic(header) == Credentials("änn", "pass:wörd ")


@given(st.binary(max_size=100))
def test_any_octets_give_credentials_or_nothing(octets: bytes) -> None:
    parse_basic(octets)
    parse_basic(b"Basic " + octets)
    parse_basic(b"Basic " + base64.b64encode(octets))
