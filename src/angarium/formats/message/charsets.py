"""From octets in a named charset to text that JSON can carry.

Charset labels are looked up in our own closed table, never in the codec registry of Python: that one would import a
module and remember the name for every label a stranger invents, and some of its codecs are quadratic or warn
(punycode, unicode_escape). RFC 2045 §5.2, RFC 2978; aliases as browsers have them.
"""

import re
from encodings.aliases import aliases
from types import MappingProxyType
from typing import Final

_NAMES: Final = (
    "ascii utf_8 utf_7 utf_16 utf_16_be utf_16_le utf_32 utf_32_be utf_32_le gb18030 hz big5hkscs cp932 cp949 cp950 "
    "euc_jp euc_jis_2004 euc_jisx0213 iso2022_jp_ext iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_kr johab "
    "shift_jis_2004 shift_jisx0213 koi8_r koi8_u koi8_t kz1048 ptcp154 mac_cyrillic mac_greek mac_iceland mac_latin2 "
    "mac_roman mac_turkish cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp720 cp737 cp775 "
    "cp850 cp852 cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp1006 cp1125 "
    "iso8859_2 iso8859_3 iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_10 iso8859_13 iso8859_14 "
    "iso8859_15 iso8859_16"
)
_CODECS: Final = frozenset(_NAMES.split())
# Smaller charsets that senders name while using the vendor's larger one.
_WIDENED: Final = MappingProxyType(
    {
        "latin_1": "cp1252",
        "iso8859_1": "cp1252",
        "iso8859_9": "cp1254",
        "iso8859_11": "cp874",
        "tis_620": "cp874",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "big5": "cp950",
        "euc_kr": "cp949",
        "shift_jis": "cp932",
        "iso2022_jp": "iso2022_jp_ext",
        "iso2022_jp_1": "iso2022_jp_ext",
    }
)
_EXTRA: Final = MappingProxyType(
    {
        "xsjis": "cp932",
        "windows31j": "cp932",
        "mskanji": "cp932",
        "xeucjp": "euc_jp",
        "ksc56011987": "cp949",
        "ksc5601": "cp949",
        "ksc56011992": "cp949",
        "xwindows949": "cp949",
        "windows949": "cp949",
        "windows874": "cp874",
        "xgbk": "gb18030",
        "gb231280": "gb18030",
        "hzgb2312": "hz",
        "xxbig5": "cp950",
        "cnbig5": "cp950",
        "unicode11utf8": "utf_8",
        "unicode20utf8": "utf_8",
        "xunicode20utf8": "utf_8",
        "utf8mb4": "utf_8",
        "unicode11utf7": "utf_7",
        "xutf7": "utf_7",
        "unicode": "utf_16",
        "ucs2": "utf_16",
        "iso10646ucs2": "utf_16",
        "xcp1250": "cp1250",
        "xcp1251": "cp1251",
        "xcp1252": "cp1252",
        "ansix3.4": "ascii",
        "ansix341968": "ascii",
        "iso88598i": "iso8859_8",
        "iso88598e": "iso8859_8",
        "iso88596i": "iso8859_6",
        "iso88596e": "iso8859_6",
        "koi8": "koi8_r",
        "xmacroman": "mac_roman",
        "macintosh": "mac_roman",
        "xmaccyrillic": "mac_cyrillic",
        "logical": "iso8859_8",
        "visual": "iso8859_8",
        "unknown8bit": "ascii",
        "xunknown": "ascii",
        "default": "ascii",
    }
)
_LABEL_JUNK: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_LABEL: Final = 60
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SURROGATES_PASS: Final = frozenset({"utf_7", "gb18030", "utf_16_le", "utf_16_be"})
_BYTE_ORDER: Final = MappingProxyType({b"\xff\xfe": "utf_16_le", b"\xfe\xff": "utf_16_be"})


def _squeeze(label: str) -> str:
    return _LABEL_JUNK.sub("", label.lower())


def _table() -> dict[str, str]:
    targets = {codec: codec for codec in _CODECS} | dict(_WIDENED)
    found = {_squeeze(codec): target for codec, target in targets.items()}
    found |= {_squeeze(alias): targets[codec] for alias, codec in aliases.items() if codec in targets}
    return found | {_squeeze(alias): codec for alias, codec in _EXTRA.items()}


_BY_LABEL: Final = MappingProxyType(_table())


def codec_of(charset: str) -> str | None:
    """Name the Python codec that reads `charset` (any spelling), or None for a charset we do not know."""
    return _BY_LABEL.get(_squeeze(charset)) if len(charset) <= _LONGEST_LABEL else None


def decode(octets: bytes, charset: str) -> tuple[str, bool] | None:
    """Read `octets` as text in `charset`, or give None when we do not know that charset.

    Returns the text and whether something malformed was replaced by U+FFFD. The text holds no NUL and no lone
    surrogate, so it can always be written as UTF-8 and JSON.
    """
    codec = codec_of(charset)
    if codec is None:
        return None
    if codec == "utf_16":
        # RFC 2781 §4.3 wants big-endian without a mark; what senders and browsers mean is little-endian.
        codec = _BYTE_ORDER.get(octets[:2], "utf_16_le")
    try:
        text, problem = octets.decode(codec), False
    except UnicodeError:
        text, problem = _mended(octets, codec)
    if codec in _SURROGATES_PASS:
        text = _SURROGATE.sub("\ufffd", text)
    return without_nul(text), problem


def _mended(octets: bytes, codec: str) -> tuple[str, bool]:
    if codec == "cp1252":  # five octets mean nothing there; browsers read them as the control of the same number
        return octets.decode("latin_1").translate(_C1_AS_1252), False
    return octets.decode(codec, "replace"), True


def guess(octets: bytes) -> str:
    """Read octets whose charset nobody knows: UTF-8 when they are that, else Windows-1252, which takes anything."""
    try:
        return without_nul(octets.decode())
    except UnicodeDecodeError:
        return without_nul(octets.decode("latin_1").translate(_C1_AS_1252))


def without_nul(text: str) -> str:
    """Drop NUL (RFC 8621 §4.1.2.1)."""
    return text.replace("\0", "") if "\0" in text else text


_C1_AS_1252: Final = MappingProxyType(
    {octet: bytes([octet]).decode("cp1252", "ignore") or chr(octet) for octet in range(0x80, 0xA0)}
)
