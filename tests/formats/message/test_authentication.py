"""What Authentication-Results are believed to say (RFC 8601)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message import Header, is_authenticated
from angarium.formats.message.authentication import results

HERE = ["mx.example.org"]


def field(text: str) -> Header:
    return Header("Authentication-Results", text.encode())


def test_a_field_gives_its_server_and_each_result_with_its_properties() -> None:
    server, found = results(
        b' MX.example.org 1 (by us); dkim=pass (2048-bit key; "x") reason="good; key" header.d=example.net;\r\n'
        b"\tspf = softfail smtp.mailfrom=bob@example.net; dmarc/1=pass header.from=example.net"
    )
    assert server == "mx.example.org"
    assert [(each.method, each.result) for each in found] == [("dkim", "pass"), ("spf", "softfail"), ("dmarc", "pass")]
    assert found[0].properties == {"reason": "good; key", "header.d": "example.net"}


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass header.from=example.net",
        "dkim=pass header.d=example.net",
        "dkim=fail header.d=example.net; dkim=pass header.i=@EXAMPLE.net",
        "dkim=pass header.d=net.example; spf=pass smtp.mailfrom=bob@example.net",
    ],
)
def test_a_domain_is_vouched_for_by_dmarc_dkim_or_spf(said: str) -> None:
    assert is_authenticated([field(f"mx.example.org; {said}")], HERE, "example.net")


def test_a_domain_vouches_for_those_below_it_and_not_for_those_above() -> None:
    said = [field("mx.example.org; dkim=pass header.d=example.net")]
    assert is_authenticated(said, HERE, "mail.example.net")
    assert not is_authenticated(said, HERE, "badexample.net")
    assert not is_authenticated([field("mx.example.org; dkim=pass header.d=net")], HERE, "example.net")
    assert not is_authenticated([field("mx.example.org; dkim=pass header.d=mail.example.net")], HERE, "example.net")


@pytest.mark.parametrize(
    "text",
    [
        "mx.example.org; none",
        "mx.example.org; dkim=fail header.d=example.net",
        "mx.example.org; dkim=pass header.d=evil.example",
        "mx.example.org; dkim=pass header.d=example.net; dmarc=fail header.from=example.net",
        "mx.example.org; spf=pass smtp.helo=example.net",
        "mx.example.org (dkim=pass header.d=example.net)",
        'mx.example.org; x="; dkim=pass header.d=example.net"',
        "mx.evil.example; dkim=pass header.d=example.net",
        "dkim=pass header.d=example.net",
        "",
    ],
)
def test_what_is_not_said_by_the_server_about_the_domain_counts_for_nothing(text: str) -> None:
    assert not is_authenticated([field(text)], HERE, "example.net")


def test_without_a_trusted_server_nobody_is_believed() -> None:
    said = [field("mx.example.org; dkim=pass header.d=example.net")]
    assert not is_authenticated(said, [], "example.net")
    assert not is_authenticated([], HERE, "example.net")
    assert not is_authenticated(said, HERE, "")


@given(st.binary(max_size=400))
def test_any_octets_are_read(octets: bytes) -> None:
    results(octets)


@pytest.mark.parametrize("piece", [b" ", b";", b'"', b"a=", b"a =", b"a/1", b"(", b"\\", b'"a\\'])
def test_long_fields_are_read_to_their_end(piece: bytes) -> None:
    assert results(b"mx.example.org; " + piece * 30_000)[0] == "mx.example.org"
