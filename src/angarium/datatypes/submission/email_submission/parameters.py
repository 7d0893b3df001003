"""The parameters that may stand with an address of an envelope, and when a message is to be released.

RFC 3461 §4 (DSN), RFC 4865 §4 (FUTURERELEASE), RFC 1870, RFC 6152, RFC 6531. Values come without xtext (RFC 8621 §7).
Those that say how octets travel are taken, since clients send them, and made anew for each server that is talked to.
"""

import re
from collections.abc import Mapping
from typing import Final

from angarium.engine.shapes import Problem
from angarium.formats.primitives import parse_utc

_NONE: Final = re.compile(r"(?!)")

_MAIL: Final[Mapping[str, re.Pattern[str]]] = {
    "RET": re.compile(r"(?i:FULL|HDRS)"),
    "ENVID": re.compile(r"[!-~ ]{1,100}"),
    "HOLDFOR": re.compile(r"[1-9][0-9]{0,8}"),
    "HOLDUNTIL": re.compile(r"[0-9T:.Zz+-]{20,40}"),
    "SIZE": re.compile(r"[0-9]{1,20}"),
    "BODY": re.compile(r"(?i:7BIT|8BITMIME)"),
    "SMTPUTF8": _NONE,
}
_RCPT: Final[Mapping[str, re.Pattern[str]]] = {
    "NOTIFY": re.compile(r"(?i:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})"),
    "ORCPT": re.compile(r"[A-Za-z0-9-]{1,20};[^\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,480}"),
}
HELD: Final = frozenset(("HOLDFOR", "HOLDUNTIL"))
PASSED_ON: Final = frozenset(("RET", "NOTIFY", "ORCPT"))
"""What a relay is told; the envelope id is ours (RFC 8621 §7)."""


def mail_problem(parameters: Mapping[str, str | None]) -> Problem | None:
    """What is wrong with the parameters of MAIL; names in upper case."""
    if parameters.keys() >= HELD:
        return Problem("HOLDUNTIL", "must not be given with HOLDFOR")
    return _problem(_MAIL, parameters)


def rcpt_problem(parameters: Mapping[str, str | None]) -> Problem | None:
    """What is wrong with the parameters of RCPT."""
    return _problem(_RCPT, parameters)


def held_until(parameters: Mapping[str, str | None], now: int, longest: int) -> int | Problem | None:
    """When a message is to be released, epoch milliseconds, None when at once; `longest` in seconds.

    A moment that has passed is at once (RFC 4865 §4).
    """
    name = next(iter(HELD & parameters.keys()), None)
    if name is None:
        return None
    given = parameters[name] or ""
    moment = now + int(given) * 1000 if name == "HOLDFOR" else parse_utc(given)
    if moment is None:
        return Problem(name, "must be a time such as 2027-01-31T09:00:00Z")
    if moment > now + longest * 1000:
        return Problem(name, f"must be at most {longest} seconds from now")
    return max(moment, now)


def _problem(known: Mapping[str, re.Pattern[str]], parameters: Mapping[str, str | None]) -> Problem | None:
    for name, value in parameters.items():
        pattern = known.get(name)
        if pattern is None:
            return Problem(name[:40], f"is no parameter that this server knows; it knows {', '.join(known)}")
        if pattern is _NONE:
            if value is not None:
                return Problem(name, "takes no value")
        elif value is None or not pattern.fullmatch(value):
            return Problem(name, "has no value that it may have")
    return None
