"""One line of an older vCard without what 4.0 has in no line: encodings, charsets, parameters without names.

vCard 2.1 and RFC 2426 (3.0); the words are those of the table in `legacy`.
"""

import re
from binascii import a2b_qp
from collections.abc import Sequence
from typing import Final

from angarium.formats.contentline import BARE, Line, Parameters
from angarium.formats.message.charsets import decode, guess
from angarium.formats.vcard import legacy

_LITERAL_BACKSLASH: Final = re.compile(r"\\(?![;,\\nN])")
_OPEN_COMMA: Final = re.compile(r"(\\.)|,", re.DOTALL)
_LINE_END: Final = re.compile(r"\r\n?|\n")
_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+\Z")
_LISTS: Final = frozenset({"CATEGORIES", "NICKNAME"})
_BASE64: Final = frozenset({"BASE64", "B"})
_QUOTED_PRINTABLE: Final = frozenset({"QUOTED-PRINTABLE", "Q"})
_UNKNOWN: Final = "application/octet-stream"


def modern(line: Line, version: str) -> Line:
    """The line without what 4.0 has no more in any line: encodings, charsets, parameters without names."""
    if line.parameters:
        line = _decoded(line)
    if version == "2.1" and line.name not in legacy.BINARY:
        value = _LITERAL_BACKSLASH.sub(r"\\\\", line.value) if "\\" in line.value else line.value
        if "," in value and line.name not in _LISTS:
            value = _OPEN_COMMA.sub(lambda found: found[1] or "\\,", value)
        line = line._replace(value=value)
    return line


def _decoded(line: Line) -> Line:
    if BARE in line.parameters or "ENCODING" in line.parameters or "CHARSET" in line.parameters:
        named = _named(line.parameters)
        charset = "".join(named.pop("CHARSET", ()))
        line = line._replace(parameters=named)
        encoding = "".join(named.get("ENCODING", ())).upper()
        if encoding in _BASE64:
            return _binary(line, named) if line.name in legacy.BINARY else line
        named.pop("ENCODING", None)
        if encoding in _QUOTED_PRINTABLE:
            text = _quoted_printable(line.value, charset)
            line = line._replace(value=_LINE_END.sub(r"\\n", text))
    types = line.parameters.get("TYPE")
    return line._replace(parameters=_typed(line, types)) if types else line


def _named(parameters: Parameters) -> dict[str, Sequence[str]]:
    """Parameters without names under the names that they would have."""
    found = {name: list(values) for name, values in parameters.items() if name != BARE}
    for value in parameters.get(BARE, ()):
        word = value.upper()
        if word in legacy.BARE_ENCODINGS:
            found.setdefault("ENCODING", [word])
        elif word in legacy.BARE_VALUES:
            found.setdefault("VALUE", [legacy.BARE_VALUES[word]])
        else:
            found.setdefault("TYPE", []).append(value)
    return dict(found)


def _quoted_printable(value: str, charset: str) -> str:
    octets = a2b_qp(value.encode("utf-8", "replace"))
    found = decode(octets, charset) if charset else None
    return guess(octets) if found is None else found[0]


def _typed(line: Line, types: Sequence[str]) -> dict[str, Sequence[str]]:
    kinds: list[str] = []
    parameters = dict(line.parameters)
    for kind in (each for joined in types for each in joined.split(",")):
        low = kind.lower()
        if low == "pref":
            parameters.setdefault("PREF", ["1"])
        else:
            kinds += legacy.TYPES.get((line.name, low), (kind,))
    if line.name in legacy.BINARY:
        kinds = _media_type(kinds, parameters)
    del parameters["TYPE"]
    return {**parameters, "TYPE": kinds} if kinds else parameters


def _media_type(kinds: Sequence[str], parameters: dict[str, Sequence[str]]) -> list[str]:
    """TYPE=JPEG is MEDIATYPE=image/jpeg; gives the kinds that are none."""
    left = []
    for kind in kinds:
        media_type = legacy.MEDIA_TYPES.get(kind.lower(), kind if _MEDIA_TYPE.match(kind) else None)
        if media_type and "MEDIATYPE" not in parameters:
            parameters["MEDIATYPE"] = [media_type]
        else:
            left.append(kind)
    return left


def _binary(line: Line, parameters: dict[str, Sequence[str]]) -> Line:
    """Base64 as a `data:` URI."""
    types = parameters.get("TYPE", ())
    known = _typed(line, types) if types else parameters
    known = {name: values for name, values in known.items() if name not in ("ENCODING", "VALUE")}
    octets = "".join(line.value.replace("\\n", "").split())
    told = known.pop("MEDIATYPE", None)
    if octets and octets[:5].lower() != "data:":
        guessed = next((kind for start, kind in legacy.BEGINNINGS if octets.startswith(start)), _UNKNOWN)
        octets = f"data:{told[0] if told else guessed};base64,{octets}"
    return line._replace(value=octets, parameters=known)
