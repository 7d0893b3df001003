import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from angarium.datatypes import principals
from angarium.datatypes.calendars import reminders
from angarium.datatypes.principals import User
from angarium.protocols.http.reading import Reading
from angarium.store.contract import Snapshot
from tests.protocols.conftest import ORIGIN
from tests.protocols.served import ECHO, MAIL, Served, Talk, events, serving, talking

ENABLE = {"@type": "WebSocketPushEnable", "dataTypes": None}
DISABLE = {"@type": "WebSocketPushDisable"}


def refused(served: Served, **more: Any) -> int:
    with pytest.raises(InvalidStatus) as error, talking(served, **more):
        pass
    return error.value.response.status_code


def enabled(talk: Talk, **more: Any) -> None:
    """Ask for news, and wait until that was heard."""
    talk.say({**ENABLE, **more})
    assert talk.ask([], id="after")["requestId"] == "after"


def make_mailbox(served: Served, user: User, name: str) -> str:
    """The state after it."""
    served.mailbox(user, name)
    found: str = served.call("Mailbox/get", {"accountId": served.account(user), "ids": []}, user=user.name)["state"]
    return found


# Handshake


def test_the_session_tells_where_and_that_news_is_pushed(served: Served, ann: User) -> None:
    told = served.request("GET", "/.well-known/jmap").json["capabilities"]["urn:ietf:params:jmap:websocket"]
    assert told == {"url": f"ws://127.0.0.1:{served.port}/jmap/ws", "supportsPush": True}


def test_the_address_follows_the_public_url(tmp_path: Path) -> None:
    with serving(tmp_path, server={"public_url": "https://mail.example.com/x"}) as own:
        own.user("ann")
        told = own.request("GET", "/jmap").json["capabilities"]["urn:ietf:params:jmap:websocket"]
        assert told["url"] == "wss://mail.example.com/x/jmap/ws"


def test_the_subprotocol_is_agreed_on(served: Served, ann: User) -> None:
    with talking(served) as talk:
        assert talk.socket.subprotocol == "jmap"


@pytest.mark.parametrize("offer", [["soap"], []])
def test_another_subprotocol_is_refused(served: Served, ann: User, offer: list[str]) -> None:
    more = "".join(f"Sec-WebSocket-Protocol: {name}\r\n" for name in offer)
    answer = served.raw(_upgrade(served, more + "Connection: close\r\n"))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


def test_a_wrong_password_is_refused(served: Served, ann: User) -> None:
    assert refused(served, password="other") == 401


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", ORIGIN + ".evil.example", ORIGIN + ":8443"])
def test_pages_of_other_origins_are_refused(served: Served, ann: User, origin: str) -> None:
    assert refused(served, origin=origin) == 403


def test_pages_of_configured_origins_and_of_our_own_are_let_in(served: Served, ann: User) -> None:
    for origin in (ORIGIN, f"http://127.0.0.1:{served.port}"):
        with talking(served, origin=origin) as talk:
            assert talk.ask([])["@type"] == "Response"


def test_a_get_that_asks_for_no_change_is_told_to(served: Served, ann: User) -> None:
    answer = served.request("GET", "/jmap/ws/")
    assert (answer.status, answer.headers["upgrade"]) == (426, "websocket")


