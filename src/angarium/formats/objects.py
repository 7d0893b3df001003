"""Checks of JSON objects whose types are declared: they combine, and tell every member that is wrong.

Serves formats that name their objects with `@type` (RFC 9553 §1.3, JSCalendar). A check takes a value and gives None
when it is fine, which costs nearly nothing, else every problem below it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeAlias

from angarium.formats.json import JSON
from angarium.formats.pointer import escape
from angarium.formats.primitives import is_id, is_integer, parse_utc


class Problem(NamedTuple):
    """What is wrong, and where: a pointer without its leading slash, empty for the value itself."""

    path: str
    text: str

    def within(self, name: str) -> "Problem":
        """The same problem seen from one level up."""
        return Problem(f"{escape(name)}/{self.path}" if self.path else escape(name), self.text)


Found: TypeAlias = list[Problem] | None
Check: TypeAlias = Callable[[JSON], Found]
Rule: TypeAlias = Callable[[Mapping[str, JSON]], list[Problem]]
"""What holds between the members of one object; called only when each of them is fine by itself."""

VENDOR = r"[^\W_](?:(?:[^\W_]|-)*[^\W_])?(?:\.[^\W_](?:(?:[^\W_]|-)*[^\W_])?)*:[^\x00-\x08\n-\x1f\"/~\x7f]+"
"""A name with the domain of its vendor (RFC 9553 §1.8.1); by what it may not hold, which is compiled in a tenth."""

URI = r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>\"{}|\\^`]*"
LANGUAGE = r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"
MEDIA_TYPE = r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:[ \t]*;.*)?"

_VALUE = re.compile(rf"(?:[A-Za-z0-9-]+|{VENDOR})\Z")
_NAME = re.compile(rf"(?:[A-Za-z0-9@]+|{VENDOR})\Z")


def simple(accepts: Callable[[JSON], object], must_be: str) -> Check:
    """A check without parts; the problem says what the value must be."""
    found = [Problem("", f"must be {must_be}")]
    return lambda value: None if accepts(value) else found


def matching(pattern: str, must_be: str) -> Check:
    """A string that matches as a whole."""
    match = re.compile(rf"(?:{pattern})\Z").match
    return simple(lambda value: isinstance(value, str) and match(value), must_be)


anything: Check = simple(lambda _value: True, "any value")
text: Check = simple(lambda value: isinstance(value, str), "a string")
boolean: Check = simple(lambda value: isinstance(value, bool), "true or false")
true: Check = simple(lambda value: value is True, "true")
identifier: Check = simple(is_id, "an Id (1 to 255 of A-Z a-z 0-9 - _)")
utc: Check = simple(lambda value: isinstance(value, str) and parse_utc(value) is not None, "like 2026-01-31T09:00:00Z")
uri: Check = matching(URI, "a URI, such as https://example.com/")
language: Check = matching(LANGUAGE, "a language tag, such as en-GB")
media_type: Check = matching(MEDIA_TYPE, "a media type, such as image/png")


def integer(low: int, high: int) -> Check:
    """An integer in a range, its ends included."""
    return simple(lambda value: is_integer(value, low, high), f"an integer from {low} to {high}")


def literal(name: str) -> Check:
    """Exactly this string."""
    return simple(lambda value: value == name, f'"{name}"')


def one_of(values: str) -> Check:
    """One of these (separated by spaces), or one that is registered later or a vendor's (RFC 9553 §1.7.5).

    What only differs in case from a known value is refused (§1.7.1).
    """
    known = frozenset(values.split())
    lower = {value.lower() for value in known}

    def accepts(value: JSON) -> bool:
        if not isinstance(value, str):
            return False
        return value in known or (_VALUE.match(value) is not None and value.lower() not in lower)

    return simple(accepts, "one of " + ", ".join(sorted(known)) + " (in this case), or a vendor's (example.com:value)")


def list_of(item: Check, least: int = 0) -> Check:
    """An array of so many at least."""
    short = [Problem("", f"must be an array of at least {least}" if least else "must be an array")]

    def check(value: JSON) -> Found:
        if not isinstance(value, list) or len(value) < least:
            return short
        found: list[Problem] = []
        for index, inner in enumerate(value):
            if problems := item(inner):
                found += [problem.within(str(index)) for problem in problems]
        return found or None

    return check


def map_of(key: Check, item: Check) -> Check:
    """An object used as a map."""
    no_map = [Problem("", "must be an object")]

    def check(value: JSON) -> Found:
        if not isinstance(value, dict):
            return no_map
        found: list[Problem] = []
        for name, inner in value.items():
            if problems := key(name):
                found.append(Problem(escape(name), f"the name {problems[0].text}"))
            if problems := item(inner):
                found += [problem.within(name) for problem in problems]
        return found or None

    return check


def set_of(key: Check) -> Check:
    """An object whose names are the members of a set, and whose values are true."""
    return map_of(key, true)


def by_type(checks: Mapping[str, Check], default: str) -> Check:
    """An object of one of several types, told by `@type`; without it, of the default one."""

    def check(value: JSON) -> Found:
        kind = value.get("@type", default) if isinstance(value, dict) else default
        found = checks.get(kind) if isinstance(kind, str) else None
        return found(value) if found else [Problem("@type", "must be one of " + ", ".join(checks))]

    return check


def object_of(
    name: str,
    members: Mapping[str, Check],
    required: Collection[str] = (),
    rule: Rule | None = None,
    names: Mapping[str, str] | None = None,
) -> Check:
    """An object of a type: its members each as declared, the required ones there, others kept if they may be named so.

    `names` has every name known anywhere by its lower case: what differs only in case is refused (RFC 9553 §1.7.1).
    """
    checks = {"@type": literal(name), **members}
    known = names or {}

    def check(value: JSON) -> Found:
        if not isinstance(value, dict):
            return [Problem("", f"must be an object ({name})")]
        found = [Problem(each, "is missing") for each in required if each not in value]
        for member, inner in value.items():
            declared = checks.get(member)
            if declared is None:
                if problem := _unknown(member, known):
                    found.append(problem)
            elif problems := declared(inner):
                found += [problem.within(member) for problem in problems]
        if rule and not found:
            found = rule(value)
        return found or None

    return check


def _unknown(name: str, known: Mapping[str, str]) -> Problem | None:
    if not _NAME.match(name):
        return Problem(escape(name), "is no name that a property may have; a vendor's is like example.com:name")
    same = known.get(name.lower(), name)
    return None if same == name else Problem(escape(name), f"is written {same}")
