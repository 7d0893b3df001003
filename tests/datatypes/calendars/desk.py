"""What a test does as one user: make calendars and events, look at what is there."""

from collections.abc import Mapping
from typing import Any

from tests import desk

NOW = "2026-09-21T14:13:20Z"
"""The moment of the harness."""


class Desk(desk.Desk):
    """A user with calendars."""

    def calendars(self) -> dict[str, dict[str, Any]]:
        """Every calendar by name."""
        return {calendar["name"]: calendar for calendar in self.call("Calendar/get", ids=None)["list"]}

    @property
    def calendar(self) -> str:
        """The default calendar."""
        return str(next(calendar["id"] for calendar in self.calendars().values() if calendar["isDefault"]))

    def new_calendar(self, name: str, **properties: Any) -> str:
        made = self.call("Calendar/set", create={"new": {"name": name, **properties}})
        return str(made["created"]["new"]["id"])

    def create(self, **properties: Any) -> Any:
        """The outcome of creating one event: what was created, or the SetError."""
        properties.setdefault("calendarIds", {self.calendar: True})
        properties.setdefault("start", "2026-10-01T09:00:00")
        answer = self.call("CalendarEvent/set", create={"new": properties})
        return (answer["created"] or answer["notCreated"])["new"]

    def put(self, **properties: Any) -> str:
        """The id of a new event."""
        made = self.create(**properties)
        assert "id" in made, made
        return str(made["id"])

    def event(self, record: str, *properties: str, **more: Any) -> dict[str, Any]:
        """An event with some of its properties, or with what get gives."""
        names = list(properties) or None
        (found,) = self.call("CalendarEvent/get", ids=[record], properties=names, **more)["list"]
        return dict(found)

    def exists(self, record: str) -> bool:
        return bool(self.call("CalendarEvent/get", ids=[record])["list"])

    def change(self, record: str, patch: Mapping[str, Any], **arguments: Any) -> Any:
        """The outcome of an update: what the server changed beside it, or the SetError."""
        answer = self.call("CalendarEvent/set", update={record: patch}, **arguments)
        return (answer["updated"] or answer["notUpdated"])[record]

    def destroy(self, record: str) -> Any:
        """None, or the SetError."""
        return (self.call("CalendarEvent/set", destroy=[record])["notDestroyed"] or {}).get(record)

    def find(self, filter_: Mapping[str, Any] | None = None, **arguments: Any) -> list[str]:
        """The ids that a query finds."""
        found = self.call("CalendarEvent/query", filter=filter_, **arguments)
        return list(found["ids"])

    def expand(self, after: str, before: str, **more: Any) -> list[str]:
        """The starts of the instances in a window, in order."""
        arguments = {name: more.pop(name) for name in ("timeZone", "sort") if name in more}
        ids = self.find({"after": after, "before": before, **more}, expandRecurrences=True, **arguments)
        got = self.call("CalendarEvent/get", ids=ids, properties=["start"])
        assert not got["notFound"]
        return [event["start"] for event in got["list"]]
