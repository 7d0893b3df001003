"""What the client library jmapc is for, each task tested in under 20 lines: list, search, send, push."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jmapc
import pytest
from jmapc import methods

from angarium.testing import Server, User

NAME = "ann@example.com"


@pytest.fixture(scope="module")
def jmap_server() -> Iterator[Server]:
    with Server(tls=True, strict=True) as server:
        yield server


@pytest.fixture
def ann(jmap_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    assert jmap_server.certificate is not None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(jmap_server.certificate.authority))
    yield jmap_server.add_user(NAME)
    jmap_server.remove_user(NAME)


@pytest.fixture
def client(jmap_server: Server, ann: User) -> Iterator[jmapc.Client]:
    signed_in = jmapc.Client.create_with_password(jmap_server.url.removeprefix("https://"), NAME, ann.password)
    yield signed_in
    signed_in.requests_session.close()


@pytest.fixture
def listener(client: jmapc.Client) -> Iterator[jmapc.Client]:
    listening = jmapc.Client(client._host, client._auth, last_event_id="0")
    yield listening
    if listening._events is not None:  # the library leaves its stream open
        listening._events.resp.close()
    listening.requests_session.close()


def test_lists_the_newest_messages(client: jmapc.Client, ann: User) -> None:
    ann.add_message(subject="old", received="2026-01-01T00:00:00Z")
    ann.add_message(subject="new", received="2026-02-01T00:00:00Z")
    newest = jmapc.Comparator(property="receivedAt", is_ascending=False)
    calls = [methods.EmailQuery(sort=[newest], limit=1), methods.EmailGet(ids=jmapc.Ref("/ids"))]
    listed = client.request(calls, raise_errors=True)[1].response
    assert isinstance(listed, methods.EmailGetResponse)
    assert [email.subject for email in listed.data] == ["new"]


def test_searches_text(client: jmapc.Client, ann: User) -> None:
    wanted = ann.add_message(subject="tide table", text="the barometer falls")
    ann.add_message(subject="something else")
    condition = jmapc.EmailQueryFilterCondition(text="barometer")
    found = client.request(methods.EmailQuery(filter=condition), raise_errors=True)
    assert isinstance(found, methods.EmailQueryResponse)
    assert found.ids == [wanted]


def test_sends_a_message(client: jmapc.Client, ann: User, jmap_server: Server) -> None:
    drafts = next(box["id"] for box in ann.stored("Mailbox") if box["role"] == "drafts")
    draft = jmapc.Email(
        mail_from=[jmapc.EmailAddress(email=NAME)],
        to=[jmapc.EmailAddress(email="bob@example.net")],
        subject="hello",
        mailbox_ids={drafts: True},
        body_values={"b": jmapc.EmailBodyValue(value="good day")},
        text_body=[jmapc.EmailBodyPart(part_id="b", type="text/plain")],
    )
    out = jmapc.EmailSubmission(email_id="#draft", identity_id=ann.stored("Identity")[0]["id"])
    client.request(
        [methods.EmailSet(create={"draft": draft}), methods.EmailSubmissionSet(create={"out": out})], raise_errors=True
    )
    assert [(sent.recipients, sent.subject) for sent in jmap_server.outbox] == [(("bob@example.net",), "hello")]


def test_is_pushed_what_changes(listener: jmapc.Client, ann: User) -> None:
    ann.add_message(subject="news")
    event = next(iter(listener.events))
    state = ann.call("Email/get", {"ids": []})["state"]
    assert event.data.changed[ann.account].email == state


def test_each_task_takes_less_than_twenty_lines() -> None:
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    tasks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    assert len(tasks) == 5
    assert all((task.end_lineno or 0) - task.lineno + 1 < 20 for task in tasks)