@pytest.mark.parametrize(
    "change",
    ["Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: short", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="],
)
def test_a_handshake_that_is_wrong_is_refused_in_http_and_the_connection_goes_on(
    served: Served, ann: User, change: str
) -> None:
    name = change.split(":")[0]
    head = _upgrade(served, f"Sec-WebSocket-Protocol: jmap\r\n{change}\r\n", without=name if "12" in change else "")
    if "short" in change:
        head = head.replace(b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", b"")
    answer = served.raw(head + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"HTTP/1.1 200 " in answer


def _upgrade(served: Served, more: str, without: str = "-") -> bytes:
    lines = [
        "GET /jmap/ws/ HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Authorization: {_credentials()}",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    connection = "Connection: Upgrade, close" if "Connection: close" in more else "Connection: Upgrade"
    kept = [line for line in lines if not (without and line.startswith(without + ":"))]
    return ("\r\n".join([*kept, connection]) + "\r\n" + more.replace("Connection: close\r\n", "") + "\r\n").encode()


def _credentials() -> str:
    from tests.protocols.served import basic

    return basic("ann", "secret")


# Requests


def test_a_request_is_answered_with_its_id(served: Served, ann: User) -> None:
    with talking(served) as talk:
        answer = talk.ask([["Core/echo", {"hello": True}, "c"]], id="R1")
        state = served.request("GET", "/jmap").json["state"]
        assert answer == {
            "@type": "Response",
            "requestId": "R1",
            "methodResponses": [["Core/echo", {"hello": True}, "c"]],
            "sessionState": state,
        }


def test_a_request_without_an_id_gets_none(served: Served, ann: User) -> None:
    with talking(served) as talk:
        assert "requestId" not in talk.ask([])


def test_reads_and_writes_are_answered_as_by_post(served: Served, ann: User) -> None:
    account = served.account(ann)
    with talking(served) as talk:
        made = talk.ask([["Mailbox/set", {"accountId": account, "create": {"a": {"name": "by socket"}}}, "c"]], id="w")
        identifier = made["methodResponses"][0][1]["created"]["a"]["id"]
        arguments = {"accountId": account, "ids": [identifier], "properties": ["name"]}
        read = talk.ask([["Mailbox/get", arguments, "c"]], id="r")
        assert read["methodResponses"][0][1]["list"] == [{"id": identifier, "name": "by socket"}]
        assert read["methodResponses"][0][1] == served.call("Mailbox/get", arguments)


def test_a_long_request_is_answered(served: Served, ann: User) -> None:
    with talking(served) as talk:
        text = "x" * 300_000
        assert talk.ask([["Core/echo", {"text": text}, "c"]], id="L")["methodResponses"][0][1]["text"] == text


def test_a_fragmented_request_is_put_together(served: Served, ann: User) -> None:
    with talking(served) as talk:
        text = json.dumps({"@type": "Request", "id": "F", **ECHO, "more": "ä" * 1000})
        talk.socket.send([text[start : start + 7] for start in range(0, len(text), 7)])
        assert talk.hear()["requestId"] == "F"


@pytest.mark.parametrize(
    ("message", "kind", "identifier"),
    [
        ("The quick brown fox jumps over the lazy dog.", "notJSON", None),
        ('{"@type":"Request","@type":"Request"}', "notJSON", None),
        ("[" * 100, "notJSON", None),
        ("[]", "notRequest", None),
        ({"id": "1", **ECHO}, "notRequest", "1"),
        ({"@type": "Response", "id": "2"}, "notRequest", "2"),
        ({"@type": "Request", "id": 7, **ECHO}, "notRequest", None),
        ({"@type": "Request", "id": "3", "using": []}, "notRequest", "3"),
        ({"@type": "Request", "id": "4", "using": ["urn:x"], "methodCalls": []}, "unknownCapability", "4"),
        ({"@type": "Request", "id": "5", "using": [], "methodCalls": [["a", {}, "c"]] * 33}, "limit", "5"),
        ({"@type": "WebSocketPushEnable", "dataTypes": "Email"}, "notRequest", None),
        ({"@type": "WebSocketPushEnable", "dataTypes": [1]}, "notRequest", None),
        ({"@type": "WebSocketPushEnable", "dataTypes": None, "pushState": 1}, "notRequest", None),
    ],
)
def test_what_is_no_request_gets_its_error_and_the_conversation_goes_on(
    served: Served, ann: User, message: Any, kind: str, identifier: str | None
) -> None:
    with talking(served) as talk:
        talk.say(message)
        answer = talk.hear()
        assert (answer["@type"], answer["requestId"]) == ("RequestError", identifier)
        assert (answer["type"], answer["status"]) == (f"urn:ietf:params:jmap:error:{kind}", 400)
        assert answer["detail"]
        assert talk.ask([], id="on")["requestId"] == "on"


def test_requests_count_with_those_of_the_api(tmp_path: Path) -> None:
    with serving(tmp_path, limits={"max_concurrent_requests": 1}) as own:
        user = own.user("ann")
        arguments = {"accountId": own.account(user), "create": {"a": {"name": "first"}}}
        with talking(own) as talk:
            for number in range(4):
                talk.say({"@type": "Request", "id": str(number), "using": MAIL, "methodCalls": [_set(arguments)]})
            answers = [talk.hear() for _ in range(4)]
            refusals = [answer for answer in answers if answer["@type"] == "RequestError"]
            assert {(answer["limit"], answer["status"]) for answer in refusals} <= {("maxConcurrentRequests", 429)}
            assert refusals
            assert any(answer["@type"] == "Response" for answer in answers)


def _set(arguments: Any) -> list[Any]:
    return ["Mailbox/set", arguments, "c"]


def test_a_store_that_cannot_write_is_unavailable(served: Served, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from angarium.protocols.jmap.writing import LocalWriting
    from angarium.store.contract import NotDurable

    async def run(*_: Any) -> bytes:
        raise NotDurable("the disk is full")

    with talking(served) as talk:
        monkeypatch.setattr(LocalWriting, "run", run)
        answer = talk.ask([_set({"accountId": served.account(ann)})], id="W")
        assert (answer["@type"], answer["requestId"], answer["status"]) == ("RequestError", "W", 503)


# News


def test_a_change_is_told_with_a_push_state(served: Served, ann: User) -> None:
    with talking(served) as talk:
        enabled(talk)
        state = make_mailbox(served, ann, "told by socket")
        event = talk.hear()
        assert event.pop("pushState").isdigit()
        assert event == {"@type": "StateChange", "changed": {served.account(ann): {"Mailbox": state}}}


def test_news_counts_from_the_message_that_asked_for_it_however_busy_the_server_is(
    served: Served, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(reading: Reading, job: Callable[[Snapshot], Any]) -> Any:
        await asyncio.sleep(0.3)
        return reading.glance(job)

    with talking(served) as talk:
        monkeypatch.setattr(Reading, "__call__", late)
        enabled(talk)
        state = make_mailbox(served, ann, "while it was busy")
        assert talk.hear()["changed"] == {served.account(ann): {"Mailbox": state}}


def test_nothing_is_told_before_it_was_asked_for_and_after_it_was_given_up(served: Served, ann: User) -> None:
    with talking(served) as talk:
        make_mailbox(served, ann, "not asked for")
        enabled(talk)
        talk.say(DISABLE)
        assert talk.ask([], id="off")["requestId"] == "off"
        make_mailbox(served, ann, "given up")
        with pytest.raises(TimeoutError):
            talk.hear(0.3)


def test_only_the_types_asked_for_are_told(served: Served, ann: User) -> None:
    with talking(served) as talk:
        enabled(talk, dataTypes=["Email", "Thread"])
        make_mailbox(served, ann, "unheard by socket")
        with pytest.raises(TimeoutError):
            talk.hear(0.3)


def test_what_was_missed_since_a_push_state_is_told_at_once_and_once(served: Served, ann: User) -> None:
    with talking(served) as talk:
        enabled(talk)
        make_mailbox(served, ann, "seen")
        seen = talk.hear()["pushState"]
    state = make_mailbox(served, ann, "missed by socket")
    with talking(served) as talk:
        talk.say({**ENABLE, "pushState": seen})
        event = talk.hear()
        assert event["changed"] == {served.account(ann): {"Mailbox": state}}
        newest = event["pushState"]
    with talking(served) as talk:
        talk.say({**ENABLE, "pushState": newest})
        with pytest.raises(TimeoutError):
            talk.hear(0.3)


@pytest.mark.parametrize("state", ["nonsense", "99999999999", "-1", ""])
def test_an_unknown_push_state_gets_every_state(served: Served, ann: User, state: str) -> None:
    with talking(served) as talk:
        talk.say({**ENABLE, "pushState": state})
        assert "Mailbox" in talk.hear()["changed"][served.account(ann)]


def test_a_push_state_and_an_event_id_are_the_same(served: Served, ann: User) -> None:
    with talking(served) as talk:
        enabled(talk)
        make_mailbox(served, ann, "same")
        token = talk.hear()["pushState"]
    headers = {"Last-Event-ID": token}
    with events(served, "types=*&closeafter=no&ping=0", headers=headers) as stream:
        assert stream.next() == {"id": token}


def test_nobody_hears_of_an_account_that_is_not_theirs(served: Served, ann: User) -> None:
    other = served.user("socket-other")
    with talking(served) as talk:
        enabled(talk)
        make_mailbox(served, other, "secret")
        make_mailbox(served, ann, "own")
        assert list(talk.hear()["changed"]) == [served.account(ann)]


def test_news_that_nobody_reads_is_told_as_one(served: Served, ann: User) -> None:
    with talking(served) as talk:
        enabled(talk)
        for number in range(30):
            served.mailbox(ann, f"socket {number}")
        state = make_mailbox(served, ann, "socket last")
        seen = 1
        while talk.hear()["changed"][served.account(ann)]["Mailbox"] != state:
            seen += 1
        assert seen <= 31


# Rights


def _closes_within_a_second(served: Served, user: str, change: Any) -> None:
    with talking(served, user=user) as talk:
        assert talk.ask([])["@type"] == "Response"
        served.store.write(change).result()
        began = time.monotonic()
        assert talk.closed() == 1008
        assert time.monotonic() - began < 1


def test_a_removed_user_is_heard_no_more(served: Served) -> None:
    user = served.user("socket-removed")
    _closes_within_a_second(served, "socket-removed", lambda view: principals.remove(view, user))


def test_a_changed_password_ends_the_conversations_of_the_old_one(served: Served) -> None:
    from tests.protocols.served import HASHES

    user = served.user("socket-changed")
    change = lambda view: principals.set_password_hash(view, user, HASHES["other"])  # noqa: E731
    _closes_within_a_second(served, "socket-changed", change)


def test_grants_count_from_the_moment_they_are_given_until_they_are_taken_back(served: Served, ann: User) -> None:
    user = served.user("socket-granted")
    with talking(served, user="socket-granted") as talk:
        enabled(talk)
        served.store.write(lambda view: principals.grant(view, ann.account, user, read_only=True)).result()
        call = ["Mailbox/get", {"accountId": served.account(ann), "ids": []}, "c"]
        assert _answered(talk, call, lambda name, _: name == "Mailbox/get")
        state = make_mailbox(served, ann, "shared by socket")
        assert talk.hear()["changed"] == {served.account(ann): {"Mailbox": state}}
        served.store.write(lambda view: principals.revoke(view, ann.account, user)).result()
        assert _answered(talk, call, lambda _, given: given.get("type") == "accountNotFound")
        make_mailbox(served, ann, "not shared any more")
        make_mailbox(served, user, "own")
        assert list(talk.hear()["changed"]) == [served.account(user)]


def _answered(talk: Talk, call: list[Any], right: Callable[[str, Any], bool]) -> bool:
    """Whether a call is answered like this within a second: the commit is told before it is known everywhere."""
    deadline = time.monotonic() + 1
    while not right(*talk.ask([call])["methodResponses"][0][:2]):
        if time.monotonic() > deadline:
            return False
    return True


# Limits and ends


def test_streams_of_both_kinds_count_together(tmp_path: Path) -> None:
    with serving(tmp_path) as own, contextlib.ExitStack() as stack:
        own.user("ann")
        for _ in range(8):
            stack.enter_context(talking(own))
            stack.enter_context(events(own))
        assert refused(own) == 429
        with events(own) as stream:
            assert stream.status == 429


def test_a_closed_conversation_gives_its_place_back(tmp_path: Path) -> None:
    with serving(tmp_path) as own:
        own.user("ann")
        for _ in range(40):
            with talking(own) as talk:
                assert talk.ask([])["@type"] == "Response"


def test_conversations_end_with_the_server_after_what_they_asked_is_answered(tmp_path: Path) -> None:
    with serving(tmp_path) as own:
        user = own.user("ann")
        with talking(own) as talk:
            talk.say(
                {
                    "@type": "Request",
                    "id": "last",
                    "using": MAIL,
                    "methodCalls": [_set({"accountId": own.account(user), "create": {"a": {"name": "last"}}})],
                }
            )
            own.stop()
            assert talk.hear()["requestId"] == "last"
            assert talk.closed() == 1001


def test_alerts_are_pushed_once_to_those_who_ask_for_them(served: Served, ann: User) -> None:
    def fire(name: str) -> None:
        served.store.write(
            lambda transaction: reminders.fire(transaction, ann.account, ann.id, {"alertId": name}, 0)
        ).result()

    with talking(served) as talk:
        talk.say({"@type": "WebSocketPushEnable", "dataTypes": ["CalendarAlert"]})
        talk.ask([])
        time.sleep(0.2)  # until it has caught up
        for name in ("a", "b"):
            fire(name)
            told = {"@type": "CalendarAlert", "accountId": served.account(ann), "alertId": name}
            assert talk.hear() == told
        talk.say({"@type": "WebSocketPushDisable"})
        fire("c")
        with pytest.raises(TimeoutError):
            talk.hear(0.3)
