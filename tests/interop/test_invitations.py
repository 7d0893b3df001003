"""Two servers joined by mail: one user on each invites, accepts, moves an occurrence, cancels, and both agree.

Between them stands what a mail transfer agent does: it takes mail by SMTP, notes whom it has verified, and hands it
over by LMTP.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client
from tests.lmtp import Lmtp
from tests.relay import Relay, Taken
from tests.server import Server, faultless
from tests.waiting import eventually

SECOND = "2026-10-08T09:00:00"
THIRD = "2026-10-15T09:00:00"
WINDOW = {"after": "2026-09-01T00:00:00", "before": "2026-12-01T00:00:00"}


@dataclass
class Bridge(Relay):
    """The way from one server to another; it verifies senders unless it is told not to."""

    there: Path | None = None
    name: str = ""
    verifies: bool = True

    def add(self, taken: Taken) -> None:
        domain = taken.sender.rpartition("@")[2]
        said = f"Authentication-Results: mx.{self.name}; dmarc=pass header.from={domain}\r\n" if self.verifies else ""
        assert self.there is not None
        with Lmtp(self.there) as lmtp:
            replies = lmtp.deliver(taken.sender, taken.recipients, said.encode() + taken.content)
        assert all(code == 250 for code, _ in replies), replies
        super().add(taken)


@dataclass
class Party:
    """One user, and the bridge that carries mail away from the user's server."""

    user: Client
    bridge: Bridge

    @property
    def address(self) -> str:
        return f"mailto:{self.user.name}"

    def set(self, **arguments: Any) -> Any:
        answer = self.user.call("CalendarEvent/set", {"sendSchedulingMessages": True, **arguments})
        assert not any(answer[name] for name in ("notCreated", "notUpdated", "notDestroyed")), answer
        return answer

    def events(self) -> list[dict[str, Any]]:
        return list(self.user.call("CalendarEvent/get", {"ids": None})["list"])

    def event(self) -> dict[str, Any]:
        """The only one."""
        (event,) = self.events()
        return event

    def instances(self) -> dict[str, str]:
        """Ids by recurrence id."""
        found = self.user.call("CalendarEvent/query", {"filter": WINDOW, "expandRecurrences": True})["ids"]
        shown = self.user.call("CalendarEvent/get", {"ids": found, "properties": ["recurrenceId"]})["list"]
        return {each["recurrenceId"]: each["id"] for each in shown}

    def starts(self) -> list[str]:
        found = self.user.call("CalendarEvent/query", {"filter": WINDOW, "expandRecurrences": True})["ids"]
        return [
            each["start"]
            for each in self.user.call("CalendarEvent/get", {"ids": found, "properties": ["start"]})["list"]
        ]

    def status(self, address: str, at: str | None = None) -> Any:
        """How a participant answered, to all or to one occurrence."""
        event = self.event()
        if at is not None:
            (event,) = self.user.call("CalendarEvent/get", {"ids": [self.instances()[at]]})["list"]
        people = event["participants"].values()
        return next(
            each.get("participationStatus", "needs-action") for each in people if each["calendarAddress"] == address
        )

    def answer(self, record: str, status: str) -> None:
        event = self.event()
        key = next(key for key, each in event["participants"].items() if each["calendarAddress"] == self.address)
        self.set(update={record: {f"participants/{key}/participationStatus": status}})


@pytest.fixture
def parties(tmp_path: Path) -> Iterator[tuple[Party, Party]]:
    """Ann at one.example and Bob at two.example."""
    with ExitStack() as stack:
        names = ("one.example", "two.example")
        places = [tmp_path / f"{name[:3]}.sock" for name in names]
        bridges = [
            stack.enter_context(Bridge(there=there, name=name)) for name, there in zip(names, places, strict=True)
        ]
        made = []
        for name, place, out, who in zip(names, places, reversed(bridges), ("ann", "bob"), strict=True):
            settings = {
                "ANGARIUM_MAIL__DOMAINS": f'["{name}"]',
                "ANGARIUM_SCHEDULE__TRUSTED_AUTHSERV_IDS": f'["mx.{name}"]',
                "ANGARIUM_LMTP__LISTEN": f"unix:{place}",
                **out.settings(),
            }
            server = stack.enter_context(faultless(Server(tmp_path / name, settings)))
            made.append(Party(server.add_user(f"{who}@{name}"), out))
        yield made[0], made[1]


