"""The queue of the real server: mail between its users, to others by the relay, and what comes of refusals."""

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client
from tests.relay import PLAIN, Relay
from tests.server import Server, StartError, faultless
from tests.waiting import eventually

MAIL_FROM = "ann@localhost"


def send(user: Client, to: Sequence[str], subject: str = "hello", **more: Any) -> str:
    """Write a letter and submit it; the id of the submission."""
    (identity,) = (known["id"] for known in user.call("Identity/get", {"ids": None})["list"])
    email = {
        "mailboxIds": {user.mailbox("drafts"): True},
        "keywords": {"$draft": True},
        "from": [{"name": "Ann", "email": MAIL_FROM}],
        "to": [{"name": None, "email": address} for address in to],
        "bcc": [{"name": None, "email": "secret@elsewhere.example"}],
        "subject": subject,
        "bodyValues": {"1": {"value": "Hello there!\n.\nlast line"}},
        "textBody": [{"partId": "1", "type": "text/plain"}],
    }
    made = user.call("Email/set", {"create": {"e": email}})["created"]["e"]["id"]
    envelope = {"mailFrom": {"email": MAIL_FROM}, "rcptTo": [{"email": address} for address in to]}
    submission = {"emailId": made, "identityId": identity, "envelope": envelope, **more}
    moved = {
        "#s": {
            f"mailboxIds/{user.mailbox('drafts')}": None,
            f"mailboxIds/{user.mailbox('sent')}": True,
            "keywords/$draft": None,
        }
    }
    answered = user.call("EmailSubmission/set", {"create": {"s": submission}, "onSuccessUpdateEmail": moved})
    return str(answered["created"]["s"]["id"])


def status(user: Client, submission: str) -> dict[str, Any]:
    (found,) = user.call("EmailSubmission/get", {"ids": [submission]})["list"]
    return dict(found)


def inbox(user: Client) -> list[dict[str, Any]]:
    found = user.call("Email/query", {"filter": {"inMailbox": user.mailbox("inbox")}})["ids"]
    wanted = ["subject", "from", "to", "bcc", "preview", "attachments", "headers"]
    return list(user.call("Email/get", {"ids": found, "properties": wanted})["list"])


