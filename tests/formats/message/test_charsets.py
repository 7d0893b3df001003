import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.charsets import codec_of, decode, guess


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF-8", "utf_8"),
        ("utf8", "utf_8"),
        ("us-ascii", "ascii"),
        ("ANSI_X3.4-1968", "ascii"),
        ("ISO-8859-1", "cp1252"),
        ("latin1", "cp1252"),
        ("iso-8859-15", "iso8859_15"),
        ("iso-8859-9", "cp1254"),
        ("windows-1252", "cp1252"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("euc-kr", "cp949"),
        ("x-sjis", "cp932"),
        ("Shift_JIS", "cp932"),
        ("big5", "cp950"),
        ("iso-2022-jp", "iso2022_jp_ext"),
        ("unicode-1-1-utf-7", "utf_7"),
        ("koi8-r", "koi8_r"),
        ("iso-8859-8-i", "iso8859_8"),
    ],
)
def test_labels_of_mail_name_codecs(label: str, codec: str) -> None:
    assert codec_of(label) == codec
    codecs.lookup(codec)


@pytest.mark.parametrize(
    "label", ["", "x", "punycode", "idna", "unicode_escape", "rot13", "base64", "undefined", "u" * 99]
)
def test_codecs_that_are_no_charsets_are_unknown(label: str) -> None:
    assert codec_of(label) is None
    assert decode(b"x", label) is None


def test_malformed_octets_are_replaced_and_noted() -> None:
    assert decode(b"a\xffb", "utf-8") == ("a\ufffdb", True)
    assert decode("\u00e9".encode(), "utf-8") == ("\u00e9", False)


def test_octets_that_windows_1252_leaves_out_are_the_controls_of_browsers() -> None:
    assert decode(b"\x80\x81", "iso-8859-1") == ("\u20ac\x81", False)


def test_utf_16_follows_its_mark_and_is_little_endian_without() -> None:
    assert decode(b"\xfe\xff\0a", "utf-16") == ("\ufeffa", False)
    assert decode(b"a\0", "utf-16") == ("a", False)


def test_lone_surrogates_and_nul_never_come_through() -> None:
    assert decode(b"+2AA-x+AAA-", "utf-7") == ("\ufffdx", False)


def test_guessing_prefers_utf_8() -> None:
    assert guess("\u00e9".encode()) == "\u00e9"
    assert guess(b"\xe9\x80") == "\u00e9\u20ac"


@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-7", "gb18030", "utf-16", "utf-32", "iso-2022-kr", "hz", "big5", "cp932"]),
)
def test_any_octets_decode_to_text_that_is_utf8(octets: bytes, charset: str) -> None:
    found = decode(octets, charset)
    assert found is not None
    assert "\0" not in found[0].encode().decode()
