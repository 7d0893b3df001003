"""A session of the sample web client of December 2016, call by call as it sent them, against a running server.

It matches answers to its queries by what they echo, and loops when states disagree; both are looked at after each step.
"""

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from tests.client import Client, good
from tests.conftest import NewUser
from tests.server import Server
from tests.wire.mailbox import begin

LIST = [
    *("threadId", "mailboxIds", "isUnread", "isFlagged", "isAnswered", "isDraft", "hasAttachment"),
    *("from", "to", "subject", "date", "size", "preview"),
]
BODY = [
    *("blobId", "inReplyToMessageId", "headers.list-id", "headers.list-post", "sender", "cc", "bcc", "replyTo"),
    *("body", "attachments", "attachedMessages", "attachedInvites"),
]
COUNTS = ["totalMessages", "unreadMessages", "totalThreads", "unreadThreads"]


class SampleClient:
    """Numbers its calls by their index, as its library does, and asks by token."""

    def __init__(self, user: Client) -> None:
        self._user = user
        first = self._post("/jmap/auth/", {"username": user.name}, 200)
        second = {"loginId": first["loginId"], "type": "password", "value": user.password}
        self.places = self._post("/jmap/auth/", second, 201)
        self.headers = {"Authorization": f"Bearer {self.places['accessToken']}"}

    def _post(self, path: str, value: Any, status: int) -> Any:
        headers = {"Content-Type": "application/json"}
        return good(self._user.send("POST", path, orjson.dumps(value), headers, signed=False), status).json()

    def send(self, *calls: tuple[str, Any]) -> list[tuple[str, Any]]:
        body = orjson.dumps([[name, given, str(index)] for index, (name, given) in enumerate(calls)])
        headers = {**self.headers, "Content-Type": "application/json"}
        answer = good(self._user.send("POST", self.places["apiUrl"], body, headers, signed=False), 200)
        return [(name, given) for name, given, _ in answer.json()]


class Stream:
    """The event source of the browser, which cannot set headers."""

    def __init__(self, client: SampleClient) -> None:
        url = urlsplit(client.places["eventSourceUrl"])
        self._connection = http.client.HTTPConnection(url.hostname or "", url.port or 0, timeout=30)
        self._connection.request("GET", f"{url.path}?access_token={client.places['accessToken']}")
        self._response = self._connection.getresponse()
        assert self._response.status == 200

    def changed(self, account: str) -> dict[str, str]:
        """The states of the next event."""
        while line := self._response.readline().decode():
            if line.startswith("data: ") and "changed" in line:
                states: dict[str, str] = json.loads(line[6:])["changed"][account]
                return states
        raise AssertionError("the stream has ended")

    def close(self) -> None:
        self._response.close()
        self._connection.close()


@pytest.fixture
def client(server: Server, new_user: NewUser) -> SampleClient:
    return SampleClient(begin(server, new_user)[0])


