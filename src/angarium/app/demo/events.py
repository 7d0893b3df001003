"""The calendar of the demo: what recurs, what lasts all day, what is far away, whom it is with."""

from collections.abc import Iterator
from typing import Final

from angarium.app.demo import people
from angarium.app.demo.letter import Person
from angarium.formats.json import JSON
from angarium.formats.localtime import DAY, EPOCH, format_local

_HOME: Final = "Europe/Stockholm"
_HOUR: Final = 3600
_HARBOUR: Final[dict[str, JSON]] = {"l1": {"name": "Harbour", "coordinates": "geo:55.613,12.986"}}


def events(moment: int) -> Iterator[dict[str, JSON]]:
    """The events, as they come from elsewhere: with a uid, without calendars. `moment` in epoch seconds."""
    today = (moment + EPOCH) // DAY * DAY
    monday = today - (today // DAY - 1) % 7 * DAY
    yield _event("today", "Lunch at the harbour", today + 12 * _HOUR, "PT1H", {"locations": _HARBOUR, **_reminder()})
    yield _recurring(
        "bicycle",
        "Ride to the lighthouse",
        monday - 70 * DAY + 18 * _HOUR,
        {"frequency": "weekly", "byDay": [{"day": "mo"}, {"day": "th"}]},
        {
            format_local(monday + 18 * _HOUR): {"title": "Ride to the lighthouse, with new tyres"},
            format_local(monday + 3 * DAY + 18 * _HOUR): {"start": format_local(monday + 3 * DAY + 17 * _HOUR)},
            format_local(monday + 7 * DAY + 18 * _HOUR): {"excluded": True},
        },
    )
    yield _recurring("library", "Books are due", monday - 38 * DAY, {"frequency": "weekly", "interval": 3}) | {
        "showWithoutTime": True,
        "timeZone": None,
        "duration": "P1D",
        "freeBusyStatus": "free",
    }
    yield _event("birthday", f"{people.MAREN.name} has birthday", today + 9 * DAY, "P1D", {"color": "gold"}) | {
        "showWithoutTime": True,
        "timeZone": None,
        "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "yearly"},
        "freeBusyStatus": "free",
    }
    yield _event(
        "flight",
        "Flight to Tokyo",
        today + 20 * DAY + 13 * _HOUR,
        "PT11H30M",
        {"endTimeZone": "Asia/Tokyo", "keywords": {"travel": True}, **_with(people.AYAKO)},
    )
    yield _event(
        "plans",
        "Plans for the allotment",
        today + 2 * DAY + 19 * _HOUR,
        "PT1H30M",
        {
            "description": "Water, fences, and who mows when.",
            "virtualLocations": {"v1": {"name": "Call", "uri": "https://meet.garden.example/plans"}},
            **_with(people.GARDEN, people.RUBEN),
            **_reminder(),
        },
    )


def _event(name: str, title: str, start: int, duration: str, more: dict[str, JSON]) -> dict[str, JSON]:
    return {
        "@type": "Event",
        "uid": f"demo:{name}",
        "title": title,
        "start": format_local(start),
        "timeZone": _HOME,
        "duration": duration,
        **more,
    }


def _recurring(
    name: str, title: str, start: int, rule: dict[str, JSON], overrides: dict[str, JSON] | None = None
) -> dict[str, JSON]:
    more: dict[str, JSON] = {"recurrenceRule": {"@type": "RecurrenceRule", **rule}}
    return _event(name, title, start, "PT2H", more | ({"recurrenceOverrides": overrides} if overrides else {}))


def _reminder() -> dict[str, JSON]:
    return {"alerts": {"a1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT30M"}, "action": "display"}}}


def _with(*others: Person) -> dict[str, JSON]:
    """The owner invites."""
    invited: dict[str, JSON] = {
        f"p{number}": {
            "name": each.name,
            "calendarAddress": f"mailto:{each.email}",
            "roles": {"required": True},
            "participationStatus": "accepted",
        }
        for number, each in enumerate(others)
    }
    owner = people.OWNER
    me: JSON = {"name": owner.name, "calendarAddress": f"mailto:{owner.email}", "roles": {"owner": True}}
    return {"organizerCalendarAddress": f"mailto:{owner.email}", "participants": {"me": me, **invited}}
