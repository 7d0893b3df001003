"""Who a message is truly from, as the server says that took it in: Authentication-Results (RFC 8601).

Only what a named server says counts, and that server must remove fields that claim its name (RFC 8601 §5). A domain is
vouched for by DMARC (RFC 7489), or by DKIM or SPF when they are about the same domain (relaxed alignment, §3.1).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from angarium.formats.message.header_text import unfolded, without_comments
from angarium.formats.message.values import Header

_LONGEST: Final = 32_768
_MOST_FIELDS: Final = 20
_TOKEN: Final = re.compile(
    r' ?(?:(;)|([^\s;="/]++)(?:/\d++)?+ ?= ?("(?:[^"\\]++|\\.)*+"|[^\s;"]++)|("(?:[^"\\]++|\\.)*+"|[^\s;]++))', re.S
)
_PAIR: Final = re.compile(r"\\(.)", re.S)
_DOMAINS: Final[Mapping[str, Sequence[str]]] = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.mfrom"),
}
"""Where each method says which domain it has looked at."""


@dataclass(slots=True)
class Result:
    """What one method found: `pass` or another word, and its properties by name."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


def results(raw: bytes) -> tuple[str, list[Result]]:
    """The server that speaks in a field, in lower case, and its results; what cannot be read is left out."""
    text = " ".join(without_comments(unfolded(raw[:_LONGEST])).split())
    server, found, is_new = "", list[Result](), False
    for token in _TOKEN.finditer(text):
        if token[1] is not None:
            is_new = True
        elif token[4] is not None:
            server = server or _plain(token[4]).lower()
        elif is_new:
            found.append(Result(token[2].lower(), _plain(token[3]).lower()))
            is_new = False
        elif found:
            found[-1].properties.setdefault(token[2].lower(), _plain(token[3]))
    return server, found


def is_authenticated(headers: Iterable[Header], servers: Iterable[str], domain: str) -> bool:
    """Whether one of these servers says that a message comes from a domain, and none that it does not."""
    trusted = {server.lower() for server in servers}
    fields = [header.raw for header in headers if header.name.lower() == "authentication-results"]
    said = [
        result
        for server, found in map(results, fields[:_MOST_FIELDS] if trusted else ())
        if server in trusted
        for result in found
    ]
    if any(result.method == "dmarc" and result.result == "fail" for result in said):
        return False
    return any(result.result == "pass" and _is_about(result, domain.lower().rstrip(".")) for result in said)


def _is_about(result: Result, domain: str) -> bool:
    named = (result.properties.get(name) for name in _DOMAINS.get(result.method, ()))
    return any(_is_aligned(value.rpartition("@")[2].lower().rstrip("."), domain) for value in named if value)


def _is_aligned(said: str, domain: str) -> bool:
    return bool(domain) and (said == domain or ("." in said and domain.endswith(f".{said}")))


def _plain(value: str) -> str:
    return _PAIR.sub(r"\1", value[1:-1]) if value[:1] == '"' else value