def test_a_session_of_the_sample_client(client: SampleClient) -> None:
    account = next(name for name, shown in client.places["accounts"].items() if shown["isPrimary"])
    with closing(Stream(client)) as stream:
        known = stream.changed(account)

        # Start: the mailboxes, then the first window of the inbox with threads and messages.
        ((_, mailboxes),) = client.send(("getMailboxes", {"ids": None, "properties": None}))
        boxes = {box["role"]: box["id"] for box in mailboxes["list"]}
        assert {"inbox", "archive", "trash", "spam", "drafts", "sent", "outbox"} <= boxes.keys()
        assert mailboxes["state"] == known["Mailbox"]
        query = {"filter": {"inMailboxes": [boxes["inbox"]]}, "sort": ["date desc"], "collapseThreads": True}
        fetch = {"fetchThreads": True, "fetchMessages": True, "fetchSearchSnippets": False}
        window = {**query, "position": 0, "limit": 30, **fetch, "fetchMessageProperties": LIST}
        listed, threads, messages = client.send(("getMessageList", window))
        assert [listed[0], threads[0], messages[0]] == ["messageList", "threads", "messages"]
        assert {name: listed[1][name] for name in query} == query
        assert len(listed[1]["messageIds"]) == len(listed[1]["threadIds"]) == listed[1]["total"] == 3
        assert all(shown.keys() == {"id", *LIST} for shown in messages[1]["list"])
        assert messages[1]["notFound"] is None
        assert messages[1]["state"] == known["Message"]

        # Scrolling, by position and by an item that is known.
        anchor = {**query, "anchor": listed[1]["messageIds"][1], "anchorOffset": 1, "limit": 5}
        ((_, found),) = client.send(("getMessageList", anchor))
        assert (found["position"], found["messageIds"]) == (0, listed[1]["messageIds"])

        # Open the thread of the oldest, and its body.
        lunch, thread = listed[1]["messageIds"][-1], listed[1]["threadIds"][-1]
        given = {"ids": [thread], "fetchMessages": True, "fetchMessageProperties": LIST}
        (_, opened), (_, inside) = client.send(("getThreads", given))
        assert opened["list"][0]["messageIds"] == [shown["id"] for shown in inside["list"]]
        ((_, bodies),) = client.send(("getMessages", {"ids": [lunch], "properties": BODY}))
        assert bodies["list"][0]["textBody"].startswith("Shall we meet")
        assert "date" not in bodies["list"][0]  # it takes that as a sign of a whole record

        # Read, flagged, archived, with what it does not use sent empty.
        report = listed[1]["messageIds"][1]
        update = {lunch: {"isUnread": False}, report: {"isFlagged": False, "mailboxIds": [boxes["archive"]]}}
        set_, counts = client.send(
            ("setMessages", {"create": {}, "update": update, "destroy": []}),
            ("getMailboxes", {"ids": [boxes["inbox"], boxes["archive"]], "properties": COUNTS}),
        )
        assert set_[1]["updated"] == {lunch: None, report: None}
        assert {shown["id"]: shown["totalMessages"] for shown in counts[1]["list"]} == {
            boxes["inbox"]: 2,
            boxes["archive"]: 1,
        }

        # Spam: reported, then moved.
        spam = {"update": {report: {"mailboxIds": [boxes["spam"]]}}}
        reported, moved = client.send(
            ("reportMessages", {"messageIds": [report], "asSpam": True}), ("setMessages", spam)
        )
        assert reported[1]["reported"] == [report]
        assert moved[1]["notUpdated"] == {}

        # A push tells; every type is brought up to date from the state that it is known in.
        told: dict[str, str] = {}
        while told.get("Message") != moved[1]["newState"]:
            told |= stream.changed(account)
        upto = {"sinceState": listed[1]["state"], "uptoMessageId": lunch, "maxChanges": 250}
        updates = client.send(
            ("getMailboxUpdates", _since(known["Mailbox"], None, fetchRecordProperties=None)),
            ("getMessageUpdates", _since(known["Message"], 50)),
            ("getThreadUpdates", _since(known["Thread"], 30)),
            ("getMessageListUpdates", {**query, **upto}),
        )
        by_name = dict(updates)
        assert by_name["mailboxUpdates"]["newState"] == told["Mailbox"]
        assert by_name["mailboxUpdates"]["onlyCountsChanged"] is True
        assert by_name["messageUpdates"]["newState"] == told["Message"]
        assert report in [each["messageId"] for each in by_name["messageListUpdates"]["removed"]]
        assert by_name["messageListUpdates"]["total"] == 2
        again = client.send(("getMessageUpdates", _since(told["Message"], 50)))
        assert [name for name, _ in again] == ["messageUpdates"]  # nothing to fetch again

        # Search, with the words where they stand.
        search: dict[str, Any] = {"filter": {"inMailboxes": [boxes["inbox"]], "text": "Zürich"}, "sort": ["date desc"]}
        found_, snippets = client.send(
            ("getMessageList", {**search, "collapseThreads": True, "fetchSearchSnippets": True})
        )
        assert found_[1]["messageIds"] == [lunch]
        assert "<mark>" in snippets[1]["list"][0]["preview"]

        # The agenda.
        window = {"after": "2026-01-01T00:00:00Z", "before": "2027-01-01T00:00:00Z"}
        calendars, agenda = client.send(
            ("getCalendars", {}), ("getCalendarEventList", {"filter": window, "fetchCalendarEvents": True})
        )
        assert calendars[1]["list"][0]["mayReadItems"] is True
        assert agenda[1]["calendarEventIds"] == []


def _since(state: str, most: int | None, **more: Any) -> dict[str, Any]:
    return {"sinceState": state, "maxChanges": most, "fetchRecords": True, **more}