def test_a_letter_goes_from_one_user_to_another_at_once(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann, bob = server.add_user("ann"), server.add_user("bob")
        submission = send(ann, ["bob@localhost"])
        (letter,) = eventually(lambda: inbox(bob))
        assert (letter["subject"], letter["from"][0]["email"], letter["bcc"]) == ("hello", MAIL_FROM, None)
        assert letter["preview"].startswith("Hello there!")
        told = eventually(lambda: (found := status(ann, submission))["undoStatus"] == "final" and found)
        assert told["deliveryStatus"]["bob@localhost"]["delivered"] == "yes"
        assert ann.mailboxes()["sent"]
        assert server.command("queue", "list").stdout == "the queue is empty\n"


def test_mail_for_others_goes_to_the_relay_and_a_refusal_comes_back_as_a_bounce(folder: Path) -> None:
    def script(line: str) -> bytes | None:
        return b"550 5.1.1 nobody of that name" if "nobody@" in line else PLAIN

    with Relay(script) as relay, faultless(Server(folder, relay.settings())) as server:
        ann = server.add_user("ann")
        submission = send(ann, ["carl@elsewhere.example", "nobody@elsewhere.example"])
        (taken,) = relay.wait_for(1)
        assert (taken.sender, taken.recipients) == (MAIL_FROM, ["carl@elsewhere.example"])
        assert b"secret@" not in taken.content
        assert re.search(rb"\r\nMessage-ID: <[0-9a-f]+@localhost>\r\n", taken.content)
        assert b"\r\n.\r\nlast line" in taken.content
        assert taken.content.count(b"\n") == taken.content.count(b"\r\n")
        (bounce,) = eventually(lambda: inbox(ann))
        assert bounce["from"][0]["email"] == "MAILER-DAEMON@localhost"
        assert bounce["subject"] == "Undelivered: hello"
        assert "nobody@elsewhere.example" in bounce["preview"]
        told = status(ann, submission)["deliveryStatus"]
        assert told["carl@elsewhere.example"]["delivered"] in ("unknown", "queued")
        assert told["nobody@elsewhere.example"]["smtpReply"] == "550 5.1.1 nobody of that name"
        assert told["nobody@elsewhere.example"]["delivered"] == "no"


def test_a_relay_that_comes_back_gets_what_waited_also_over_a_restart_of_the_server(folder: Path) -> None:
    ready: list[bool] = []

    def script(line: str) -> bytes | None:
        return PLAIN if ready or not line.startswith("MAIL") else b"451 4.3.2 not now"

    with Relay(script) as relay:
        settings = {**relay.settings(), "ANGARIUM_QUEUE__RETRY": "[1]"}
        with faultless(Server(folder, settings)) as server:
            ann = server.add_user("ann")
            submission = send(ann, ["carl@elsewhere.example"])
            told = eventually(lambda: _tried(status(ann, submission)))
            assert told["carl@elsewhere.example"]["smtpReply"] == "451 4.3.2 not now"
            assert "451 4.3.2 not now" in server.command("queue", "list").stdout
            server.kill()
            ready.append(True)
            server.start()
            assert relay.wait_for(1)[0].recipients == ["carl@elsewhere.example"]
            told = eventually(
                lambda: (found := status(server.client("ann"), submission))["undoStatus"] == "final" and found
            )
        assert len(relay.taken) == 1


def _tried(submission: Mapping[str, Any]) -> Any:
    told = submission["deliveryStatus"]
    return told if not next(iter(told.values()))["smtpReply"].startswith("250") else None


@pytest.mark.parametrize(
    "script",
    [
        lambda line: None if line.startswith("MAIL") else PLAIN,
        lambda line: None if line == "END" else PLAIN,
        lambda line: b"banana" if line.startswith("RCPT") else PLAIN,
        lambda line: b"999 what" if line.startswith("DATA") else PLAIN,
        lambda line: b"421 4.3.2 go away" if line == "CONNECT" else PLAIN,
        lambda line: b"250 2.0.0 " + b"x" * 100_000 if line.startswith("MAIL") else PLAIN,
    ],
    ids=["closes", "closes at the end", "rubbish", "no such code", "not served", "endless"],
)  # fmt: skip
def test_a_relay_that_misbehaves_leaves_the_letter_in_the_queue(
    folder: Path, script: Callable[[str], bytes | None]
) -> None:
    with Relay(script) as relay, faultless(Server(folder, relay.settings())) as server:
        ann = server.add_user("ann")
        submission = send(ann, ["carl@elsewhere.example"])
        reply = eventually(lambda: _tried(status(ann, submission)))["carl@elsewhere.example"]["smtpReply"]
        assert reply.startswith("4")
        assert "carl@elsewhere.example" in server.command("queue", "list").stdout


def test_a_letter_that_is_held_can_be_canceled_and_is_never_sent(folder: Path) -> None:
    with Relay() as relay, faultless(Server(folder, relay.settings())) as server:
        ann = server.add_user("ann")
        hold = {
            "mailFrom": {"email": MAIL_FROM, "parameters": {"HOLDFOR": "3600"}},
            "rcptTo": [{"email": "c@x.example"}],
        }
        submission = send(ann, ["c@x.example"], envelope=hold)
        assert status(ann, submission)["undoStatus"] == "pending"
        ann.call("EmailSubmission/set", {"update": {submission: {"undoStatus": "canceled"}}})
        assert status(ann, submission)["undoStatus"] == "canceled"
        assert server.command("queue", "list").stdout == "the queue is empty\n"
        send(ann, ["carl@elsewhere.example"])
        assert [taken.recipients for taken in relay.wait_for(1)] == [["carl@elsewhere.example"]]


def test_the_queue_is_shown_retried_and_dropped_by_the_command_line(folder: Path) -> None:
    ready: list[bool] = []
    with (
        Relay(lambda line: PLAIN if ready or not line.startswith("MAIL") else b"451 4.7.1 greylisted") as relay,
        faultless(Server(folder, relay.settings())) as server,
    ):
        ann = server.add_user("ann")
        first, second = (send(ann, [f"{name}@elsewhere.example"]) for name in ("carl", "dora"))
        eventually(lambda: _tried(status(ann, first)))
        eventually(lambda: _tried(status(ann, second)))
        listed = server.command("queue", "list").stdout.splitlines()
        assert len([line for line in listed if line.startswith("Q")]) == 2
        carl = next(line.split()[0] for line in listed if line.startswith("Q"))
        dora = next(line.split()[0] for line in reversed(listed) if line.startswith("Q"))
        shown = server.command("queue", "show", carl).stdout
        assert "carl@elsewhere.example" in shown
        assert "451 4.7.1 greylisted" in shown
        assert server.command("queue", "drop", dora).stdout == f"dropped {dora}\n"
        ready.append(True)
        assert server.command("queue", "retry", carl).stdout == f"{carl} is tried now\n"
        assert relay.wait_for(1)[0].recipients == ["carl@elsewhere.example"]
        eventually(lambda: server.command("queue", "list").stdout == "the queue is empty\n")
        missing = server.command("queue", "show", dora, check=False)
        assert (missing.returncode, "there is no" in missing.stderr) == (2, True)


def test_a_relay_that_hangs_holds_up_nobody_here_and_nobody_else_at_the_end(folder: Path) -> None:
    end, hanging = threading.Event(), list[str]()

    def script(line: str) -> bytes | None:
        if line.startswith("MAIL"):
            hanging.append(line)
            end.wait(30)
        return PLAIN

    with Relay(script) as relay:
        server = Server(folder, {**relay.settings(), "ANGARIUM_RELAY__TIMEOUT": "60"})
        with faultless(server):
            ann, bob = server.add_user("ann"), server.add_user("bob")
            for number in range(10):
                send(ann, [f"carl{number}@elsewhere.example"])
            eventually(lambda: len(hanging) == 4)
            submission = send(ann, ["bob@localhost", "carl@elsewhere.example"])
            eventually(lambda: inbox(bob))
            assert status(ann, submission)["deliveryStatus"]["bob@localhost"]["delivered"] == "yes"
            assert server.stop() == 0
            end.set()
            server.start()
            assert len({taken.recipients[0] for taken in relay.wait_for(11)}) == 11


def test_files_of_the_relay_that_cannot_be_used_are_told_at_the_start(folder: Path, tmp_path: Path) -> None:
    settings = {
        "ANGARIUM_RELAY__HOST": "127.0.0.1",
        "ANGARIUM_RELAY__USER": "us",
        "ANGARIUM_RELAY__PASSWORD_FILE": str(tmp_path / "none"),
    }
    with pytest.raises(StartError, match=r"the relay 127\.0\.0\.1 cannot be used"):
        Server(folder, settings).start()
