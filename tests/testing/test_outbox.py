"""What users send is caught, and the relay answers as the test says."""

from typing import Any

from angarium.testing import Server, User
from tests.client import Client


def send(client: Client, *to: str, **parameters: str) -> str:
    """Send a message; the id of the submission."""
    (identity, *_) = client.call("Identity/get")["list"]
    draft = {
        "mailboxIds": {client.mailbox("drafts"): True},
        "from": [{"email": identity["email"]}],
        "to": [{"email": email} for email in to],
        "subject": "grüße",
        "textBody": [{"partId": "1", "type": "text/plain"}],
        "bodyValues": {"1": {"value": "good day\n"}},
    }
    envelope = {
        "mailFrom": {"email": identity["email"], "parameters": parameters or None},
        "rcptTo": [{"email": email} for email in to],
    }
    given = {"identityId": identity["id"], "emailId": "#d", "envelope": envelope}
    answers = client.responses(
        ("Email/set", {"create": {"d": draft}}), ("EmailSubmission/set", {"create": {"s": given}})
    )
    return str(answers[1][1]["created"]["s"]["id"])


def status(client: Client, record: str) -> Any:
    (shown,) = client.call("EmailSubmission/get", {"ids": [record]})["list"]
    return shown


def test_mail_to_others_is_in_the_outbox_when_the_client_has_its_answer(
    jmap_server: Server, user: User, client: Client
) -> None:
    send(client, "bob@example.net", "eve@example.org")
    (sent,) = jmap_server.outbox
    assert (sent.user, sent.sender) == (user.name, user.name)
    assert sent.recipients == ("bob@example.net", "eve@example.org")
    assert (sent.subject, sent.text) == ("grüße", "good day\n")
    assert b"Bcc" not in sent.octets


def test_mail_to_users_is_in_the_outbox_and_in_their_inbox(jmap_server: Server, client: Client) -> None:
    bob = jmap_server.add_user("bob@example.com")
    send(client, bob.address)
    (letter,) = jmap_server.wait_for(lambda: bob.messages("inbox"))
    assert letter["subject"] == "grüße"
    assert [sent.recipients for sent in jmap_server.outbox] == [("bob@example.com",)]


def test_mail_that_is_held_is_sent_when_the_clock_says_so(jmap_server: Server, client: Client) -> None:
    record = send(client, "bob@example.net", HOLDFOR="3600")
    assert list(jmap_server.outbox) == []
    assert status(client, record)["undoStatus"] == "pending"
    jmap_server.advance_clock(3601)
    jmap_server.wait_for(lambda: jmap_server.outbox)
    assert jmap_server.wait_for(lambda: status(client, record)["undoStatus"] == "final")


def test_mail_that_is_taken_back_is_never_sent(jmap_server: Server, client: Client) -> None:
    record = send(client, "bob@example.net", HOLDFOR="3600")
    client.call("EmailSubmission/set", {"update": {record: {"undoStatus": "canceled"}}})
    jmap_server.advance_clock(7200)
    send(client, "eve@example.net")
    assert [sent.recipients for sent in jmap_server.outbox] == [("eve@example.net",)]


def test_the_relay_refuses_a_recipient(jmap_server: Server, user: User, client: Client) -> None:
    jmap_server.dial("relayReply", reply="550 5.1.1 no such user", recipient="*@example.net")
    record = send(client, "bob@example.net", "eve@example.org")
    told = jmap_server.wait_for(lambda: _final(client, record))["deliveryStatus"]
    assert told["bob@example.net"]["smtpReply"] == "550 5.1.1 no such user"
    assert told["eve@example.org"]["delivered"] != "no"
    assert jmap_server.wait_for(lambda: user.messages("inbox")), "the report of what was not delivered"


def _final(client: Client, record: str) -> Any:
    shown = status(client, record)
    return shown if shown["undoStatus"] == "final" else None
