"""Rights that are taken back while they are in use: streams, downloads and calls end with them."""

from tests.attacks.stream import listening
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
