"""Connections kept open, begun and never finished, or never read: bounded for one user, harmless for all others."""

import socket
from contextlib import ExitStack

import orjson
import pytest

from tests.attacks.stream import listening
from tests.attacks.wire import connected, one_answer, until_end
from tests.client import CORE, Client
from tests.conftest import NewUser
from tests.server import Server

STREAMS = 16


def begun(stack: ExitStack, user: Client, path: str, length: int) -> socket.socket:
    """A request whose body is announced and does not come."""
    opened = stack.enter_context(connected(user.url))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {user.credentials['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )
    opened.sendall(head.encode())
    return opened


def awaits_body(opened: socket.socket) -> bool:
    """Whether the server took the request up: it asks for the body."""
    return opened.recv(4_096).startswith(b"HTTP/1.1 100")


def test_streams_beyond_the_limit_are_refused_until_one_ends(new_user: NewUser) -> None:
    user, other = new_user(), new_user()
    with ExitStack() as stack:
        streams = [stack.enter_context(listening(user)) for _ in range(STREAMS)]
        assert {stream.status for stream in streams} == {200}
        with listening(user) as refused:
            assert refused.status == 429
        with listening(other) as accepted:
            assert accepted.status == 200
        streams[0].socket.shutdown(socket.SHUT_RDWR)
        statuses: list[int] = []
        while 200 not in statuses and len(statuses) < 500:
            with listening(user) as again:
                statuses.append(again.status)
        assert statuses[-1] == 200


@pytest.mark.parametrize(
    "query",
    [
        "types=*&closeafter=no&ping=-1",
        "types=*&closeafter=never&ping=0",
        "types=*&closeafter=no&ping=abc",
        "types=*&closeafter=no&ping=99999999999999999999",
        "types=" + "Email," * 4_000 + "&closeafter=no&ping=0",
        "types=&closeafter=no&ping=0",
        "types=%00&closeafter=no&ping=0",
        "types=*&types=Email&closeafter=no&ping=0",
        "",
    ],
)
def test_a_strange_query_is_refused_or_made_harmless(new_user: NewUser, query: str) -> None:
    with listening(new_user(), query) as stream:
        assert stream.status in (200, 400, 414, 431)


@pytest.mark.parametrize("last", ["-1", "abc", "9" * 15, "9" * 300, "1 OR 1=1", "\u00a0"])
def test_a_strange_place_to_resume_from_is_taken_for_none(new_user: NewUser, last: str) -> None:
    user = new_user()
    with listening(user, "types=*&closeafter=state&ping=0", last) as stream:
        assert stream.status == 200
        user.new_mailbox("news")
        names = [event.name for event in stream.events]
        assert names == ["state"]


def test_a_storm_of_changes_reaches_a_slow_reader_as_a_few_events_with_the_last_state(new_user: NewUser) -> None:
    user = new_user()
    with listening(user) as stream:
        for number in range(300):
            user.call("Mailbox/set", {"create": {"a": {"name": f"box {number}"}}})
        state = user.call("Mailbox/get", {"ids": []})["state"]
        seen = []
        for event in stream.events:
            seen.append(event.data["changed"][user.account].get("Mailbox"))
            if seen[-1] == state:
                break
        assert seen[-1] == state
        assert seen == sorted(seen, key=int)


def test_more_requests_at_a_time_than_the_limit_are_refused(new_user: NewUser) -> None:
    user, other = new_user(), new_user()
    most = user.session["capabilities"][CORE]["maxConcurrentRequests"]
    body = orjson.dumps({"using": [CORE], "methodCalls": []})
    with ExitStack() as stack:
        waiting = [begun(stack, user, "/jmap", len(body)) for _ in range(most)]
        assert all(map(awaits_body, waiting))
        refused = user.post(body)
        assert (refused.status, refused.problem, refused.json()["limit"]) == (429, "limit", "maxConcurrentRequests")
        assert other.post(body).status == 200
        for opened in waiting:
            opened.sendall(body)
            assert one_answer(opened).status == 200
    assert user.post(body).status == 200


def test_more_uploads_at_a_time_than_the_limit_are_refused(new_user: NewUser) -> None:
    user, other = new_user(), new_user()
    most = user.session["capabilities"][CORE]["maxConcurrentUpload"]
    with ExitStack() as stack:
        waiting = [begun(stack, user, user.upload_path(user.account), 4) for _ in range(most)]
        assert all(map(awaits_body, waiting))
        refused = user.send("POST", user.upload_path(user.account), b"more")
        assert (refused.status, refused.problem, refused.json()["limit"]) == (429, "limit", "maxConcurrentUpload")
        other.upload(b"mine")
        for opened in waiting:
            opened.sendall(b"full")
            assert one_answer(opened).status == 201
    user.upload(b"more")


def test_requests_that_were_abandoned_give_their_places_back(new_user: NewUser) -> None:
    user = new_user()
    most = user.session["capabilities"][CORE]["maxConcurrentRequests"]
    for _ in range(3):
        with ExitStack() as stack:
            waiting = [begun(stack, user, "/jmap", 1_000) for _ in range(most)]
            assert all(map(awaits_body, waiting))
        statuses: list[int] = []
        while 200 not in statuses and len(statuses) < 500:
            statuses.append(user.post(b'{"using":[],"methodCalls":[]}').status)
        assert statuses[-1] == 200


def test_half_sent_heads_hold_up_nobody_and_are_ended(server: Server, ann: Client) -> None:
    with ExitStack() as stack:
        halves = [stack.enter_context(connected(server.url)) for _ in range(200)]
        for opened in halves:
            opened.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert ann.post(b'{"using":[],"methodCalls":[]}').status == 200
        assert until_end(halves[0]).status in (0, 408)


def test_readers_that_never_read_hold_up_nobody(ann: Client) -> None:
    blob = ann.upload(b"x" * 20_000_000)
    with ExitStack() as stack:
        for _ in range(20):
            opened = stack.enter_context(connected(ann.url))
            path = ann.download_path(blob, ann.account).removeprefix(ann.url)
            opened.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: {ann.credentials['Authorization']}\r\n\r\n".encode()
            )
        assert len(ann.download(blob).body) == 20_000_000
        assert ann.call("Mailbox/get")["list"]


def test_hundreds_of_idle_connections_hold_up_nobody(server: Server, ann: Client) -> None:
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(connected(server.url))
        assert ann.call("Mailbox/get")["list"]
