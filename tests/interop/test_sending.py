"""People send: from one user to another with jmapc, and out through a real Postfix, from which failure comes back."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import jmapc
import pytest
from jmapc import methods

from angarium import testing
from tests.app.test_lmtp import place
from tests.app.test_queueing import inbox, status
from tests.client import Client
from tests.interop.postfix import POSTFIX, Postfix
from tests.interop.test_jmapc import ask, mailbox
from tests.server import Server, certificate, faultless
from tests.waiting import eventually

_RELAYING = """\
127.0.0.1:{port} inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
"""


@pytest.fixture
def inside() -> Iterator[testing.Server]:
    with testing.Server(tls=True, strict=True) as server:
        yield server


@pytest.fixture
def sender(inside: testing.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[jmapc.Client]:
    assert inside.certificate is not None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(inside.certificate.authority))
    user = inside.add_user("sender@example.com")
    client = jmapc.Client.create_with_password(inside.url.removeprefix("https://"), user.name, user.password)
    yield client
    client.requests_session.close()


def test_jmapc_sends_a_draft_from_one_user_to_another(sender: jmapc.Client, inside: testing.Server) -> None:
    reader = inside.add_user("reader@example.com")
    (identity,) = ask(sender, methods.IdentityGet(ids=None), methods.IdentityGetResponse).data
    assert identity.email == "sender@example.com"
    drafts, sent = mailbox(sender, "drafts"), mailbox(sender, "sent")
    draft = jmapc.Email(
        mail_from=[jmapc.EmailAddress(name="Sender", email=identity.email)],
        to=[jmapc.EmailAddress(email="reader@example.com")],
        subject="from one to another",
        keywords={"$draft": True},
        mailbox_ids={drafts: True},
        body_values={"b": jmapc.EmailBodyValue(value="hello\n")},
        text_body=[jmapc.EmailBodyPart(part_id="b", type="text/plain")],
    )
    submission = jmapc.EmailSubmission(
        email_id="#draft",
        identity_id=identity.id,
        envelope=jmapc.Envelope(
            mail_from=jmapc.Address(email="sender@example.com"), rcpt_to=[jmapc.Address(email="reader@example.com")]
        ),
    )
    filed = {"keywords/$draft": None, f"mailboxIds/{drafts}": None, f"mailboxIds/{sent}": True}
    calls: list[methods.Request] = [
        methods.EmailSet(create={"draft": draft}),
        methods.EmailSubmissionSet(create={"out": submission}, on_success_update_email={"#out": filed}),
    ]
    answers = [invocation.response for invocation in sender.request(calls, raise_errors=True)]
    assert isinstance(answers[1], methods.EmailSubmissionSetResponse)
    assert isinstance(answers[2], methods.EmailSetResponse)
    assert answers[1].created
    made = answers[1].created["out"]
    assert made is not None
    (letter,) = inside.wait_for(lambda: reader.messages("inbox"))
    assert (letter["subject"], letter["from"][0]["email"]) == ("from one to another", "sender@example.com")
    told = inside.wait_for(lambda: _final(sender, str(made.id)))
    assert told.delivery_status is not None
    assert told.delivery_status["reader@example.com"].delivered.value == "yes"
    found = ask(
        sender,
        methods.EmailQuery(filter=jmapc.EmailQueryFilterCondition(in_mailbox=sent)),
        methods.EmailQueryResponse,
    )
    assert isinstance(found.ids, list)
    assert len(found.ids) == 1


def _final(client: jmapc.Client, record: str) -> jmapc.EmailSubmission | None:
    (shown,) = ask(client, methods.EmailSubmissionGet(ids=[record]), methods.EmailSubmissionGetResponse).data
    return shown if shown.undo_status is jmapc.UndoStatus.FINAL else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _send(user: Client, *to: str) -> str:
    (identity,) = user.call("Identity/get")["list"]
    draft = {
        "mailboxIds": {user.mailbox("drafts"): True},
        "from": [{"name": "Änne", "email": "ann@example.com"}],
        "to": [{"email": email} for email in to],
        "subject": "grüße",
        "textBody": [{"partId": "1", "type": "text/plain"}],
        "bodyValues": {"1": {"value": ".\n..dots\nFrom here\n"}},
    }
    envelope = {
        "mailFrom": {"email": "ann@example.com", "parameters": {"RET": "HDRS"}},
        "rcptTo": [{"email": email, "parameters": {"NOTIFY": "SUCCESS,FAILURE"}} for email in to],
    }
    given = {"identityId": identity["id"], "emailId": "#d", "envelope": envelope}
    answers = user.responses(("Email/set", {"create": {"d": draft}}), ("EmailSubmission/set", {"create": {"s": given}}))
    return str(answers[1][1]["created"]["s"]["id"])


@pytest.mark.skipif(POSTFIX is None, reason="Postfix is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root only")
def test_postfix_takes_mail_out_over_verified_tls_and_its_reports_come_back(tmp_path: Path) -> None:
    issued, port = certificate(tmp_path, "127.0.0.1"), _free_port()
    relay = {
        "ANGARIUM_RELAY__HOST": "127.0.0.1",
        "ANGARIUM_RELAY__PORT": str(port),
        "ANGARIUM_RELAY__CA_FILE": str(issued.authority),
        "ANGARIUM_MAIL__DOMAINS": '["example.com"]',
    }
    elsewhere = {"ANGARIUM_MAIL__DOMAINS": '["elsewhere.example"]'}
    lmtp = ("--lmtp", "127.0.0.1:0")
    with (
        faultless(Server(tmp_path / "here", relay, arguments=lmtp)) as here,
        faultless(Server(tmp_path / "there", elsewhere, arguments=lmtp)) as there,
    ):
        ann, bo = here.add_user("ann"), there.add_user("bo")
        ways = (("example.com", here), ("elsewhere.example", there))
        places = ((domain, ":".join(map(str, place(server)))) for domain, server in ways)
        transports = ", ".join(f"{{{domain} = lmtp:inet:{at}}}" for domain, at in places)
        settings = {
            "mynetworks": "127.0.0.0/8",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "relay_domains": "example.com, elsewhere.example",
            "transport_maps": f"inline:{{{transports}}}",
            "smtpd_tls_security_level": "encrypt",
            "smtpd_tls_received_header": "yes",
            "smtpd_tls_cert_file": str(issued.chain),
            "smtpd_tls_key_file": str(issued.key),
        }
        with Postfix(settings, _RELAYING.format(port=port)) as postfix:
            record = _send(ann, "bo@elsewhere.example", "nobody@elsewhere.example")
            assert "status=sent" in postfix.result("bo@elsewhere.example")
            assert "dsn=5.1.1, status=bounced" in postfix.result("nobody@elsewhere.example")
            (letter,) = eventually(lambda: inbox(bo))
            assert letter["subject"] == "grüße"
            raw = bo.download(bo.call("Email/get", {"ids": None})["list"][0]["blobId"]).body
            assert raw.endswith(b".\r\n..dots\r\nFrom here\r\n")
            assert b"using TLS" in raw
            eventually(lambda: len(status(ann, record)["dsnBlobIds"]) == 2)
            told = status(ann, record)["deliveryStatus"]
            assert told["bo@elsewhere.example"]["delivered"] == "unknown"  # Postfix says relayed: LMTP reports nothing
            assert told["nobody@elsewhere.example"]["delivered"] == "no"
            assert told["nobody@elsewhere.example"]["smtpReply"].startswith("550 5.1.1")
        assert here.command("queue", "list").stdout == "the queue is empty\n"
