"""The Python client jmapc, unchanged, against a strict server: all it knows is a host name and a password."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import jmapc
import pytest
from jmapc import methods

from angarium.testing import Server, User
from tests.interop.mailbox import ATTACHED, HELLO, fill

R = TypeVar("R")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(tls=True, strict=True) as running:
        yield running
        assert not running.warnings


@pytest.fixture(scope="module")
def mail_user(server: Server) -> User:
    user = server.add_user("jmapc@example.com")
    fill(user)
    return user


@pytest.fixture
def client(server: Server, mail_user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[jmapc.Client]:
    assert server.certificate is not None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate.authority))
    host = server.url.removeprefix("https://")
    signed_in = jmapc.Client.create_with_password(host, mail_user.name, mail_user.password)
    yield signed_in
    signed_in.requests_session.close()


def ask(client: jmapc.Client, method: methods.Method, kind: type[R]) -> R:
    """The response to one call, which must be of its kind and no error."""
    response = client.request(method, raise_errors=True, single_response=True)
    assert isinstance(response, kind)
    return response


def search(client: jmapc.Client, condition: jmapc.EmailQueryFilterCondition) -> list[str]:
    """Ids of the emails that meet a condition."""
    found = ask(client, methods.EmailQuery(filter=condition), methods.EmailQueryResponse).ids
    assert isinstance(found, list)
    return found


def mailbox(client: jmapc.Client, role: str) -> str:
    condition = jmapc.MailboxQueryFilterCondition(role=role)
    found = ask(client, methods.MailboxQuery(filter=condition), methods.MailboxQueryResponse).ids
    assert isinstance(found, list)
    assert len(found) == 1
    return found[0]


def test_signs_in_and_learns_its_account(client: jmapc.Client, mail_user: User) -> None:
    assert client.jmap_session.username == mail_user.name
    assert client.account_id == mail_user.account
    assert client.jmap_session.capabilities.core.max_size_upload == 50_000_000


def test_echoes(client: jmapc.Client) -> None:
    response = ask(client, methods.CoreEcho(data={"hello": "world"}), methods.CoreEchoResponse)
    assert response.data == {"hello": "world"}


def test_lists_mailboxes_with_their_counters(client: jmapc.Client) -> None:
    found = ask(client, methods.MailboxGet(ids=None), methods.MailboxGetResponse)
    counted = {box.role: (box.total_emails, box.total_threads) for box in found.data}
    assert counted["inbox"] == (3, 2)
    assert set(counted) >= {"inbox", "drafts", "sent", "archive", "junk", "trash"}


def test_lists_the_newest_messages_by_reference(client: jmapc.Client) -> None:
    calls: list[methods.Request] = [
        methods.EmailQuery(
            filter=jmapc.EmailQueryFilterCondition(in_mailbox=mailbox(client, "inbox")),
            sort=[jmapc.Comparator(property="receivedAt", is_ascending=False)],
            limit=2,
            collapse_threads=True,
        ),
        methods.EmailGet(ids=jmapc.Ref("/ids"), properties=["subject", "from", "receivedAt"]),
    ]
    answers: Sequence[methods.InvocationResponse] = client.request(calls, raise_errors=True)
    listed = answers[1].response
    assert isinstance(listed, methods.EmailGetResponse)
    assert [email.subject for email in listed.data] == ["Tide table", "Re: Lighthouse keys"]


def test_searches_text_and_shows_why(client: jmapc.Client) -> None:
    condition = jmapc.EmailQueryFilterCondition(text="barometer")
    found = search(client, condition)
    assert len(found) == 1
    shown = ask(client, methods.SearchSnippetGet(ids=found, filter=condition), methods.SearchSnippetGetResponse)
    assert "<mark>barometer</mark>" in str(shown.data[0].preview)


def test_reads_a_message_with_its_body_and_thread(client: jmapc.Client) -> None:
    condition = jmapc.EmailQueryFilterCondition(mail_from="zoe@example.net")
    found = search(client, condition)
    asked = methods.EmailGet(
        ids=found,
        properties=["threadId", "from", "textBody", "bodyValues", "size"],
        fetch_text_body_values=True,
    )
    (email,) = ask(client, asked, methods.EmailGetResponse).data
    assert email.size == len(HELLO)
    assert email.mail_from is not None
    assert email.mail_from[0].name == "Zoë Quill"
    assert email.text_body is not None
    assert email.body_values is not None
    value = email.body_values[str(email.text_body[0].part_id)].value
    assert value is not None
    assert value.splitlines() == ["The spare keys hang behind the barometer. Über dem Tisch."]
    (thread,) = ask(client, methods.ThreadGet(ids=[str(email.thread_id)]), methods.ThreadGetResponse).data
    assert len(thread.email_ids) == 2


def test_downloads_an_attachment(client: jmapc.Client, tmp_path: Path) -> None:
    condition = jmapc.EmailQueryFilterCondition(has_attachment=True)
    found = search(client, condition)
    asked = methods.EmailGet(ids=found, properties=["attachments"])
    (email,) = ask(client, asked, methods.EmailGetResponse).data
    assert email.attachments is not None
    client.download_attachment(email.attachments[0], tmp_path / "tides.csv")
    assert (tmp_path / "tides.csv").read_bytes() == ATTACHED


def test_flags_and_files_a_message_and_sees_the_changes(client: jmapc.Client) -> None:
    condition = jmapc.EmailQueryFilterCondition(text="Tide table")
    found = search(client, condition)
    (email,) = found
    patch = {"keywords/$flagged": True, "mailboxIds": {mailbox(client, "archive"): True}}
    done = ask(client, methods.EmailSet(update={str(email): patch}), methods.EmailSetResponse)
    assert done.not_updated is None
    changed = ask(client, methods.EmailChanges(since_state=str(done.old_state)), methods.EmailChangesResponse)
    assert changed.updated == [email]
    (read,) = ask(client, methods.EmailGet(ids=[str(email)]), methods.EmailGetResponse).data
    assert read.keywords == {"$flagged": True}
    assert read.mailbox_ids == {mailbox(client, "archive"): True}


def test_drafts_a_message_with_an_uploaded_attachment(client: jmapc.Client, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"rope, lamp oil\n")
    blob = client.upload_blob(tmp_path / "list.txt")
    draft = jmapc.Email(
        mailbox_ids={mailbox(client, "drafts"): True},
        keywords={"$draft": True, "$seen": True},
        mail_from=[jmapc.EmailAddress(name="Ann", email="ann@example.com")],
        to=[jmapc.EmailAddress(email="zoe@example.net")],
        subject="Einkaufsliste für Sonntag",
        body_values={"text": jmapc.EmailBodyValue(value="See the list.\n")},
        text_body=[jmapc.EmailBodyPart(part_id="text", type="text/plain")],
        attachments=[
            jmapc.EmailBodyPart(blob_id=blob.id, type="text/plain", name="list.txt", disposition="attachment")
        ],
    )
    done = ask(client, methods.EmailSet(create={"draft": draft}), methods.EmailSetResponse)
    assert done.created, done.not_created
    made = done.created["draft"]
    assert made is not None
    (read,) = ask(client, methods.EmailGet(ids=[str(made.id)]), methods.EmailGetResponse).data
    assert read.subject == "Einkaufsliste für Sonntag"
    assert read.has_attachment is True
    assert read.attachments is not None
    assert read.attachments[0].name == "list.txt"


def test_makes_and_removes_a_mailbox(client: jmapc.Client) -> None:
    create = {"new": jmapc.Mailbox(name="Lighthouse")}
    done = ask(client, methods.MailboxSet(create=create), methods.MailboxSetResponse)
    assert done.created, done.not_created
    new = done.created["new"]
    assert new is not None
    made = str(new.id)
    gone = ask(client, methods.MailboxSet(destroy=[made]), methods.MailboxSetResponse)
    assert gone.destroyed == [made]


def test_is_pushed_what_it_missed_and_closed_after_it(client: jmapc.Client) -> None:
    config = jmapc.EventSourceConfig(types="Email,Mailbox", closeafter="state")
    listener = jmapc.Client(client._host, client._auth, last_event_id="0", event_source_config=config)
    event = next(iter(listener.events))
    changed = event.data.changed[client.account_id]
    state = ask(client, methods.EmailGet(ids=[]), methods.EmailGetResponse).state
    assert changed.email == state
    assert changed.mailbox
    assert changed.thread is None
    assert event.id
    listener.requests_session.close()
