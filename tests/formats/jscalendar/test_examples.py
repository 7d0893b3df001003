"""The examples of jscalendarbis §5 are valid.

Corrected in `examples.json`, because they break the draft's own rules: `description` of Location is reserved (§5.8,
§5.9; Appendix A.2.2.4), a colon stands twice (§5.10), a comma stands before a brace (§5.11). What the draft leaves out
with "..." is filled in.
"""

import json
from pathlib import Path

import pytest

from angarium.formats.jscalendar import check, normalise, series
from angarium.formats.json import JSON
from angarium.formats.localtime import format_utc, parse_utc
from angarium.formats.recurrence import Work

EXAMPLES: dict[str, dict[str, JSON]] = json.loads((Path(__file__).parent / "examples.json").read_text())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid_and_stays_as_it_is(name: str) -> None:
    assert check(EXAMPLES[name]) == []
    assert normalise(EXAMPLES[name]) == EXAMPLES[name]


def test_the_recurring_event_with_overrides_happens_as_told() -> None:
    course = series(EXAMPLES["Recurring Event with Overrides"])
    window = [parse_utc(f"{day}T00:00:00Z") or 0 for day in ("2020-01-01", "2021-01-01")]
    assert course is not None
    found = [format_utc(each.start)[:16] for each in course.instances(window[0], window[1], Work())]
    assert found[:2] == ["2020-01-07T14:00", "2020-01-08T09:00"]
    assert found[-2:] == ["2020-06-24T08:00", "2020-06-25T09:00"]
    assert not any(day.startswith("2020-04-01") for day in found)
    assert len(found) == 26
