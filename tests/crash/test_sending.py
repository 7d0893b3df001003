"""People send while the server is killed: what was accepted reaches everyone, users once, and others as SMTP allows.

A relay may see a message again only when the server died between its answer and the note of it, so at most once for
each connection and kill.
"""

import http.client
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client, Refused
from tests.crash.test_kill import everything
from tests.figures import Tally
from tests.relay import Relay
from tests.server import Server

SENDERS = 3
CONNECTIONS = 4
WITHIN = 600.0


class Writer(threading.Thread):
    """Writes and sends, one letter in each request, to a user of the server and to somebody elsewhere."""

    def __init__(self, user: Client, label: str) -> None:
        super().__init__(name=label)
        self.accepted: set[str] = set()
        self.doubtful: set[str] = set()
        self.failure: BaseException | None = None
        self._user = user
        self._label = label
        self._drafts = user.mailbox("drafts")
        self._identity = user.call("Identity/get")["list"][0]["id"]

    def run(self) -> None:
        count = 0
        try:
            while True:
                count += 1
                self._send(f"{self._label}-{count}")
        except (OSError, http.client.HTTPException):
            return  # the server is gone; the last letter is in doubt
        except Refused as refused:
            if refused.answer.status != 503:
                self.failure = refused
        except BaseException as error:
            self.failure = error

    def _send(self, name: str) -> None:
        draft = {
            "mailboxIds": {self._drafts: True},
            "from": [{"email": "ann@localhost"}],
            "to": [{"email": "bob@localhost"}, {"email": "cy@elsewhere.example"}],
            "subject": name,
        }
        submission = {"identityId": self._identity, "emailId": "#d"}
        self.doubtful.add(name)
        answers = self._user.responses(
            ("Email/set", {"create": {"d": draft}}), ("EmailSubmission/set", {"create": {"s": submission}})
        )
        assert answers[1][1]["created"], answers
        self.doubtful.discard(name)
        self.accepted.add(name)


def test_what_was_accepted_is_sent_though_the_server_is_killed(
    tmp_path: Path, pytestconfig: pytest.Config, tally: Tally
) -> None:
    chance = random.Random(8621)
    kills = max(3, pytestconfig.getoption("kills"))
    writers: list[Writer] = []
    more = {"ANGARIUM_QUEUE__RETRY": "[1]", "ANGARIUM_QUEUE__RECIPIENTS_PER_HOUR": "1000000"}
    with Relay() as relay, Server(tmp_path / "data", {**relay.settings(), **more}) as server:
        server.add_user("ann")
        server.add_user("bob")
        for kill in range(kills):
            round_ = [Writer(server.client("ann"), f"k{kill}w{number}") for number in range(SENDERS)]
            for writer in round_:
                writer.start()
            enough = chance.randint(1, 12)
            while (
                all(writer.is_alive() for writer in round_) and sum(len(writer.accepted) for writer in round_) < enough
            ):
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.1))  # not to synchronise: this is the instant of the kill
            server.kill()
            tally.add(kills=1)
            for writer in round_:
                writer.join()
            writers += round_
            server.start()
        _until_empty(server)
        assert [writer.failure for writer in writers if writer.failure] == []
        _check(server, relay, writers, kills)
    assert not server.faults(), "\n".join(server.faults())
    tally.add(accepted=sum(len(writer.accepted) for writer in writers))


def _until_empty(server: Server) -> None:
    deadline = time.monotonic() + WITHIN
    while server.command("queue", "list").stdout != "the queue is empty\n":
        assert time.monotonic() < deadline, server.command("queue", "list").stdout
        time.sleep(0.2)


def _check(server: Server, relay: Relay, writers: list[Writer], kills: int) -> None:
    accepted = {name for writer in writers for name in writer.accepted}
    possible = accepted | {name for writer in writers for name in writer.doubtful}
    assert len(accepted) > kills
    here = Counter(email["subject"] for email in everything(server.client("bob")).values())
    assert set(here.values()) <= {1}
    assert accepted <= here.keys() <= possible
    there = Counter(_subject(taken.content) for taken in relay.taken)
    assert here.keys() == there.keys()
    assert sum(there.values()) - len(there) <= kills * CONNECTIONS
    states = _submissions(server.client("ann"))
    assert len(states) == len(here)
    for shown in states:
        assert shown["undoStatus"] == "final"
        told = {email: status["delivered"] for email, status in shown["deliveryStatus"].items()}
        assert told == {"bob@localhost": "yes", "cy@elsewhere.example": "unknown"}


def _submissions(user: Client) -> list[Any]:
    found: list[Any] = []
    while ids := user.call("EmailSubmission/query", {"position": len(found), "limit": 500})["ids"]:
        wanted = {"ids": ids, "properties": ["undoStatus", "deliveryStatus"]}
        found += user.call("EmailSubmission/get", wanted)["list"]
    return found


def _subject(content: bytes) -> str:
    return content.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()
