"""What is done before the writer is asked, and while the disk works."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from angarium.datatypes.mail import readings
from angarium.datatypes.principals import User
from tests.protocols.served import MAIL, Answer, Served

IMPORT = "angarium.datatypes.mail.email.import_"
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

    monkeypatch.setattr(f"{IMPORT}.read", noted)
    with ThreadPoolExecutor(1) as other, writer_held(served):
        answer = other.submit(api, served, call)
        assert was_read.wait(5)
        assert not answer.done()
    assert answer.result().json["methodResponses"][0][1]["created"]["e"]["size"] == len(MESSAGE)


def test_an_uploaded_message_is_not_read_again(served: Served, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = served.upload(ann, MESSAGE, "message/rfc822").json["blobId"]
    monkeypatch.delattr(f"{IMPORT}.read")
    answer = api(served, imports(served, ann, blob)).json["methodResponses"][0][1]
    assert answer["created"]["e"]["size"] == len(MESSAGE)
