"""The worked examples of draft-ietf-calext-jscalendar-icalendar, figures 6 to 92, from `figures.json`.

An example is an extract (§1.3): what surrounds it is completed as the draft says, an ellipsis in the JSON stands for
whatever else there is, and members that have their default value may be left out. Keys of alerts, locations and
participants that the draft invents (from no UID, JSID or value) are not compared.

Corrected, each with its reason:
* 8, 11: the draft leaves the events without DTSTART; entries need one.
* 10: the alarm's UID has a group of eleven digits, which changes nothing.
* 83, 84: ACTION is missing, which RFC 5545 §3.6.6 demands: it is taken as DISPLAY.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from angarium.formats.icalendar import parse, write
from angarium.formats.jscalendar import check

FIGURES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "figures.json").read_text())
DEFAULTS: dict[str, Any] = {"timeZone": None, "showWithoutTime": False, "relation": {}, "action": "display"}
CALENDAR, ENTRIES = "VCALENDAR", ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE")


def completed(lines: list[str]) -> bytes:
    """A whole file from an extract: components around it, ends, and what each component must have."""
    text = [line for line in lines if line != "..."]
    first = text[0].partition(":")[2] if text[0].startswith("BEGIN:") else ""
    around = [] if first == CALENDAR else [CALENDAR] if first in ENTRIES else [CALENDAR, "VEVENT"]
    made = [f"BEGIN:{name}" for name in around]
    open_ = list(around)
    had: list[set[str]] = [set() for _ in around]
    for line in text:
        if line.startswith("BEGIN:"):
            open_.append(line[6:])
            had.append(set())
        elif line.startswith("END:"):
            made += mandatory(open_.pop(), had.pop())
        elif line[0] != " ":
            had[-1].add(line.partition(":")[0].partition(";")[0])
        made.append(line)
    if text == ["BEGIN:VCALENDAR"] or (
        open_ == [CALENDAR] and "END:VCALENDAR" not in text and "BEGIN:VEVENT" not in text and "BEGIN:VTODO" not in text
    ):
        made += ["BEGIN:VEVENT", "DTSTART:20060102T030405Z", "UID:x", "END:VEVENT"]
    while open_:
        name = open_.pop()
        made += [*mandatory(name, had.pop()), f"END:{name}"]
    return "\r\n".join(made).encode()


def mandatory(name: str, had: set[str]) -> list[str]:
    if name == "VEVENT" and "DTSTART" not in had:
        return ["DTSTART:20060102T030405Z"]
    return ["TRIGGER:-PT5M"] if name == "VALARM" and "TRIGGER" not in had else []


def holds(found: Any, wanted: Any, at: str = "") -> str | None:
    """Where a value does not hold what the example shows; None when it does."""
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return f"{at}: {found!r} is no object"
        if (
            len(wanted) == len(found)
            and not wanted.keys() & found.keys()
            and at.endswith(("alerts", "locations", "participants", "links"))
        ):
            return next(
                filter(None, (holds(*pair, at) for pair in zip(found.values(), wanted.values(), strict=True))), None
            )
        for name, value in wanted.items():
            if name == "..." or (name not in found and name in DEFAULTS and DEFAULTS[name] == value):
                continue
            if name not in found:
                return f"{at}/{name} is missing in {list(found)}"
            if problem := holds(found[name], value, f"{at}/{name}"):
                return problem
        return None
    if isinstance(wanted, list) and isinstance(found, list) and all(isinstance(each, dict | list) for each in wanted):
        rest = [one for one in wanted if not any(holds(each, one) is None for each in found)]
        return f"{at}: {rest} is not in {found}" if rest else None
    return None if found == wanted else f"{at}: {found!r} is not {wanted!r}"


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure['figure']} {figure['title']}")
def test_a_figure_converts_as_shown(figure: dict[str, Any]) -> None:
    calendar = parse(completed(figure["ics"]))
    wanted = figure["json"]
    entries = [{**entry, **({"method": calendar.method} if calendar.method else {})} for entry in calendar.entries]
    found = {**calendar.group, "entries": entries} if wanted.get("@type") == "Group" else entries[0]
    assert holds(found, wanted) is None
    assert not any(check({"uid": "x", **entry}) for entry in calendar.entries)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure['figure']} {figure['title']}")
def test_a_figure_comes_back_and_stays(figure: dict[str, Any]) -> None:
    once = parse(completed(figure["ics"]))
    twice = parse(write(once.entries, str(once.group.get("prodId", "-//x//y//EN")), once.method, group=once.group))
    bare = [[{k: v for k, v in entry.items() if k != "prodId"} for entry in each.entries] for each in (once, twice)]
    assert bare[0] == bare[1]
    assert once.method == twice.method
    assert {**once.group, "prodId": ""} == {**twice.group, "prodId": ""}
