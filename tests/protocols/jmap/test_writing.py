"""What is done before the writer is asked, and while the disk works."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from angarium.datatypes.mail import readings
from angarium.datatypes.mail.email import compose as composing
from angarium.datatypes.mail.email import creating
from angarium.datatypes.principals import User
from angarium.store.sqlite import writer
from tests.protocols.served import MAIL, Answer, Served
from tests.waiting import eventually

IMPORT = "angarium.datatypes.mail.email.import_"
READINGS = "angarium.datatypes.mail.readings"
MESSAGE = b"From: bob@example.com\r\nSubject: Hello\r\n\r\nHow are you?\r\n"


def imports(served: Served, user: User, blob: str) -> Any:
    account = served.account(user)
    inbox = api(served, ["Mailbox/get", {"accountId": account, "ids": None}, "m"]).json["methodResponses"][0][1]["list"]
    email = {"blobId": blob, "mailboxIds": {inbox[0]["id"]: True}}
    return ["Email/import", {"accountId": account, "emails": {"e": email}}, "i"]


def api(served: Served, call: Any) -> Answer:
    return served.api(json.dumps({"using": MAIL, "methodCalls": [call]}).encode())


@contextmanager
def writer_held(served: Served) -> Iterator[None]:
    """Somebody else writes for as long as the block takes."""
    gate = threading.Event()
    held: Future[bool] = served.store.write(lambda _: gate.wait(10))
    try:
        yield
    finally:
        gate.set()
        held.result(10)


def test_a_message_is_read_while_somebody_else_writes(
    served: Served, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = served.upload(ann, MESSAGE, "application/octet-stream").json["blobId"]
    call = imports(served, ann, blob)
    was_read, read = threading.Event(), readings.read

    def noted(*given: Any) -> Any:
        was_read.set()
        return read(*given)

    monkeypatch.setattr(f"{READINGS}.read", noted)
    with ThreadPoolExecutor(1) as other, writer_held(served):
        answer = other.submit(api, served, call)
        assert was_read.wait(5)
        assert not answer.done()
    assert answer.result().json["methodResponses"][0][1]["created"]["e"]["size"] == len(MESSAGE)


def test_drafts_are_composed_while_somebody_else_writes(
    served: Served, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = served.account(ann)
    boxes = api(served, ["Mailbox/get", {"accountId": account, "ids": None}, "m"]).json["methodResponses"][0][1]["list"]
    create = {str(at): {"mailboxIds": {boxes[0]["id"]: True}, "subject": str(at)} for at in range(9)}
    composed, compose = threading.Semaphore(0), composing.compose

    def noted(*given: Any) -> Any:
        composed.release()
        return compose(*given)

    monkeypatch.setattr(creating, "compose", noted)
    with ThreadPoolExecutor(1) as other, writer_held(served):
        answer = other.submit(api, served, ["Email/set", {"accountId": account, "create": create}, "s"])
        assert all(composed.acquire(timeout=5) for _ in create)
        assert not answer.done()
    assert answer.result().json["methodResponses"][0][1]["created"].keys() == create.keys()
    assert not composed.acquire(blocking=False)


def test_an_uploaded_message_is_not_read_again(served: Served, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    times, read = [], readings.read

    def noted(*given: Any) -> Any:
        times.append(1)
        return read(*given)

    monkeypatch.setattr(f"{READINGS}.read", noted)
    monkeypatch.delattr(f"{IMPORT}.read")
    blob = served.upload(ann, MESSAGE, "message/rfc822").json["blobId"]
    answer = api(served, imports(served, ann, blob)).json["methodResponses"][0][1]
    assert answer["created"]["e"]["size"] == len(MESSAGE)
    assert len(times) == 1


# --- where a write runs ---


def flag(served: Served, user: User, email: str, value: bool) -> Any:
    update = {email: {"keywords/$flagged": value or None}}
    return ["Email/set", {"accountId": served.account(user), "update": update}, "s"]


def keywords(served: Served, user: User, email: str) -> set[str]:
    get = ["Email/get", {"accountId": served.account(user), "ids": [email], "properties": ["keywords"]}, "g"]
    return set(api(served, get).json["methodResponses"][0][1]["list"][0]["keywords"])


def stored(served: Served, user: User) -> str:
    blob = served.upload(user, MESSAGE, "message/rfc822").json["blobId"]
    answer = api(served, imports(served, user, blob)).json["methodResponses"][0][1]
    return str(answer["created"]["e"]["id"])


def test_a_short_write_of_who_writes_alone_is_not_queued(
    served: Served, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = stored(served, ann)
    monkeypatch.setattr(writer, "QUICK_SECONDS", 10**9)
    queued: list[object] = []
    submit = served.store.submit

    def counted(*given: Any) -> None:
        queued.append(1)
        submit(*given)

    monkeypatch.setattr(served.store, "submit", counted)

    def is_kept_without_the_queue() -> bool:
        queued.clear()
        for value in (True, False):
            answer = api(served, flag(served, ann, email, value)).json["methodResponses"][0][1]
            assert answer["updated"] == {email: None}
        return not queued

    eventually(is_kept_without_the_queue)


def test_what_takes_longer_than_it_may_is_written_by_the_writer(
    served: Served, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GLANCE_SECONDS", -1)
    email = stored(served, ann)
    answer = api(served, flag(served, ann, email, True)).json["methodResponses"][0][1]
    assert answer["updated"] == {email: None}
    assert keywords(served, ann, email) == {"$flagged"}


def test_writes_that_come_together_are_all_kept(served: Served, ann: User) -> None:
    email = stored(served, ann)
    calls = [
        ["Email/set", {"accountId": served.account(ann), "update": {email: {f"keywords/k{n}": True}}}, "s"]
        for n in range(40)
    ]
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda call: api(served, call).json["methodResponses"][0][1], calls))
    assert len({answer["newState"] for answer in answers}) == 40
    assert keywords(served, ann, email) == {f"k{n}" for n in range(40)}
