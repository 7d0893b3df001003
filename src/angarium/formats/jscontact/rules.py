"""What must hold between the properties of one JSContact object.

One function for each type that has such rules (RFC 9553 §2); they see members that are fine by themselves.
"""

from calendar import monthrange
from collections.abc import Mapping
from typing import Final

from angarium.formats.json import JSON
from angarium.formats.objects import Problem, Rule

_DAYS_OF_LEAP_YEAR: Final = 2000


def any_of(*names: str) -> Rule:
    """At least one of these is set."""
    missing = [Problem(names[0], "is missing; at least one must be set of " + ", ".join(names))]
    return lambda value: [] if any(name in value for name in names) else missing


def any_member(value: Mapping[str, JSON]) -> list[Problem]:
    """Something is set besides `@type` (§2.8.3, Author)."""
    return [] if set(value) - {"@type"} else [Problem("", "must have a property")]


def name(value: Mapping[str, JSON]) -> list[Problem]:
    """§2.2.1.1."""
    found = _components(value)
    if "components" not in value and "full" not in value:
        found.append(Problem("full", "is missing; without components it must be set"))
    sort_as = value.get("sortAs")
    if isinstance(sort_as, dict):
        kinds = {component.get("kind") for component in _listed(value)}
        found += [
            Problem(f"sortAs/{kind.replace('~', '~0').replace('/', '~1')}", "names no kind of the components")
            for kind in sort_as
            if kind not in kinds
        ]
    return found


def address(value: Mapping[str, JSON]) -> list[Problem]:
    """§2.5.1.1."""
    found = _components(value)
    return found + any_of("components", "coordinates", "countryCode", "full", "timeZone")(value)


def partial_date(value: Mapping[str, JSON]) -> list[Problem]:
    """§2.8.1: a date, a year, a month of a year, or a day of a month."""
    year, month, day = value.get("year"), value.get("month"), value.get("day")
    if month is None:
        return [Problem("month", "is missing; a day needs it")] if day or year is None else []
    if year is None and day is None:
        return [Problem("year", "is missing; a month needs it, or a day")]
    if isinstance(day, int) and isinstance(month, int):
        in_year = year % 400 + 400 if isinstance(year, int) else _DAYS_OF_LEAP_YEAR
        if day > monthrange(in_year, month)[1]:
            return [Problem("day", "is not in that month")]
    return []


def card(value: Mapping[str, JSON]) -> list[Problem]:
    """§2.1.6 and §2.1.9; RFC 9982 §4: version 1.0 needs a uid."""
    found = []
    if "members" in value and value.get("kind") != "group":
        found.append(Problem("kind", 'must be "group" where there are members'))
    if "uid" not in value and value.get("version") == "1.0":
        found.append(Problem("uid", "is missing; version 1.0 needs it"))
    return found


def is_jcard_property(value: JSON) -> bool:
    """RFC 7095 §3.3: name, parameters, type, and at least one value."""
    if not isinstance(value, list) or len(value) < 4:
        return False
    called, parameters, kind = value[:3]
    return isinstance(called, str) and isinstance(parameters, dict) and isinstance(kind, str)


def _listed(value: Mapping[str, JSON]) -> list[dict[str, JSON]]:
    components = value.get("components")
    return [each for each in components if isinstance(each, dict)] if isinstance(components, list) else []


def _components(value: Mapping[str, JSON]) -> list[Problem]:
    """What Name and Address say alike about their components."""
    components = _listed(value)
    kinds = [component.get("kind") for component in components]
    ordered = value.get("isOrdered") is True
    found = []
    if "components" in value:
        if all(kind == "separator" for kind in kinds):
            found.append(Problem("components", "must have one that is no separator"))
        elif not ordered and "separator" in kinds:
            found.append(Problem(f"components/{kinds.index('separator')}", "is a separator, but isOrdered is false"))
    else:
        found += [Problem(each, "needs components") for each in ("defaultSeparator", "sortAs") if each in value]
    if "defaultSeparator" in value and not ordered and not found:
        found.append(Problem("defaultSeparator", "needs isOrdered"))
    found += [
        Problem(f"components/{index}", "is a second separator in a row; one must hold both")
        for index in range(1, len(kinds))
        if kinds[index] == kinds[index - 1] == "separator"
    ]
    if "phoneticSystem" not in value and "phoneticScript" not in value:
        found += [
            Problem(f"components/{index}/phonetic", "needs phoneticSystem or phoneticScript")
            for index, component in enumerate(components)
            if "phonetic" in component
        ]
    return found
