"""Rights that are taken back while they are in use: streams, downloads and calls end with them."""

from collections.abc import Callable

import orjson

from tests.attacks.stream import listening
from tests.attacks.wire import Told, connected, one_answer
from tests.client import Client
from tests.conftest import NewUser
from tests.server import Server


def test_an_open_stream_tells_nothing_after_its_right_was_revoked(server: Server, new_user: NewUser) -> None:
    owner, guest = new_user(), new_user()
    server.grant(owner.name, guest.name, read_only=True)
    with listening(guest) as stream:
        made = owner.new_mailbox("seen by both")
        first = next(stream.events)
        assert owner.account in first.data["changed"]
        server.revoke(owner.name, guest.name)
        owner.call("Mailbox/set", {"update": {made: {"name": "no longer"}}})
        assert all(owner.account not in event.data["changed"] for event in stream.events if event.name == "state")
    with listening(guest, last="1") as stream:
        guest.new_mailbox("own news")
        assert owner.account not in next(stream.events).data["changed"]


def test_a_stream_ends_when_its_password_is_changed_or_its_user_removed(server: Server, new_user: NewUser) -> None:
    first, second = new_user(), new_user()
    with listening(first) as stream:
        server.command("user", "passwd", first.name, "--password-stdin", said="a new one\n")
        assert stream.ended()
    with listening(second) as stream:
        server.operate("user.remove", name=second.name)
        assert stream.ended()


def test_a_stream_goes_on_when_another_user_is_changed(server: Server, new_user: NewUser) -> None:
    user, other = new_user(), new_user()
    with listening(user) as stream:
        server.operate("user.remove", name=other.name)
        user.new_mailbox("still here")
        assert user.account in next(stream.events).data["changed"]


def test_a_right_to_write_that_became_one_to_read_holds_at_once(server: Server, new_user: NewUser) -> None:
    owner, guest = new_user(), new_user()
    server.grant(owner.name, guest.name)
    inside = {"accountId": owner.account}
    assert guest.call("Mailbox/set", {**inside, "create": {"a": {"name": "mine to make"}}})["created"]
    server.grant(owner.name, guest.name, read_only=True)
    error = guest.error("Mailbox/set", {**inside, "create": {"a": {"name": "no more"}}})
    assert error["type"] == "accountReadOnly"
    refused = guest.send("POST", guest.upload_path(owner.account), b"x", {"Content-Type": "text/plain"})
    assert refused.status == 403


def test_a_stream_tells_only_of_accounts_that_its_user_sees(server: Server, new_user: NewUser) -> None:
    user, stranger = new_user(), new_user()
    with listening(user) as stream:
        stranger.new_mailbox("private")
        user.new_mailbox("own")
        assert list(next(stream.events).data["changed"]) == [user.account]


def between(user: Client, path: str, body: bytes, work: Callable[[], object]) -> Told:
    """The answer to a request of which a part had come when something was done."""
    with connected(user.url) as opened:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {user.credentials['Authorization']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
        )
        opened.sendall(head.encode())
        assert one_answer(opened).status == 100  # so it is signed in
        opened.sendall(body[:9])
        work()
        opened.sendall(body[9:])
        return one_answer(opened)


def test_a_request_has_the_rights_of_the_moment_when_it_is_whole(server: Server, new_user: NewUser) -> None:
    owner, guest = new_user(), new_user()
    server.grant(owner.name, guest.name)
    call = ["Mailbox/set", {"accountId": owner.account, "create": {"a": {"name": "too late"}}}, "0"]
    body = orjson.dumps({"using": ["urn:ietf:params:jmap:mail"], "methodCalls": [call]})
    told = between(guest, "/jmap/", body, lambda: server.revoke(owner.name, guest.name))
    assert orjson.loads(told.body)["methodResponses"][0][1]["type"] == "accountNotFound"
    server.grant(owner.name, guest.name)
    path = guest.upload_path(owner.account)
    assert between(guest, path, body, lambda: server.revoke(owner.name, guest.name)).status == 404
    server.grant(owner.name, guest.name)
    assert between(guest, path, body, lambda: server.grant(owner.name, guest.name, read_only=True)).status == 403
    changed = ("user", "passwd", guest.name, "--password-stdin")
    assert between(guest, "/jmap/", body, lambda: server.command(*changed, said="a new one\n")).status == 401


def test_an_upload_of_a_user_who_was_removed_meanwhile_is_refused(server: Server, new_user: NewUser) -> None:
    user = new_user()
    path = user.upload_path(user.account)
    assert between(user, path, b"x" * 99, lambda: server.operate("user.remove", name=user.name)).status == 401
