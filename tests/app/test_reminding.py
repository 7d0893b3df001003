"""Alerts of the real server: by event source, WebSocket and mail, also those that were due while it was down."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.app.test_queueing import inbox
from tests.client import Client
from tests.server import Server, faultless
from tests.waiting import eventually

Stream = http.client.HTTPResponse


def soon(seconds: float) -> str:
    """The LocalDateTime in UTC of a full second that is at least so far ahead."""
    return (datetime.now(UTC) + timedelta(seconds=seconds + 1)).strftime("%Y-%m-%dT%H:%M:%S")


def put(user: Client, start: str, **more: Any) -> str:
    """An event that alerts at its start; its id."""
    (calendar,) = (one["id"] for one in user.call("Calendar/get", {"ids": None})["list"] if one["isDefault"])
    trigger = {"@type": "OffsetTrigger", "offset": "PT0S"}
    event = {
        "calendarIds": {calendar: True},
        "title": "Rehearsal",
        "start": start,
        "timeZone": "Etc/UTC",
        "alerts": {"a": {"trigger": trigger, **more}},
    }
    return str(user.call("CalendarEvent/set", {"create": {"e": event}})["created"]["e"]["id"])


@contextmanager
def listening(server: Server, user: Client, types: str = "CalendarAlert", since: str = "") -> Iterator[Stream]:
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    headers = {**user.credentials, **({"Last-Event-ID": since} if since else {})}
    connection.request("GET", f"/jmap/eventsource/?types={types}&closeafter=no&ping=0", headers=headers)
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def hear(stream: Stream) -> dict[str, str]:
    """The next event."""
    found: dict[str, str] = {}
    while line := stream.readline().decode().rstrip("\n"):
        name, _, value = line.partition(": ")
        found[name] = value
    return found


def test_an_alert_reaches_those_who_listen_and_the_user_by_mail(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann")
        with listening(server, ann) as stream:
            assert list(hear(stream)) == ["id"]
            event = put(ann, soon(0.5), action="email")
            told = hear(stream)
            assert told["event"] == "calendarAlert"
            alert = json.loads(told["data"])
            assert (alert["calendarEventId"], alert["alertId"]) == (event, "a")
        (letter,) = eventually(lambda: inbox(ann))
        assert letter["subject"] == "Reminder: Rehearsal"


def test_what_was_due_while_the_server_was_down_is_caught_up_once(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann")
        with listening(server, ann) as stream:
            last = hear(stream)["id"]
        event = put(ann, soon(3))
        server.stop()  # which may take a moment
        time.sleep(4)
        server.start()
        ann = server.client("ann")
        with listening(server, ann, since=last) as stream:
            told = hear(stream)
            while "data" not in told:
                told = hear(stream)
            assert json.loads(told["data"])["calendarEventId"] == event
        server.stop()
        server.start()
        ann = server.client("ann")
        with listening(server, ann) as stream:
            hear(stream)
            again = put(ann, soon(1))
            assert json.loads(hear(stream)["data"])["calendarEventId"] == again


def test_a_worker_tells_of_alerts_too(folder: Path) -> None:
    with faultless(Server(folder, arguments=("--workers", "2"))) as server:
        ann = server.add_user("ann")
        put(ann, soon(3))
        for _ in range(4):  # whichever process answers
            with listening(server, ann, since="0") as stream:
                told = hear(stream)
                while told.get("event") != "calendarAlert":
                    told = hear(stream)
