"""iCalendar to JSCalendar, back, and there again: the second time gives what the first gave."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from angarium.formats.icalendar import Calendar, parse, write
from angarium.formats.jscalendar import check
from angarium.formats.json import JSON
from tests.formats.icalendar.soup import files

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "ics"
FILES = sorted(CORPUS.glob("*.ics")) if CORPUS.exists() else []


def again(calendar: Calendar) -> Calendar:
    product = str(calendar.group.get("prodId", "-//T//T//EN"))
    return parse(write(calendar.entries, product, calendar.method, group=calendar.group))


def plain(calendar: Calendar) -> list[dict[str, JSON]]:
    return [{name: value for name, value in entry.items() if name != "prodId"} for entry in calendar.entries]


def assert_fixed(octets: bytes) -> None:
    once = parse(octets)
    for entry in once.entries:
        whole = (
            {"uid": "u", "start": "2026-01-01T00:00:00", **entry}
            if entry["@type"] == "Event"
            else {"uid": "u", **entry}
        )
        assert check(whole) == []
    twice = again(once)
    assert plain(twice) == plain(once)
    assert twice.method == once.method
    assert {**twice.group, "prodId": ""} == {**once.group, "prodId": ""}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_comes_back(path: Path) -> None:
    assert_fixed(path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_event_with_a_start_of_a_real_file_is_read_and_the_rest_is_named(path: Path) -> None:
    octets = path.read_bytes()
    found = parse(octets)
    events = octets.replace(b"\r", b"").split(b"BEGIN:VEVENT")[1:]
    with_start = [each for each in events if b"\nDTSTART" in each.split(b"END:VEVENT")[0]]
    overridden = sum(len([p for p in _overrides(entry) if p]) for entry in found.entries)
    assert len(found.entries) + overridden >= len(with_start)
    left_out = [problem for problem in found.problems if problem.text.startswith("is left out")]
    assert len(left_out) == len(events) - len(with_start)


def _overrides(entry: dict[str, JSON]) -> list[JSON]:
    overrides = entry.get("recurrenceOverrides")
    return [patch for patch in overrides.values() if patch != {"excluded": True}] if isinstance(overrides, dict) else []


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(files)
def test_a_made_up_file_comes_back(octets: bytes) -> None:
    assert_fixed(octets)
