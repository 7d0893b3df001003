"""Instances from patches, and patches from instances."""

from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.jscalendar import difference, instance
from angarium.formats.json import JSON

BASE: dict[str, JSON] = {
    "@type": "Event",
    "uid": "u",
    "start": "2026-01-05T09:00:00",
    "timeZone": "Europe/Vienna",
    "title": "base",
    "recurrenceRule": {"frequency": "daily"},
    "recurrenceOverrides": {"2026-01-06T09:00:00": {}},
    "locations": {"a": {"name": "one"}, "b": {"name": "two"}},
    "participants": {"p": {"calendarAddress": "mailto:p@x.example", "participationStatus": "accepted"}},
    "iCalendar": {"name": "vevent", "properties": [["x-a", {}, "text", "1"]]},
}
AT = "2026-01-06T09:00:00"


def test_an_instance_is_the_base_at_another_time() -> None:
    found = instance(BASE, AT)
    assert found["start"] == found["recurrenceId"] == AT
    assert found["recurrenceIdTimeZone"] == "Europe/Vienna"
    assert found["title"] == "base"
    assert "recurrenceRule" not in found
    assert "recurrenceOverrides" not in found


def test_a_patch_changes_deep_inside_and_leaves_the_base() -> None:
    patch: dict[str, JSON] = {
        "locations/a/name": "other",
        "locations/b": None,
        "iCalendar/properties/0/3": "2",
        "start": "2026-01-06T10:00:00",
    }
    found = instance(BASE, AT, patch)
    assert found["locations"] == {"a": {"name": "other"}}
    assert found["iCalendar"] == {"name": "vevent", "properties": [["x-a", {}, "text", "2"]]}
    assert found["start"] == "2026-01-06T10:00:00"
    assert BASE["locations"] == {"a": {"name": "one"}, "b": {"name": "two"}}


def test_what_belongs_to_the_series_is_never_patched() -> None:
    patch: dict[str, JSON] = {
        "uid": "other",
        "privacy": "secret",
        "participants/p/calendarAddress": "mailto:evil@x.example",
        "participants/p/participationStatus": "declined",
        "recurrenceRule/frequency": "secondly",
        "hideAttendees": True,
    }
    found = instance(BASE, AT, patch)
    assert found["uid"] == "u"
    assert not found.keys() & {"privacy", "recurrenceRule", "hideAttendees"}
    assert found["participants"] == {"p": {"calendarAddress": "mailto:p@x.example", "participationStatus": "declined"}}


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x", "a/b", "~"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b/c", "~d", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(
    st.sampled_from(["title", "locations", "x", "y/z"]), values.filter(lambda v: v is not None), max_size=4
)


@given(objects, objects)
def test_the_difference_makes_one_instance_from_the_other(one: dict[str, JSON], other: dict[str, JSON]) -> None:
    def clean(value: JSON) -> JSON:
        if isinstance(value, dict):
            return {name: clean(inner) for name, inner in value.items() if inner is not None}
        return value

    base = {"@type": "Event", "start": "2026-01-05T09:00:00", **{name: clean(value) for name, value in one.items()}}
    wanted = {"@type": "Event", "start": "2026-01-06T12:00:00", **{name: clean(value) for name, value in other.items()}}
    patch = difference(base, AT, wanted)
    made = instance(base, AT, patch)
    assert {name: value for name, value in made.items() if name != "recurrenceId"} == wanted
