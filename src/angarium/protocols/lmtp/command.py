"""Command lines: their verb, and the paths and parameters of MAIL and RCPT (RFC 5321 §4.1).

Everything that is wrong comes out as `Wrong` with its reply. The parameters of delivery notices (RFC 3461) are read
and left alone: who delivers is the end of their way.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from angarium.protocols.lmtp import replies
from angarium.protocols.lmtp.replies import Reply, filled

_PATH: Final = re.compile(r'<((?:[^<>"\\ ]|"(?:[^"\\]|\\.)*+")*+)>(?: +(.*))?\Z')
_ROUTE: Final = re.compile(r"@[^:]*+:")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"(@[^"]*+)?\Z')
_XTEXT: Final = r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*+"

_OF_MAIL: Final[Mapping[str, re.Pattern[str] | None]] = {
    "SIZE": re.compile(r"[0-9]{1,20}\Z"),  # RFC 1870
    "BODY": re.compile(r"(?:7BIT|8BITMIME)\Z", re.IGNORECASE),  # RFC 6152
    "SMTPUTF8": None,  # RFC 6531
    "RET": re.compile(r"(?:FULL|HDRS)\Z", re.IGNORECASE),
    "ENVID": re.compile(rf"(?=.{{1,100}}\Z){_XTEXT}\Z"),
}
_OF_RCPT: Final[Mapping[str, re.Pattern[str] | None]] = {
    "NOTIFY": re.compile(r"(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})\Z", re.IGNORECASE),
    "ORCPT": re.compile(r"[A-Za-z0-9-]++;[^\x00-\x20\x7f]{1,500}\Z"),
}
"""Parameter to the values that it may have, None where it has none."""


class Wrong(Exception):
    """A command that is refused with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Sender:
    """What MAIL says: the reverse-path ('' for none), the size that is announced, and whether SMTPUTF8 is in use."""

    address: str
    size: int
    international: bool


def split(line: bytes) -> tuple[str, str]:
    """The verb of a command line in upper case, and what stands behind it."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise Wrong(replies.NOT_TEXT) from None
    if not text.isprintable() and any(unicodedata.category(letter) == "Cc" for letter in text):
        raise Wrong(replies.NOT_TEXT)
    verb, _, argument = text.rstrip(" ").partition(" ")
    return verb.upper(), argument


def mail(argument: str, limit: int) -> Sender:
    """What MAIL says; `limit` is the largest message that is taken."""
    path, parameters = _path(argument, "FROM:", "MAIL FROM:<address>", _OF_MAIL)
    international = "SMTPUTF8" in parameters
    _check_script(path, international)
    size = int(parameters.get("SIZE", "0"))
    if size > limit:
        raise Wrong(filled(replies.TOO_LARGE, limit))
    return Sender(path, size, international)


def rcpt(argument: str, international: bool) -> str:
    """The address that RCPT names, without quotes, as `ann@example.com`."""
    path, _ = _path(argument, "TO:", "RCPT TO:<address>", _OF_RCPT)
    _check_script(path, international)
    if not path:
        raise Wrong(filled(replies.SYNTAX, "RCPT TO:<address>"))
    quoted = _QUOTED.match(path)
    return re.sub(r"\\(.)", r"\1", quoted[1]) + (quoted[2] or "") if quoted else path


def _path(
    argument: str, prefix: str, syntax: str, known: Mapping[str, re.Pattern[str] | None]
) -> tuple[str, dict[str, str]]:
    found = _PATH.match(argument[len(prefix) :].lstrip(" ")) if argument[: len(prefix)].upper() == prefix else None
    if found is None:
        raise Wrong(filled(replies.SYNTAX, syntax))
    # RFC 5321 §4.1.1.3, Appendix C: a source route is read and ignored.
    return _ROUTE.sub("", found[1], count=1) if found[1].startswith("@") else found[1], _parameters(found[2], known)


def _parameters(text: str | None, known: Mapping[str, re.Pattern[str] | None]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for parameter in (text or "").split():
        name, equals, value = parameter.partition("=")
        keyword = name.upper()
        if keyword not in known:
            raise Wrong(filled(replies.UNKNOWN_PARAMETER, name))
        allowed = known[keyword]
        fits = not equals if allowed is None else equals and allowed.match(value)
        if not fits or keyword in parameters:
            raise Wrong(filled(replies.BAD_PARAMETER, keyword))
        parameters[keyword] = value
    return parameters


def _check_script(path: str, international: bool) -> None:
    # RFC 6531 §3.5
    if not international and not path.isascii():
        raise Wrong(replies.NOT_ASCII)
