"""Events from elsewhere: kept once, replaced by what is newer and by nothing else."""

from typing import Any

import pytest

from angarium.datatypes.calendars.ingest import new_event, revised, store
from angarium.engine.arrivals import Became
from angarium.formats import icalendar
from tests.datatypes.calendars.desk import NOW, Desk
from tests.formats.icalendar.ics import calendar, event

BEFORE, THEN, AFTER = "20260901T000000Z", "20260902T000000Z", "20260903T000000Z"


def take(desk: Desk, *events: str) -> list[Became]:
    """Import the events of a file."""
    arrivals = [
        new_event(entry, [desk.calendar], NOW, {}, revised(entry))
        for entry in icalendar.parse(calendar(*events)).entries
    ]
    key = desk.user.accounts[desk.account].key
    return desk.harness.store.write(lambda view: store(view, key, arrivals)).result()


def walk(title: str = "Walk", *lines: str, modified: str = THEN, stamp: str = THEN) -> str:
    return event(f"SUMMARY:{title}", f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{modified}", *lines, uid="walk")


def only(desk: Desk) -> dict[str, Any]:
    (found,) = desk.call("CalendarEvent/get", ids=None)["list"]
    return dict(found)


def test_the_same_event_is_there_whenever_its_file_was_written(ann: Desk) -> None:
    assert take(ann, walk(), walk()) == [Became.TAKEN, Became.THERE]
    state = ann.call("CalendarEvent/get", ids=[])["state"]
    assert take(ann, walk(stamp=AFTER)) == [Became.THERE]
    assert ann.call("CalendarEvent/get", ids=[])["state"] == state


@pytest.mark.parametrize(
    ("changed", "became"),
    [
        (walk("Run", modified=AFTER), Became.UPDATED),
        (walk("Run", "SEQUENCE:1", modified=BEFORE), Became.UPDATED),
        (walk("Run", modified=BEFORE), Became.OTHER),
        (walk("Run", modified=BEFORE, stamp=AFTER), Became.OTHER),
        (walk("Run"), Became.OTHER),
        (event("SUMMARY:Run", uid="walk"), Became.OTHER),
        (event("SUMMARY:Run", f"DTSTAMP:{AFTER}", uid="walk"), Became.UPDATED),
    ],
)
def test_another_version_is_taken_when_it_is_known_to_be_newer(ann: Desk, changed: str, became: Became) -> None:
    take(ann, walk())
    assert take(ann, changed) == [became]
    assert only(ann)["title"] == ("Run" if became is Became.UPDATED else "Walk")


def test_what_was_changed_here_since_stays(ann: Desk) -> None:
    take(ann, walk())
    ann.change(only(ann)["id"], {"title": "Swim"})
    assert take(ann, walk("Run", modified=AFTER, stamp=AFTER)) == [Became.OTHER]
    assert only(ann)["title"] == "Swim"


def test_a_newer_version_leaves_the_event_where_it_is_and_to_each_what_is_theirs(ann: Desk, guest: Desk) -> None:
    take(ann, walk())
    before = only(ann)
    own = ann.new_calendar("Own")
    ann.call("CalendarEvent/set", update={before["id"]: {"calendarIds": {own: True}}})
    guest.change(before["id"], {"color": "teal"})
    assert take(ann, walk("Run", "SEQUENCE:9", modified=AFTER)) == [Became.UPDATED]
    after = only(ann)
    assert (after["id"], after["calendarIds"], after["created"]) == (before["id"], {own: True}, before["created"])
    assert guest.event(before["id"], "color", "title") == {"id": before["id"], "color": "teal", "title": "Run"}
    assert ann.find({"title": "run"}) == [before["id"]]
    assert ann.find({"title": "walk"}) == []


def test_a_series_is_as_new_as_the_newest_of_its_instances(ann: Desk) -> None:
    series = walk("Walk", "RRULE:FREQ=DAILY;COUNT=3")
    moved = walk("Moved", "RECURRENCE-ID:20260106T090000Z", modified=AFTER)
    take(ann, series)
    assert take(ann, series, moved) == [Became.UPDATED]
    assert take(ann, series, moved) == [Became.THERE]


def test_an_event_that_is_secret_in_its_newer_version_goes_for_a_guest(ann: Desk, guest: Desk) -> None:
    take(ann, walk())
    state = guest.call("CalendarEvent/get", ids=[])["state"]
    assert take(ann, walk("Walk", "CLASS:CONFIDENTIAL", modified=AFTER)) == [Became.UPDATED]
    assert guest.call("CalendarEvent/changes", sinceState=state)["destroyed"] == [only(ann)["id"]]
