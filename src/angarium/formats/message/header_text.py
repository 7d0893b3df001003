"""Header field values as text: octets to characters, unfolding, comments, encoded words.

What is here knows no particular field. RFC 5322 §2.2.3 and §3.2.2, RFC 2047, RFC 8621 §4.1.2.1 and §4.1.2.2.
"""

import binascii
import re
import unicodedata
from typing import Final

from angarium.formats.message.charsets import codec_of, decode, without_nul
from angarium.formats.message.transfer import decode_transfer
from angarium.formats.message.values import Encoding

_FOLD: Final = re.compile(r"\r?\n(?=[ \t])")
_LINE_END: Final = re.compile(r"[\r\n]+")
# RFC 2047 §2; §5: white space or the edge of the text on both sides, or it is no encoded word.
_NAME_CHARACTER: Final = r"[!#-'*+\-0-9A-Z^-~]"
_WORD: Final = re.compile(rf"(?<!\S)=\?({_NAME_CHARACTER}{{1,60}})\?([BbQq])\?([!->@-~]*+)\?=(?!\S)")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_COMMENT_TOKEN: Final = re.compile(r'[^()"<\\]++|\\.|"(?:[^"\\]++|\\.)*+"|<[^<>"\s]*+>|.', re.S)
_INSIDE_COMMENT: Final = re.compile(r"[^()\\]++|\\.|.", re.S)
_NORMALIZE_DIRECTLY: Final = 2_000
_NORMALIZE_STEP: Final = 500
_STARTER: Final = re.compile("[\x00-\x7f]")


def characters(raw: bytes) -> str:
    """Read the octets of a field value as UTF-8, with U+FFFD for what is not and NUL dropped (RFC 8621 §4.1.2.1)."""
    return without_nul(raw.decode("utf_8", "replace"))


def unfolded(raw: bytes) -> str:
    """Read a field value with its folding undone (RFC 5322 §2.2.3); stray line ends become spaces."""
    text = characters(raw)
    if "\n" in text or "\r" in text:
        text = _LINE_END.sub(" ", _FOLD.sub("", text))
    return text


def decode_words(text: str) -> str:
    """Decode the encoded words of RFC 2047 in unfolded `text`, where they stand as that RFC demands."""
    if "=?" not in text:
        return text
    pieces: list[str] = []
    run: list[re.Match[str]] = []
    at = 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if codec_of(_charset(word)) is None:  # an unknown charset: stays as it is, as any other text
            continue
        if not (run and between.isspace()):  # RFC 2047 §6.2: white space between two encoded words is not shown
            pieces.append(_decode_run(run))
            pieces.append(between)
            run = []
        run.append(word)
        at = word.end()
    pieces.append(_decode_run(run))
    pieces.append(text[at:])
    return "".join(pieces)


def _charset(word: re.Match[str]) -> str:
    return word[1].partition("*")[0]  # RFC 2231 §5 lets a language follow


def _decode_run(run: list[re.Match[str]]) -> str:
    """Decode neighbouring words; those of one charset together, for senders that cut a character in two."""
    pieces: list[str] = []
    held, held_charset = [b""], ""
    for word in run:
        charset = _charset(word)
        if charset.lower() != held_charset.lower():
            pieces.append(_decoded(held, held_charset))
            held, held_charset = [], charset
        held.append(_word_octets(word))
    pieces.append(_decoded(held, held_charset))
    return "".join(pieces)


def _decoded(octets: list[bytes], charset: str) -> str:
    found = decode(b"".join(octets), charset)
    return _CONTROL.sub("", found[0]) if found else ""


def _word_octets(word: re.Match[str]) -> bytes:
    encoded = word[3].encode("ascii")
    if word[2] in "Bb":
        return decode_transfer(encoded, Encoding.BASE64)
    return binascii.a2b_qp(encoded, header=True)


def normalized(text: str) -> str:
    """Compose `text` to NFC in linear time.

    Normalising sorts each run of combining marks by insertion, so one run of a million would take hours: long text
    is cut before ASCII characters, or failing those every few hundred characters.
    """
    if text.isascii():
        return text
    if len(text) <= _NORMALIZE_DIRECTLY:
        return unicodedata.normalize("NFC", text)
    pieces: list[str] = []
    at = 0
    while at < len(text):
        least = at + _NORMALIZE_STEP
        starter = _STARTER.search(text, least, least + _NORMALIZE_STEP)
        cut = starter.start() if starter else least + _NORMALIZE_STEP
        pieces.append(unicodedata.normalize("NFC", text[at:cut]))
        at = cut
    return "".join(pieces)


def text_form(raw: bytes) -> str:
    """Give a field value in the Text form (RFC 8621 §4.1.2.2)."""
    return normalized(decode_words(unfolded(raw).lstrip(" ")))


def without_comments(text: str) -> str:
    """Replace each comment (RFC 5322 §3.2.2, nested ones too) by a space; quoted strings and <...> stay whole.

    A parenthesis that is never closed is an ordinary character.
    """
    if "(" not in text:
        return text
    pieces: list[str] = []
    at, open_for_good = 0, False
    while at < len(text):
        token = _COMMENT_TOKEN.match(text, at)
        if token is None:
            break
        end = token.end()
        if token[0] == "(" and not open_for_good:
            closed = comment_end(text, at)
            if closed is None:
                open_for_good = True
            else:
                pieces.append(" ")
                at = closed
                continue
        pieces.append(token[0])
        at = end
    return "".join(pieces)


def comment_end(text: str, start: int) -> int | None:
    """Find where the comment that opens at `start` ends (after its last parenthesis); None when it never does."""
    depth, at = 0, start
    while at < len(text):
        token = _INSIDE_COMMENT.match(text, at)
        if token is None:
            return None
        at = token.end()
        depth += (token[0] == "(") - (token[0] == ")")
        if not depth:
            return at
    return None
