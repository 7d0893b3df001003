"""RECUR values of iCalendar to RecurrenceRule objects of JSCalendar and back.

RFC 5545 §3.3.10, RFC 7529 §4, draft-ietf-calext-jscalendar-icalendar §2.3.36. What a rule means is not known here.
"""

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final, cast

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.recurrence import read

_NUMBER: Final = re.compile(r"[+-]?\d{1,16}\Z", re.ASCII)
_DAY: Final = re.compile(r"([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)\Z", re.ASCII)
_TIMES_OF_DAY: Final = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_LISTS: Final = MappingProxyType(
    {
        "BYSECOND": "bySecond",
        "BYMINUTE": "byMinute",
        "BYHOUR": "byHour",
        "BYMONTHDAY": "byMonthDay",
        "BYYEARDAY": "byYearDay",
        "BYWEEKNO": "byWeekNo",
        "BYSETPOS": "bySetPosition",
    }
)
_NUMBERS: Final = MappingProxyType({"INTERVAL": "interval", "COUNT": "count"})
_WORDS: Final = MappingProxyType({"FREQ": "frequency", "WKST": "firstDayOfWeek", "RSCALE": "rscale", "SKIP": "skip"})


def parse(text: str, until: Callable[[str], str | None], whole_days: bool = False) -> dict[str, JSON]:
    """The RecurrenceRule of a RECUR value; `until` turns a DATE or DATE-TIME into a LocalDateTime, or None.

    With `whole_days` parts that name times of day are left out (RFC 5545 §3.3.10). A rule with both COUNT and UNTIL,
    which real files have, keeps UNTIL. Raises FormatError for what is no rule, or not a Gregorian one.
    """
    found: dict[str, JSON] = {"@type": "RecurrenceRule"}
    for part in text.upper().split(";"):
        name, _, value = part.strip().partition("=")
        if name and not (whole_days and name in _TIMES_OF_DAY):
            key, read_value = _member(name, value, until)
            found[key] = read_value
    if "until" in found:
        found.pop("count", None)
    read(found)
    return found


def _member(name: str, value: str, until: Callable[[str], str | None]) -> tuple[str, JSON]:
    if name in _WORDS:
        return _WORDS[name], value.lower()
    if name in _LISTS:
        return _LISTS[name], [_number(name, item) for item in value.split(",")]
    if name in _NUMBERS:
        return _NUMBERS[name], _number(name, value)
    if name == "BYMONTH":
        return "byMonth", [item.strip().lstrip("0") for item in value.split(",")]
    if name == "BYDAY":
        return "byDay", [_day(item) for item in value.split(",")]
    if name == "UNTIL":
        end = until(value)
        if end is None:
            raise FormatError(f"'{value[:40]}' is no date to end a rule with")
        return "until", end
    raise FormatError(f"'{name[:40]}' is no part of a recurrence rule")


def _number(name: str, text: str) -> int:
    if _NUMBER.match(text.strip()) is None:
        raise FormatError(f"{name} has no number but '{text[:40]}'")
    return int(text)


def _day(text: str) -> JSON:
    found = _DAY.match(text.strip())
    if found is None:
        raise FormatError(f"'{text[:40]}' is no day of the week")
    day: dict[str, JSON] = {"@type": "NDay", "day": found[2].lower()}
    if found[1]:
        day["nthOfPeriod"] = int(found[1])
    return day


def write(rule: dict[str, JSON], until: Callable[[str], str]) -> str:
    """The RECUR value of a valid RecurrenceRule; `until` turns its LocalDateTime into a DATE or DATE-TIME."""
    parts = [f"{name}={str(rule[key]).upper()}" for name, key in _FIRST if key in rule]
    if "until" in rule:
        parts.append(f"UNTIL={until(cast(str, rule['until']))}")
    parts += [f"{name}={rule[key]}" for name, key in _NUMBERS.items() if key in rule]
    for name, key in _LISTS.items():
        if key in rule:
            parts.append(f"{name}={_joined(cast('list[JSON]', rule[key]))}")
    if "byMonth" in rule:
        parts.append(f"BYMONTH={_joined(cast('list[JSON]', rule['byMonth']))}")
    if "byDay" in rule:
        days = cast("list[dict[str, JSON]]", rule["byDay"])
        parts.append("BYDAY=" + ",".join(f"{day.get('nthOfPeriod', '')}{day['day']}".upper() for day in days))
    if "firstDayOfWeek" in rule:
        parts.append(f"WKST={str(rule['firstDayOfWeek']).upper()}")
    return ";".join(parts)


def _joined(items: list[JSON]) -> str:
    return ",".join(str(item) for item in items)


_FIRST: Final = (("RSCALE", "rscale"), ("FREQ", "frequency"), ("SKIP", "skip"))
