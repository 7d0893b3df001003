"""A server inside a test: starting, users, filling, looking, going back."""

import asyncio
import socket
import threading
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from angarium.testing import AsyncServer, CallError, Server, User
from tests.attacks.stream import listening
from tests.client import Client, Refused
from tests.testing.client import client_of

LETTER = b"From: Bob <bob@example.net>\r\nSubject: hello\r\nDate: Sun, 1 Feb 2026 09:00:00 +0000\r\n\r\ngood day\r\n"


def test_a_user_signs_in_on_a_free_port() -> None:
    with Server() as server:
        ann = server.add_user("ann@example.com", password="pw")
        assert client_of(server, ann).call("Core/echo", {"a": 1}) == {"a": 1}
        with pytest.raises(Refused):
            Client(server.url, "ann@example.com", "other").fresh_session()


def test_nothing_is_left_behind_and_nobody_listens_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = set(threading.enumerate())
    with Server(tls=True) as server:
        server.add_user("ann").add_message(subject="one")
        place = urlsplit(server.url)
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) == before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", place.port or 0), timeout=5)


def test_a_folder_that_is_named_stays_and_is_found_again(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.add_user("ann", "pw").add_message(subject="kept")
    with Server(tmp_path / "data") as server:
        found = Client(server.url, "ann", "pw").call("Email/get", {"ids": None, "properties": ["subject"]})
        assert [email["subject"] for email in found["list"]] == ["kept"]


def test_several_run_side_by_side() -> None:
    with Server() as one, Server() as other:
        assert one.url != other.url
        one.add_user("ann").add_message(subject="only here")
        assert other.add_user("ann").messages() == []


def test_a_client_trusts_the_certificate() -> None:
    with Server(tls=True) as server:
        assert server.url.startswith("https://localhost:")
        session = client_of(server, server.add_user("ann")).session
        assert session["apiUrl"].startswith(server.url)


def test_the_asynchronous_form_leaves_the_loop_free() -> None:
    async def run() -> str:
        async with AsyncServer() as server:
            ann = server.add_user("ann")
            return str((await asyncio.to_thread(client_of(server, ann).fresh_session))["username"])

    assert asyncio.run(run()) == "ann"


def test_a_server_starts_again_after_it_has_stopped(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with server:
        server.add_user("ann")
    with server:
        assert client_of(server, server.user("ann")).call("Core/echo", {}) == {}
    with pytest.raises(RuntimeError, match="not running"):
        server.add_user("bob")


def test_a_start_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = set(threading.enumerate())
    with Server() as running, pytest.raises(OSError, match="in use"):
        Server(port=urlsplit(running.url).port or 0).start()
    assert set(threading.enumerate()) == before
    assert list(tmp_path.iterdir()) == []


def test_a_message_is_made_from_keyword_arguments(user: User, client: Client) -> None:
    made = user.add_message(
        mailbox="archive",
        subject="Grüße",
        text="plain",
        html="<p>rich</p>",
        from_="Zoë <zoe@example.net>",
        cc=["bob@example.com"],
        keywords=["$seen"],
        received="2026-01-31T09:00:00Z",
        attachments=[("tide.pdf", "application/pdf", b"%PDF")],
        headers={"X-Kind": "test"},
    )
    email = client.email(
        made, properties=["subject", "from", "to", "receivedAt", "keywords", "attachments", "header:X-Kind"]
    )
    assert email["subject"] == "Grüße"
    assert email["from"] == [{"name": "Zoë", "email": "zoe@example.net"}]
    assert email["to"] == [{"name": None, "email": "ann@example.com"}]
    assert email["receivedAt"] == "2026-01-31T09:00:00Z"
    assert email["keywords"] == {"$seen": True}
    assert email["attachments"][0]["name"] == "tide.pdf"
    assert email["header:X-Kind"].strip() == "test"


def test_messages_come_from_octets_and_from_files(user: User, client: Client, tmp_path: Path) -> None:
    user.add_message(LETTER, mailbox="Work/Boats")
    (tmp_path / "one.eml").write_bytes(LETTER + b"1\r\n")
    assert user.add_files(tmp_path / "one.eml", mailbox="Files") == 1
    assert user.add_files(tmp_path / "one.eml") == 0, "the account has it already"
    start = b"From bob Sun Feb  1 09:00:00 2026\n"
    (tmp_path / "many.mbox").write_bytes(start + LETTER + b"2\r\n\n" + start + LETTER + b"3\r\n\n")
    assert user.add_files(tmp_path / "many.mbox") == 2
    maildir = tmp_path / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    (maildir / "cur" / "1.a:2,S").write_bytes(LETTER + b"other\r\n")
    assert user.add_files(maildir) == 1
    assert [email["keywords"] for email in user.messages("inbox")] == [{"$seen": True}]
    boats = next(box for box in user.stored("Mailbox") if box["name"] == "Boats")
    assert boats["totalEmails"] == 1
    assert client.download(user.messages("Work/Boats")[0]["blobId"]).body == LETTER


def test_a_file_that_is_no_message_is_named(user: User, tmp_path: Path) -> None:
    (tmp_path / "bad.eml").write_bytes(b"")
    with pytest.raises(ValueError, match=r"bad\.eml"):
        user.add_files(tmp_path / "bad.eml")


def test_mailboxes_have_the_properties_that_are_asked_for(user: User, client: Client) -> None:
    made = user.add_mailbox("Work/Boats", sortOrder=7)
    (box,) = client.call("Mailbox/get", {"ids": [made]})["list"]
    assert (box["name"], box["sortOrder"]) == ("Boats", 7)
    with pytest.raises(CallError, match="invalidProperties"):
        user.add_mailbox("Other", role="no such role")


def test_cards_are_stored_and_found(user: User, client: Client) -> None:
    made = user.add_card(name="Bob Quill", emails={"e": {"address": "bob@example.net"}})
    (card,) = client.call("ContactCard/get", {"ids": [made]})["list"]
    assert card["name"]["full"] == "Bob Quill"
    assert len(user.stored()["ContactCard"]) == 1


def test_events_are_stored_and_found(user: User, client: Client) -> None:
    made = user.add_event(title="Tide", start="2026-03-01T09:00:00", timeZone="Europe/Berlin", duration="PT1H")
    (event,) = client.call("CalendarEvent/get", {"ids": [made]})["list"]
    assert (event["title"], event["start"]) == ("Tide", "2026-03-01T09:00:00")


def test_an_account_is_shared(jmap_server: Server, user: User) -> None:
    bob = jmap_server.add_user("bob")
    user.share_with(bob, read_only=True)
    accounts = client_of(jmap_server, bob).fresh_session()["accounts"]
    assert accounts[user.account]["isReadOnly"] is True
    user.unshare(bob)
    assert user.account not in client_of(jmap_server, bob).fresh_session()["accounts"]


def test_an_account_holds_no_more_than_its_quota(user: User, client: Client) -> None:
    user.set_quota(messages=1)
    user.add_message(subject="one")
    (quota,) = [one for one in client.call("Quota/get", {"ids": None})["list"] if one["resourceType"] == "count"]
    assert (quota["used"], quota["hardLimit"]) == (1, 1)


def test_a_changed_password_ends_what_the_old_one_began(jmap_server: Server, user: User, client: Client) -> None:
    assert client.fresh_session()
    changed = jmap_server.set_password(user, "another")
    with pytest.raises(Refused):
        client.fresh_session()
    assert client_of(jmap_server, changed).fresh_session()["username"] == user.name


def test_a_removed_user_is_gone(jmap_server: Server, user: User, client: Client) -> None:
    jmap_server.remove_user(user)
    with pytest.raises(Refused):
        client.fresh_session()
    jmap_server.add_user(user.name)


def test_a_fixture_fills_a_server(jmap_server: Server, tmp_path: Path) -> None:
    (tmp_path / "letter.eml").write_bytes(LETTER)
    (tmp_path / "fixture.json").write_text(
        """{"users": [
            {"name": "ann", "password": "pw", "mailboxes": ["Work"], "files": ["letter.eml"],
             "messages": [{"from": "bob@example.net", "subject": "hi", "mailbox": "Work"}],
             "cards": [{"name": {"full": "Bob"}}]},
            {"name": "bob"}],
           "shares": [{"owner": "ann", "with": "bob", "readOnly": true}]}"""
    )
    users = jmap_server.load(tmp_path / "fixture.json")
    bob = client_of(jmap_server, users["bob"])
    assert users["ann"].account in bob.session["accounts"]
    subjects = [email["subject"] for email in users["ann"].messages()]
    assert sorted(subjects) == ["hello", "hi"]


def test_a_folder_is_a_fixture_too(jmap_server: Server, tmp_path: Path) -> None:
    (tmp_path / "zoe" / "Letters").mkdir(parents=True)
    (tmp_path / "zoe" / "Letters" / "one.eml").write_bytes(LETTER)
    users = jmap_server.load(tmp_path)
    assert [email["subject"] for email in users["zoe"].messages()] == ["hello"]


def test_a_server_goes_back_to_a_snapshot(jmap_server: Server, user: User, client: Client) -> None:
    user.add_message(subject="before")
    state = jmap_server.snapshot()
    user.add_message(subject="after", text="x" * 100_000)
    jmap_server.add_user("bob")
    jmap_server.dial("expiredAuth")
    jmap_server.restore(state)
    assert [email["subject"] for email in user.messages()] == ["before"]
    assert len(client.call("Email/get", {"ids": None})["list"]) == 1
    with pytest.raises(KeyError):
        jmap_server.user("bob")
    user.add_message(subject="another")
    jmap_server.restore(state)
    assert len(client.call("Email/get", {"ids": None})["list"]) == 1


def test_large_blobs_are_there_after_going_back(jmap_server: Server, user: User, client: Client) -> None:
    content = b"Subject: large\r\n\r\n" + b"x" * 200_000
    user.add_message(content)
    state = jmap_server.snapshot()
    user.call("Email/set", {"destroy": [user.messages()[0]["id"]]})
    jmap_server.restore(state)
    assert client.download(user.messages()[0]["blobId"]).body == content


def test_streams_end_when_the_server_goes_back(jmap_server: Server, user: User, client: Client) -> None:
    state = jmap_server.snapshot()
    user.add_message(subject="a")
    with listening(client) as stream:
        jmap_server.restore(state)
        assert stream.ended()
    with listening(client, "types=Email&closeafter=state&ping=0") as stream:
        user.add_message(subject="b")
        assert (
            next(stream.events).data["changed"][client.account]["Email"] == user.call("Email/get", {"ids": []})["state"]
        )


def test_all_that_is_stored_is_seen_however_small_the_limits_are(jmap_server: Server, user: User) -> None:
    for number in range(3):
        user.add_message(subject=str(number))
    with jmap_server.dial("limits", max_objects_in_get=1, max_query=1):
        assert [email["subject"] for email in user.messages()] == ["0", "1", "2"]
        assert len(user.stored("Email")) == 3


def test_what_was_asked_is_seen(jmap_server: Server, user: User, client: Client) -> None:
    client.responses(("Mailbox/get", {"ids": []}), ("Core/echo", {"x": 1}), ("Foo/get", {}))
    calls = jmap_server.calls
    assert [(call.user, call.method, call.error) for call in calls] == [
        (user.name, "Mailbox/get", None),
        (user.name, "Core/echo", None),
        (user.name, "Foo/get", "unknownMethod"),
    ]
    assert calls[0].response["list"] == []
    assert calls[1].arguments == {"x": 1}
    asked = [(request.method, request.path, request.status) for request in jmap_server.requests]
    assert asked == [("GET", "/.well-known/jmap", 200), ("POST", "/jmap", 200)]
    assert all(request.seconds > 0 for request in jmap_server.requests)
    jmap_server.forget()
    assert not jmap_server.calls
    assert not jmap_server.requests


def test_waiting_ends_when_what_is_waited_for_happens(jmap_server: Server, user: User, client: Client) -> None:
    inbox = client.mailbox("inbox")
    later = threading.Timer(0.05, lambda: client.import_mail(LETTER, inbox))
    later.start()
    (email,) = jmap_server.wait_for(user.messages)
    assert email["subject"] == "hello"
    later.join()
    with pytest.raises(TimeoutError, match=r"0\.01 seconds"):
        jmap_server.wait_for(lambda: False, timeout=0.01)


def test_a_call_past_the_network_tells_its_error(user: User) -> None:
    assert user.call("Mailbox/query")["ids"]
    with pytest.raises(CallError) as told:
        user.call("Mailbox/get", {"ids": "all"})
    assert told.value.type == "invalidArguments"


def test_the_server_has_the_limits_and_mailboxes_that_it_is_given() -> None:
    with Server(limits={"max_objects_in_get": 3}, mailboxes=["inbox"]) as server:
        ann = server.add_user("ann")
        session = client_of(server, ann).session
        assert session["capabilities"]["urn:ietf:params:jmap:core"]["maxObjectsInGet"] == 3
        assert [box["role"] for box in ann.stored("Mailbox")] == ["inbox"]


def test_the_plugin_is_known_to_pytest() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"angarium": "angarium.pytest_plugin"}


def test_the_server_of_the_run_is_another(jmap_server: Server, jmap_server_session: Server) -> None:
    assert jmap_server.url != jmap_server_session.url
