"""Calendar (JMAP calendars §4)."""

from typing import Any

import pytest

from tests.datatypes.calendars.desk import Desk

RIGHTS = {
    "mayReadFreeBusy": True,
    "mayReadItems": True,
    "mayWriteAll": True,
    "mayWriteOwn": True,
    "mayUpdatePrivate": True,
    "mayRSVP": True,
    "mayShare": False,
    "mayDelete": True,
}
ALERT = {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": "-PT10M"}}


def _default(desk: Desk) -> list[str]:
    return [name for name, calendar in desk.calendars().items() if calendar["isDefault"]]


def test_an_account_begins_with_one_calendar_that_is_the_default(ann: Desk) -> None:
    assert list(ann.calendars().values()) == [
        {
            "id": ann.calendar,
            "name": "Calendar",
            "description": None,
            "color": None,
            "sortOrder": 0,
            "isSubscribed": True,
            "isVisible": True,
            "isDefault": True,
            "includeInAvailability": "all",
            "defaultAlertsWithTime": None,
            "defaultAlertsWithoutTime": None,
            "timeZone": None,
            "shareWith": None,
            "myRights": RIGHTS,
        }
    ]


def test_a_create_tells_what_the_client_did_not_say(ann: Desk) -> None:
    made = ann.call("Calendar/set", create={"a": {"name": "Work", "color": "Teal", "sortOrder": 3}})["created"]["a"]
    assert made.pop("id")
    assert made == {
        "description": None,
        "isSubscribed": True,
        "isVisible": True,
        "isDefault": False,
        "includeInAvailability": "all",
        "defaultAlertsWithTime": None,
        "defaultAlertsWithoutTime": None,
        "timeZone": None,
        "shareWith": None,
        "myRights": RIGHTS,
    }


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "é" * 128}, ["name"]),
        ({"name": "a", "color": "no colour"}, ["color"]),
        ({"name": "a", "color": "#12345"}, ["color"]),
        ({"name": "a", "sortOrder": 2**31}, ["sortOrder"]),
        ({"name": "a", "timeZone": "Middle-earth/Shire"}, ["timeZone"]),
        ({"name": "a", "isDefault": True}, ["isDefault"]),
        ({"name": "a", "includeInAvailability": "some"}, ["includeInAvailability"]),
        ({"name": "a", "defaultAlertsWithTime": {"x": {}}}, ["defaultAlertsWithTime/x/trigger"]),
        (
            {
                "name": "a",
                "defaultAlertsWithTime": {
                    "x": {"trigger": {"@type": "AbsoluteTrigger", "when": "2026-01-01T00:00:00Z"}}
                },
            },
            ["defaultAlertsWithTime/x/trigger"],
        ),
        ({"name": "a", "defaultAlertsWithoutTime": {f"a{n}": ALERT for n in range(51)}}, ["defaultAlertsWithoutTime"]),
        ({"name": "a", "colour": "red"}, ["colour"]),
    ],
)
def test_what_no_calendar_may_have_is_told_by_name(ann: Desk, properties: dict[str, Any], wrong: list[str]) -> None:
    refused = ann.call("Calendar/set", create={"a": properties})["notCreated"]["a"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", wrong)


def test_everything_can_be_changed_and_null_gives_the_default_back(ann: Desk) -> None:
    values = {
        "name": "Travel",
        "description": "where to",
        "color": "#008080",
        "sortOrder": 7,
        "isSubscribed": False,
        "isVisible": False,
        "includeInAvailability": "attending",
        "defaultAlertsWithTime": {"a1": ALERT},
        "defaultAlertsWithoutTime": {"a2": ALERT},
        "timeZone": "Asia/Tokyo",
    }
    assert ann.call("Calendar/set", update={ann.calendar: values})["updated"] == {ann.calendar: None}
    assert values.items() <= ann.calendars()["Travel"].items()
    back = dict.fromkeys(values.keys() - {"name"})
    ann.call("Calendar/set", update={ann.calendar: back})
    calendar = ann.calendars()["Travel"]
    assert (calendar["isSubscribed"], calendar["isVisible"], calendar["includeInAvailability"]) == (True, True, "all")
    assert (calendar["timeZone"], calendar["defaultAlertsWithTime"]) == (None, None)


def test_default_alerts_of_an_account_have_ids_of_their_own(ann: Desk) -> None:
    ann.new_calendar("Work", defaultAlertsWithTime={"a1": ALERT})
    for name in ("defaultAlertsWithTime", "defaultAlertsWithoutTime"):
        refused = ann.call("Calendar/set", update={ann.calendar: {name: {"a1": ALERT}}})["notUpdated"][ann.calendar]
        assert (refused["type"], refused["properties"]) == ("invalidProperties", [name])
    both = {"defaultAlertsWithTime": {"b": ALERT}, "defaultAlertsWithoutTime": {"b": ALERT}}
    assert ann.call("Calendar/set", update={ann.calendar: both})["notUpdated"]


def test_the_default_moves_when_all_went_well_and_not_otherwise(ann: Desk) -> None:
    old = ann.calendar
    moved = ann.call("Calendar/set", create={"w": {"name": "Work"}}, onSuccessSetIsDefault="#w")
    work = moved["created"]["w"]["id"]
    assert moved["created"]["w"]["isDefault"] is True
    assert moved["updated"] == {old: {"isDefault": False}}
    assert moved["newState"] == ann.call("Calendar/get")["state"]
    refused = ann.call("Calendar/set", update={work: {"name": ""}}, onSuccessSetIsDefault=old)
    assert refused["updated"] is None
    assert ann.call("Calendar/set", onSuccessSetIsDefault="K999")["updated"] is None
    assert _default(ann) == ["Work"]


def test_a_calendar_that_holds_events_stays_unless_they_may_go(ann: Desk) -> None:
    work = ann.new_calendar("Work")
    alone, both = ann.put(calendarIds={work: True}), ann.put(calendarIds={work: True, ann.calendar: True})
    refused = ann.call("Calendar/set", destroy=[work])["notDestroyed"][work]
    assert refused["type"] == "calendarHasEvent"
    assert ann.call("Calendar/set", destroy=[work], onDestroyRemoveEvents=True)["destroyed"] == [work]
    assert not ann.exists(alone)
    assert ann.event(both, "calendarIds")["calendarIds"] == {ann.calendar: True}


def test_another_calendar_becomes_the_default_when_the_default_goes(ann: Desk) -> None:
    first, second = ann.calendar, ann.new_calendar("Second")
    gone = ann.call("Calendar/set", destroy=[first])
    assert gone["destroyed"] == [first]
    assert gone["updated"] == {second: {"isDefault": True}}


def test_a_guest_has_a_name_and_a_colour_of_his_own(ann: Desk, guest: Desk) -> None:
    calendar = ann.calendar
    ann.call("Calendar/set", update={calendar: {"color": "red", "sortOrder": 5, "timeZone": "Europe/Paris"}})
    seen = guest.calendars()["Calendar"]
    assert (seen["color"], seen["timeZone"]) == ("red", "Europe/Paris")
    assert (seen["sortOrder"], seen["isSubscribed"], seen["includeInAvailability"]) == (0, False, "none")
    own = {"name": "Ann's", "color": "blue", "isSubscribed": True, "defaultAlertsWithTime": {"x": ALERT}}
    guest.call("Calendar/set", update={calendar: own})
    assert own.items() <= guest.calendars()["Ann's"].items()
    assert ann.calendars()["Calendar"]["color"] == "red"
    assert ann.calendars()["Calendar"]["defaultAlertsWithTime"] is None
    ann.call("Calendar/set", update={calendar: {"name": "Mine", "timeZone": "Asia/Tokyo"}})
    assert guest.calendars()["Ann's"]["timeZone"] == "Asia/Tokyo"


def test_a_calendar_that_a_guest_makes_has_its_name_for_the_owner_too(ann: Desk, guest: Desk) -> None:
    guest.new_calendar("Shared", color="green", sortOrder=9)
    seen = ann.calendars()["Shared"]
    assert (seen["color"], seen["sortOrder"], seen["isSubscribed"]) == ("green", 0, True)


def test_a_reader_has_no_right_to_write(ann: Desk, bob: Desk) -> None:
    reader = bob.inside(ann, read_only=True)
    rights = reader.calendars()["Calendar"]["myRights"]
    assert [name for name, may in rights.items() if may] == ["mayReadFreeBusy", "mayReadItems"]
    assert reader.error("Calendar/set", create={"a": {"name": "x"}})["type"] == "accountReadOnly"


def test_sharing_is_by_account(ann: Desk) -> None:
    refused = ann.call("Calendar/set", update={ann.calendar: {"shareWith": {"U2": {"mayReadItems": True}}}})
    assert refused["notUpdated"][ann.calendar]["type"] == "forbidden"
