"""An event with people, as tests of invitations need it, and short ways to say who they are."""

from collections.abc import Collection
from typing import Any

ANN = "mailto:ann@example.com"
BOB = "mailto:bob@example.com"
CY = "mailto:cy@example.net"
NOW = "2026-09-21T14:13:20Z"
LATER = "2026-09-22T08:00:00Z"


def person(address: str, *roles: str, status: str = "needs-action", **more: Any) -> dict[str, Any]:
    return {
        "@type": "Participant",
        "calendarAddress": address,
        "roles": dict.fromkeys(roles or ("attendee",), True),
        "participationStatus": status,
        **more,
    }


def event(**properties: Any) -> Any:
    """Ann's, weekly on Thursdays, five times, with Bob and Cy."""
    return {
        "@type": "Event",
        "version": "2.0",
        "uid": "party@example.com",
        "title": "Party",
        "start": "2026-10-01T09:00:00",
        "timeZone": "Europe/Vienna",
        "duration": "PT1H",
        "recurrenceRule": {"@type": "RecurrenceRule", "frequency": "weekly", "count": 5},
        "organizerCalendarAddress": ANN,
        "participants": {
            "ann": person(ANN, "owner", "attendee", status="accepted"),
            "bob": person(BOB),
            "cy": person(CY),
        },
        "sequence": 1,
        "updated": NOW,
        "calendarIds": {"K1": True},
        "isDraft": False,
        **properties,
    }


class Own:
    """Some addresses as those of an account."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    def __call__(self, address: str, /) -> bool:
        return address in self._addresses

    def among(self, addresses: Collection[str]) -> str | None:
        return next((address for address in self._addresses if address in addresses), None)
