"""Every dial from the client's side."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from angarium.engine.errors import MethodErrorType, RequestErrorType, SetErrorType
from angarium.testing import DIALS, DialError, Server, User
from tests.attacks.stream import Stream, listening
from tests.client import CORE, Answer, Client, Refused
from tests.testing.client import client_of


def api(client: Client, *calls: Any) -> Answer:
    """The HTTP answer to a request."""
    body = json.dumps({"using": [CORE, "urn:ietf:params:jmap:mail"], "methodCalls": calls})
    return client.post(body.encode())


def echo(client: Client) -> Answer:
    return api(client, ["Core/echo", {}, "c"])


@pytest.mark.parametrize("kind", [*MethodErrorType])
def test_a_method_ends_in_any_error(jmap_server: Server, client: Client, kind: MethodErrorType) -> None:
    jmap_server.dial("methodError", type=kind, method="Mailbox/*", description="as asked", times=1)
    assert client.error("Mailbox/get", {"ids": None}) == {"type": kind, "description": "as asked"}
    assert client.call("Mailbox/get", {"ids": []})["list"] == []


def test_an_error_leaves_other_methods_and_other_users_alone(jmap_server: Server, user: User, client: Client) -> None:
    bob = client_of(jmap_server, jmap_server.add_user("bob"))
    dial = jmap_server.dial("methodError", type="serverFail", method="Email/get Thread/*", user=user)
    assert client.call("Mailbox/get", {"ids": []})["list"] == []
    assert client.error("Thread/get", {"ids": []})["type"] == "serverFail"
    assert bob.call("Thread/get", {"ids": []})["list"] == []
    assert dial.used == 1
    dial.off()
    assert client.call("Thread/get", {"ids": []})["list"] == []


def test_a_failing_write_changes_nothing(jmap_server: Server, user: User, client: Client) -> None:
    with jmap_server.dial("methodError", type="serverPartialFail", method="Mailbox/set"):
        client.error("Mailbox/set", {"create": {"a": {"name": "never"}}})
    assert "never" not in [box["name"] for box in user.stored("Mailbox")]


def test_a_dial_counts_calls_not_requests(jmap_server: Server, client: Client) -> None:
    jmap_server.dial("methodError", type="serverFail", times=2)
    names = [name for name, _ in client.responses(*[("Mailbox/get", {"ids": []})] * 3)]
    assert names == ["error", "error", "Mailbox/get"]


@pytest.mark.parametrize("method", ["Mailbox/changes", "Mailbox/queryChanges"])
def test_changes_cannot_be_calculated(jmap_server: Server, client: Client, method: str) -> None:
    state = client.call("Mailbox/query")["queryState"]
    jmap_server.dial("cannotCalculateChanges", times=1)
    asked = {"sinceState": state} if method.endswith("/changes") else {"sinceQueryState": state}
    assert client.error(method, asked)["type"] == "cannotCalculateChanges"
    assert client.call(method, asked)


def test_a_state_does_not_match(jmap_server: Server, client: Client) -> None:
    jmap_server.dial("stateMismatch", times=1)
    assert client.error("Mailbox/set", {"create": {"a": {"name": "A"}}})["type"] == "stateMismatch"
    assert client.new_mailbox("A")


@pytest.mark.parametrize("kind", [*SetErrorType])
def test_an_object_is_refused_with_any_error(jmap_server: Server, client: Client, kind: SetErrorType) -> None:
    jmap_server.dial("setError", type=kind, method="Mailbox/set", id="bad*", times=1)
    answer = client.call("Mailbox/set", {"create": {"bad1": {"name": "A"}, "good": {"name": "B"}}})
    assert answer["notCreated"]["bad1"]["type"] == kind
    assert list(answer["created"]) == ["good"]


def test_updates_and_destructions_are_refused_too(jmap_server: Server, user: User, client: Client) -> None:
    one, other = user.add_mailbox("One"), user.add_mailbox("Other")
    jmap_server.dial("setError", type="forbidden", times=1)
    answer = client.call("Mailbox/set", {"update": {one: {"name": "X"}}, "destroy": [other]})
    assert answer["notUpdated"][one]["type"] == "forbidden"
    assert answer["notDestroyed"][other]["type"] == "forbidden"
    assert not answer["updated"]
    assert {"One", "Other"} <= {box["name"] for box in user.stored("Mailbox")}


@pytest.mark.parametrize("kind", [*RequestErrorType])
def test_a_request_is_refused_as_a_whole(jmap_server: Server, client: Client, kind: RequestErrorType) -> None:
    jmap_server.dial("requestError", type=kind, limit="maxSizeRequest", status=413, times=1)
    answer = echo(client)
    assert (answer.status, answer.problem, answer.json()["limit"]) == (413, kind, "maxSizeRequest")
    assert echo(client).status == 200


def test_a_request_is_refused_with_a_status(jmap_server: Server, client: Client) -> None:
    jmap_server.dial("status", status=503, retryAfter=7, path="/jmap*", times=1)
    assert client.fresh_session()
    answer = echo(client)
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")
    assert echo(client).status == 200


def test_credentials_expire(jmap_server: Server, user: User, client: Client) -> None:
    bob = client_of(jmap_server, jmap_server.add_user("bob"))
    with jmap_server.dial("expiredAuth", user=user):
        answer = echo(client)
        assert answer.status == 401
        assert "www-authenticate" in answer.headers
        assert echo(bob).status == 200
    assert echo(client).status == 200


def test_an_answer_is_late(jmap_server: Server, client: Client) -> None:
    jmap_server.dial("slow", seconds=0.2, times=1)
    began = time.monotonic()
    assert echo(client).status == 200
    assert time.monotonic() - began >= 0.2
    with pytest.raises(TimeoutError):
        _impatient(jmap_server, client)


def _impatient(server: Server, client: Client) -> None:
    """Ask with a patience shorter than the server's delay."""
    parts = urlsplit(client.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=0.05)
    server.dial("slow", seconds=60, times=1)
    try:
        connection.request("GET", "/.well-known/jmap", headers=client.credentials)
        connection.getresponse()
    finally:
        connection.close()


