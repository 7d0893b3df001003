"""What users of a shared account have apart of an event (JMAP calendars §5.4)."""

from typing import Any

from angarium.datatypes.calendars.own import OWNER, kept, only_own, seen

BOB = "U2"
BASE: dict[str, Any] = {
    "title": "Meeting",
    "start": "2026-10-01T09:00:00",
    "color": "red",
    "alerts": {"a": {"trigger": {"offset": "-PT5M"}}},
    "recurrenceRule": {"frequency": "daily"},
    "recurrenceOverrides": {
        "2026-10-02T09:00:00": {"title": "Second", "color": "green"},
        "2026-10-03T09:00:00": {"excluded": True},
        "2026-10-04T09:00:00": {"color": "pink"},
    },
    "updated": "2026-01-01T00:00:00Z",
}


def _overrides(stored: dict[str, Any]) -> dict[str, Any]:
    found: Any = seen(stored, BOB)["recurrenceOverrides"]
    return dict(found)


def test_others_begin_with_nothing_of_what_the_owner_has_apart() -> None:
    view = seen(BASE, BOB)
    assert "color" not in view
    assert "alerts" not in view
    assert view["recurrenceOverrides"] == {
        "2026-10-02T09:00:00": {"title": "Second"},
        "2026-10-03T09:00:00": {"excluded": True},
        "2026-10-04T09:00:00": {},
    }
    assert seen(BASE, OWNER) is BASE


def test_what_a_user_sets_is_seen_by_that_user_alone() -> None:
    overrides: Any = {**_overrides(BASE), "2026-10-09T09:00:00": {"color": "navy"}}
    view = {**seen(BASE, BOB), "color": "blue", "recurrenceOverrides": overrides, "updated": "2026-02-02T00:00:00Z"}
    assert only_own(BASE, view)
    stored = kept(BASE, BOB, view)
    assert seen(stored, BOB) == view
    assert seen(stored, OWNER) == BASE
    assert "color" not in seen(stored, "U3")
    assert only_own(BASE, stored)


def test_what_a_user_changes_for_all_leaves_what_the_owner_has_apart() -> None:
    view = {**seen(BASE, BOB), "title": "Moved", "updated": "2026-02-02T00:00:00Z"}
    assert not only_own(BASE, view)
    stored = kept(BASE, BOB, view)
    assert stored == {**BASE, "title": "Moved", "updated": "2026-02-02T00:00:00Z"}


def test_an_occurrence_added_without_a_patch_is_no_matter_of_one_user() -> None:
    added: Any = {**BASE["recurrenceOverrides"], "2027-01-01T00:00:00": {}}
    assert not only_own(BASE, {**BASE, "recurrenceOverrides": added})


def test_what_a_user_has_of_occurrences_goes_when_the_series_changes() -> None:
    overrides: Any = {**_overrides(BASE), "2026-10-09T09:00:00": {"color": "navy"}}
    stored = kept(BASE, BOB, {**seen(BASE, BOB), "color": "blue", "recurrenceOverrides": overrides})
    moved = kept(stored, OWNER, {**seen(stored, OWNER), "start": "2026-10-01T10:00:00"})
    assert seen(moved, BOB)["color"] == "blue"
    assert "2026-10-09T09:00:00" not in _overrides(moved)


def test_a_user_who_makes_an_event_has_his_own_apart_from_the_beginning() -> None:
    stored = kept({}, BOB, {"title": "New", "color": "blue"})
    assert seen(stored, BOB) == {"title": "New", "color": "blue"}
    assert seen(stored, OWNER) == {"title": "New"}
