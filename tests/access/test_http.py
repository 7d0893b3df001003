"""Uploads, downloads and the Session over HTTP, before a grant, with it, and after it was taken back."""

from dataclasses import dataclass

import pytest

from tests.access.conftest import SECRET, absent
from tests.access.probes import Ids
from tests.client import Answer, Client
from tests.conftest import NewUser
from tests.server import Server


@dataclass(frozen=True, slots=True)
class Shared:
    """Whose things, who asks, and which ids."""

    owner: Client
    asker: Client
    real: Ids
    absent: Ids


@pytest.fixture
def shared(new_user: NewUser) -> Shared:
    owner, asker = new_user(), new_user()
    inbox = owner.mailbox("inbox")
    made = owner.import_mail(SECRET % 7, inbox)
    email = owner.email(made["id"], properties=["attachments", "blobId", "threadId"])
    real = Ids(
        owner.account,
        inbox,
        made["id"],
        email["threadId"],
        email["blobId"],
        email["attachments"][0]["blobId"],
        owner.upload(b"not sent yet"),
        quota="Q0",  # none of what is asked here names these
        identity="I0",
        submission="S0",
        book="A0",
        card="C0",
        push="P1",
        calendar="K0",
        event="V0",
        instance="V0",
        participant="P0",
        notification="N0",
    )
    if asker.account == absent(real).account:  # the next one, after so many users
        asker = new_user()
    return Shared(owner, asker, real, absent(real))


def told(answer: Answer, ids: Ids) -> tuple[int, dict[str, str], str]:
    """Everything that an answer tells, without the ids and the time."""
    text = answer.body.decode()
    for value, name in ids.named().items():
        text = text.replace(value, name)
    kept = {name: value for name, value in answer.headers.items() if name not in ("date", "content-length")}
    return answer.status, kept, text


def assert_same_downloads(shared: Shared) -> None:
    for kind in ("blob", "part", "upload"):
        for account in ("own", "foreign"):
            answers = []
            for ids in (shared.real, shared.absent):
                where = shared.asker.account if account == "own" else ids.account
                answer = shared.asker.download(getattr(ids, kind), where)
                assert answer.status == 404
                answers.append(told(answer, ids))
            assert answers[0] == answers[1]


def test_a_strangers_downloads_tell_nothing(shared: Shared) -> None:
    assert_same_downloads(shared)


def test_a_strangers_uploads_tell_nothing(shared: Shared) -> None:
    answers = []
    for ids in (shared.real, shared.absent):
        path = shared.asker.upload_path(ids.account)
        answers.append(told(shared.asker.send("POST", path, b"x", {"Content-Type": "text/plain"}), ids))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_a_strangers_calls_and_session_tell_nothing(shared: Shared) -> None:
    answers = []
    for ids in (shared.real, shared.absent):
        error = shared.asker.error("Email/get", {"accountId": ids.account, "ids": [ids.email]})
        answers.append(str(error).replace(ids.account, "<account>"))
    assert answers[0] == answers[1]
    assert shared.real.account not in shared.asker.fresh_session()["accounts"]


def test_a_grant_to_read_opens_what_is_referenced_and_nothing_else(server: Server, shared: Shared) -> None:
    server.grant(shared.owner.name, shared.asker.name, read_only=True)
    account = shared.real.account
    seen = shared.asker.fresh_session()["accounts"][account]
    assert (seen["isPersonal"], seen["isReadOnly"]) == (False, True)
    assert shared.asker.download(shared.real.blob, account).body == SECRET % 7
    assert shared.asker.download(shared.real.part, account).status == 200
    assert shared.asker.download(shared.real.upload, account).status == 404
    assert shared.asker.download(shared.real.blob).status == 404
    refused = shared.asker.send("POST", shared.asker.upload_path(account), b"x", {"Content-Type": "text/plain"})
    assert refused.status == 403


def test_a_grant_to_write_lets_the_other_file_and_upload_but_not_read_anothers_upload(
    server: Server, shared: Shared
) -> None:
    server.grant(shared.owner.name, shared.asker.name)
    account = shared.real.account
    blob = shared.asker.upload(b"Subject: from a friend\r\n\r\nhello\r\n", account=account)
    assert shared.owner.download(blob).status == 404
    given = {"blobId": blob, "mailboxIds": {shared.real.mailbox: True}}
    made = shared.asker.call("Email/import", {"accountId": account, "emails": {"a": given}})
    assert made["created"], made
    assert shared.owner.download(blob).status == 200
    assert shared.asker.download(shared.real.upload, account).status == 404


def test_what_was_revoked_is_as_if_it_had_never_been(server: Server, shared: Shared) -> None:
    server.grant(shared.owner.name, shared.asker.name)
    account = shared.real.account
    assert shared.asker.download(shared.real.blob, account).status == 200
    own_upload = shared.asker.upload(b"left behind", account=account)
    state = shared.asker.fresh_session()["state"]
    server.revoke(shared.owner.name, shared.asker.name)
    assert_same_downloads(shared)
    assert shared.asker.download(own_upload, account).status == 404
    session = shared.asker.fresh_session()
    assert account not in session["accounts"]
    assert session["state"] != state
    assert shared.asker.error("Mailbox/get", {"accountId": account})["type"] == "accountNotFound"


def test_a_removed_user_cannot_sign_in_and_leaves_no_trace_in_anothers_session(
    server: Server, shared: Shared, new_user: NewUser
) -> None:
    gone = new_user()
    account = gone.account
    server.grant(gone.name, shared.asker.name)
    assert account in shared.asker.fresh_session()["accounts"]
    server.operate("user.remove", name=gone.name)
    assert gone.send("GET", "/jmap").status == 401
    assert account not in shared.asker.fresh_session()["accounts"]
    assert shared.asker.error("Mailbox/get", {"accountId": account})["type"] == "accountNotFound"