def test_a_connection_is_lost_before_anything_is_done(jmap_server: Server, user: User, client: Client) -> None:
    client.session  # noqa: B018 -- asked for before the connection breaks
    jmap_server.dial("drop", when="before", times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        client.call("Mailbox/set", {"create": {"a": {"name": "lost"}}})
    assert "lost" not in [box["name"] for box in user.stored("Mailbox")]


def test_a_connection_is_lost_after_it_was_done(jmap_server: Server, user: User, client: Client) -> None:
    client.session  # noqa: B018
    jmap_server.dial("drop", when="after", times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        client.call("Mailbox/set", {"create": {"a": {"name": "done"}}})
    assert "done" in [box["name"] for box in user.stored("Mailbox")]


def test_a_connection_is_lost_within_the_answer(jmap_server: Server, client: Client) -> None:
    client.session  # noqa: B018
    jmap_server.dial("drop", when="midway", times=1)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        client.call("Mailbox/get", {"ids": None})
    assert echo(client).status == 200


def test_limits_are_told_and_held_to_for_one_user(jmap_server: Server, user: User, client: Client) -> None:
    bob = client_of(jmap_server, jmap_server.add_user("bob"))
    with jmap_server.dial("limits", user=user, max_objects_in_get=1, max_calls_in_request=2):
        core = client.fresh_session()["capabilities"][CORE]
        assert (core["maxObjectsInGet"], core["maxCallsInRequest"]) == (1, 2)
        assert client.error("Mailbox/get", {"ids": None})["type"] == "requestTooLarge"
        assert api(client, *[["Core/echo", {}, "c"]] * 3).problem == "limit"
        assert bob.call("Mailbox/get", {"ids": None})["list"]
    assert client.call("Mailbox/get", {"ids": None})["list"]


def test_news_is_lost(jmap_server: Server, user: User, client: Client) -> None:
    with listening(client, "types=Mailbox&closeafter=no&ping=0") as stream:
        assert stream.status == 200
        jmap_server.dial("lostPush", user=user, times=1)
        client.new_mailbox("unheard")
        client.new_mailbox("heard")
        assert _told(stream, client) == client.call("Mailbox/get", {"ids": []})["state"]


def test_news_is_late(jmap_server: Server, user: User, client: Client) -> None:
    with listening(client, "types=Mailbox&closeafter=no&ping=0") as stream:
        jmap_server.dial("latePush", seconds=3600, times=1)
        client.new_mailbox("very late")
        jmap_server.dial("latePush", seconds=0.01, times=1)
        client.new_mailbox("a little late")
        assert _told(stream, client) == client.call("Mailbox/get", {"ids": []})["state"]


def _told(stream: Stream, client: Client) -> str:
    """The state in the first event of a stream."""
    return str(next(stream.events).data["changed"][client.account]["Mailbox"])


def test_the_clock_stands_where_it_is_set(jmap_server: Server, client: Client) -> None:
    jmap_server.set_clock("2030-05-05T05:05:05Z")
    sent = client.import_mail(b"Subject: a\r\n\r\n", client.mailbox("inbox"))
    assert client.email(sent["id"])["receivedAt"] == "2030-05-05T05:05:05Z"
    jmap_server.advance_clock(3600)
    sent = client.import_mail(b"Subject: b\r\n\r\n", client.mailbox("inbox"))
    assert client.email(sent["id"])["receivedAt"] == "2030-05-05T06:05:05Z"


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        (lambda server: server.dial("methodErorr"), "there is no dial 'methodErorr'; there are methodError,"),
        (lambda server: server.dial("methodError"), "methodError needs type"),
        (lambda server: server.dial("methodError", type="nope"), "type of methodError must be one of"),
        (lambda server: server.dial("slow", seconds="1"), "seconds of slow must be a number"),
        (lambda server: server.dial("slow", minutes=1, seconds=1), "slow has no setting minutes; it has seconds, path"),
        (lambda server: server.dial("lostPush", times=0), "times must be 1 or more"),
        (lambda server: server.dial("relayReply", reply="no"), "must be a reply of SMTP"),
        (lambda server: server.dial("status", status=200), "must be from 400 to 599"),
    ],
)
def test_a_dial_that_cannot_be_set_so_says_why(
    jmap_server: Server, turn: Callable[[Server], object], told: str
) -> None:
    with pytest.raises(DialError, match=told):
        turn(jmap_server)
    assert jmap_server.dials == []


def test_a_dial_for_somebody_who_is_not_there_is_refused(jmap_server: Server) -> None:
    with pytest.raises(ValueError, match="no user 'zoe'"):
        jmap_server.dial("lostPush", user="zoe")


def test_the_dial_set_last_goes_first(jmap_server: Server, client: Client) -> None:
    jmap_server.dial("methodError", type="serverFail")
    jmap_server.dial("methodError", type="forbidden", times=1)
    assert client.error("Mailbox/get", {"ids": []})["type"] == "forbidden"
    assert client.error("Mailbox/get", {"ids": []})["type"] == "serverFail"
    jmap_server.reset_dials()
    assert client.call("Mailbox/get", {"ids": []})["list"] == []


def test_every_dial_has_words_and_settings_with_words() -> None:
    for kind in DIALS.values():
        assert kind.about.endswith(".")
        assert all(setting.about for setting in kind.settings)


def test_a_wrong_password_is_still_wrong_behind_a_dial(jmap_server: Server, user: User) -> None:
    with jmap_server.dial("limits", user=user, max_objects_in_get=1), pytest.raises(Refused):
        Client(jmap_server.url, user.name, "wrong").fresh_session()