def invite(ann: Party, bob: Party) -> str:
    (calendar,) = ann.user.call("Calendar/get", {"ids": None})["list"]
    people = {
        "a": {"calendarAddress": ann.address, "roles": {"owner": True}, "participationStatus": "accepted"},
        "b": {"calendarAddress": bob.address, "roles": {"attendee": True}, "expectReply": True},
    }
    event = {
        "calendarIds": {calendar["id"]: True},
        "title": "Party – Fête",
        "start": "2026-10-01T09:00:00",
        "timeZone": "Europe/Vienna",
        "duration": "PT1H",
        "recurrenceRule": {"frequency": "weekly", "count": 5},
        "locations": {"x": {"name": "Hall"}},
        "links": {"m": {"blobId": ann.user.upload(b"cake"), "contentType": "text/plain", "rel": "enclosure"}},
        "participants": people,
    }
    return str(ann.set(create={"new": event})["created"]["new"]["id"])


def test_both_servers_agree_from_the_invitation_to_the_cancellation(parties: tuple[Party, Party]) -> None:
    ann, bob = parties
    record = invite(ann, bob)
    eventually(lambda: len(bob.events()) == 1)
    theirs = bob.event()
    assert (theirs["title"], theirs["isOrigin"]) == ("Party – Fête", False)
    assert theirs["locations"]["x"]["name"] == "Hall"
    assert next(iter(theirs["links"].values()))["href"].startswith("data:text/plain;base64,")
    assert ann.starts() == bob.starts()
    assert ann.status(bob.address, SECOND) == bob.status(bob.address) == "needs-action"

    bob.answer(theirs["id"], "accepted")
    eventually(lambda: ann.status(bob.address) == "accepted")
    assert bob.status(bob.address) == "accepted"

    ann.set(update={ann.instances()[SECOND]: {"start": "2026-10-08T15:00:00"}})
    eventually(lambda: "2026-10-08T15:00:00" in bob.starts())
    assert ann.starts() == bob.starts()
    assert ann.status(bob.address, SECOND) == bob.status(bob.address, SECOND) == "accepted"

    bob.answer(bob.instances()[THIRD], "declined")
    eventually(lambda: ann.status(bob.address, THIRD) == "declined")
    assert bob.status(bob.address, THIRD) == "declined"
    assert ann.status(bob.address) == bob.status(bob.address) == "accepted"

    ann.set(destroy=[ann.instances()["2026-10-22T09:00:00"]])
    eventually(lambda: ann.starts() == bob.starts())
    assert len(bob.starts()) == 4

    ann.set(update={record: {"title": "Feast"}})
    eventually(lambda: bob.event()["title"] == "Feast")
    assert ann.starts() == bob.starts()
    assert ann.status(bob.address, THIRD) == bob.status(bob.address, THIRD) == "declined"

    ann.set(destroy=[record])
    eventually(lambda: bob.event().get("status") == "cancelled")
    assert ann.events() == []
    assert len(ann.bridge.taken) == 5
    assert len(bob.bridge.taken) == 2


def test_an_answer_that_nobody_vouches_for_only_tells(parties: tuple[Party, Party]) -> None:
    ann, bob = parties
    bob.bridge.verifies = ann.bridge.verifies = False
    invite(ann, bob)
    eventually(lambda: len(bob.events()) == 1)
    bob.answer(bob.event()["id"], "accepted")
    eventually(lambda: bool(ann.user.call("CalendarEventNotification/get", {"ids": None})["list"]))
    assert ann.status(bob.address) == "needs-action"
