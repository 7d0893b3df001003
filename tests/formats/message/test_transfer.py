import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message import transfer
from angarium.formats.message.transfer import decode_transfer, decoded_size, encoding_of
from angarium.formats.message.values import Encoding
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("octets", "decoded"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVs\r\nbG8=\r\n", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGVsbG8==", b"hello"),
        (b"aG Vs*bG8=", b"hello"),
        (b"aGVsbG8=aGVsbG8=", b"hellohello"),
        (b"aGVsbG8=\n-- \nlist footer", b"hello" + base64.b64decode("listfooter==")),
        (b"a", b""),
        (b"=", b""),
        (b"", b""),
    ],
)
def test_base64_is_decoded_whatever_happened_to_it(octets: bytes, decoded: bytes) -> None:
    assert decode_transfer(octets, Encoding.BASE64) == decoded


@pytest.mark.parametrize(
    ("octets", "decoded"),
    [
        (b"caf=C3=A9", b"caf\xc3\xa9"),
        (b"caf=c3=a9", b"caf\xc3\xa9"),
        (b"a=\r\nb=\nc", b"abc"),
        (b"a= \t\r\nb", b"ab"),
        (b"a  \r\nb\t\nc ", b"a\r\nb\nc"),
        (b"1=2", b"1=2"),
        (b"a=\rb\nc", b"ab\nc"),
        (b"a=", b"a"),
        (b"a=4", b"a=4"),
    ],
)
def test_quoted_printable_is_decoded_whatever_happened_to_it(octets: bytes, decoded: bytes) -> None:
    assert decode_transfer(octets, Encoding.QUOTED_PRINTABLE) == decoded


def uuencoded(content: bytes) -> bytes:
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    return b"begin 644 file\n" + b"".join(lines) + b"`\nend\n"


def test_uuencode_is_decoded_between_begin_and_end() -> None:
    content = bytes(range(256))
    octets = b"text before\n" + uuencoded(content) + b"text after\n"
    assert decode_transfer(octets, Encoding.UUENCODE) == content
    assert decode_transfer(octets.replace(b"\n", b"\r\n"), Encoding.UUENCODE) == content


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("Base64 ", Encoding.BASE64), ("8BIT", Encoding.IDENTITY), ("X-UUE", Encoding.UUENCODE), ("zip", None)],
)
def test_encodings_are_known_by_name(name: str, encoding: Encoding | None) -> None:
    assert encoding_of(name) == encoding


@given(st.binary(max_size=400))
def test_what_was_encoded_is_decoded(content: bytes) -> None:
    assert decode_transfer(base64.encodebytes(content), Encoding.BASE64) == content
    assert decode_transfer(uuencoded(content), Encoding.UUENCODE) == content
    assert decode_transfer(binascii.b2a_qp(content, quotetabs=True, istext=False), Encoding.QUOTED_PRINTABLE) == content


@given(st.binary(max_size=400), st.sampled_from([b"\n", b"\r\n"]))
def test_text_that_was_encoded_keeps_its_line_ends(content: bytes, end: bytes) -> None:
    # The encoder of the standard library writes every line end as it found the first: mixed ones do not survive it.
    text = content.replace(b"\r", b"").replace(b"\n", end)
    assert decode_transfer(quopri.encodestring(text, quotetabs=True), Encoding.QUOTED_PRINTABLE) == text


@given(st.binary(max_size=300), st.sampled_from(Encoding))
def test_any_octets_decode_and_the_size_agrees(octets: bytes, encoding: Encoding) -> None:
    data = b"xx" + octets + b"yy"
    assert decoded_size(data, 2, 2 + len(octets), encoding) == len(decode_transfer(octets, encoding))


@pytest.mark.parametrize("encoding", list(Encoding))
def test_sizes_agree_when_they_are_counted_piece_by_piece(encoding: Encoding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_STEP", 7)
    for octets in (
        b"aGVsbG8=\r\n" * 9,
        b"a=C3=A9 =\r\nx\n" * 9,
        b"no line end at all =3D",
        b"QQ==QQ==",
        b"=\n=\n",
        b"a=\nb \n=3D\r\n" * 9,
    ):
        assert decoded_size(octets, 0, len(octets), encoding) == len(decode_transfer(octets, encoding))


@pytest.mark.parametrize("unit", [b"A=", b"=", b" ", b"= ", b" \t", b"=\r", b"begin 644 x\n", b"!\n", b"M"])
@pytest.mark.parametrize("encoding", list(Encoding))
def test_decoding_is_linear(encoding: Encoding, unit: bytes) -> None:
    assert_linear(lambda size: decode_transfer(unit * (size // len(unit)) + b"x", encoding), 120_000)
