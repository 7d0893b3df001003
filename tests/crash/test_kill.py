"""The server is killed at a random instant while clients write; what it had acknowledged is there afterwards, once.

After each restart the whole mailbox is compared with what the clients know, and counters with queries.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import Client
from tests.crash.workload import Ledger, Worker
from tests.figures import Tally
from tests.server import PASSWORD, Server

WORKERS = 4
MOST_BEFORE = 60
"""Things acknowledged before a kill at the most."""

_PAGE = 500
_KILLS_IN_A_FOLDER = 20


class Yard:
    """A server to kill, on a folder that is kept from kill to kill, and made anew before checks of it take long."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Server | None = None

    def server(self, kill: int) -> Server:
        """The server, running; in every other folder with a second worker process."""
        folder = kill // _KILLS_IN_A_FOLDER
        if self._server is None or kill % _KILLS_IN_A_FOLDER == 0:
            self.end()
            workers = {"ANGARIUM_SERVER__WORKERS": str(folder % 2 + 1)}
            self._server = Server(self._folder / f"data{folder}", workers)
        if not self._server.running():
            self._server.start()
        return self._server

    def end(self) -> None:
        """Stop; no run between the kills may have met a fault."""
        server, self._server = self._server, None
        if server is not None:
            if server.running():
                server.stop()
            assert not server.faults(), "\n".join(server.faults())


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    made = Yard(tmp_path_factory.mktemp("crash"))
    yield made
    made.end()


def test_what_was_acknowledged_survives_a_kill(yard: Yard, kill: int, tally: Tally) -> None:
    server, chance = yard.server(kill), random.Random(kill)
    name = f"user{kill}@example.com"
    workers = [Worker(server.add_user(name), number, f"kill-{kill}") for number in range(1)]
    workers += [Worker(server.client(name), number, f"kill-{kill}") for number in range(1, WORKERS)]
    for worker in workers:
        worker.start()
    enough = chance.randint(0, MOST_BEFORE)  # however long that takes on a machine that has other work
    while all(worker.is_alive() for worker in workers) and sum(worker.acknowledged() for worker in workers) < enough:
        time.sleep(0.002)
    time.sleep(chance.uniform(0.0, 0.1))  # not to synchronise: this is the instant of the kill
    server.kill()
    tally.add(kills=1)
    for worker in workers:
        worker.join()
    assert [worker.failure for worker in workers if worker.failure] == []
    if kill % 3 == 2:  # and now and then a second time, while it starts
        server.launch()
        time.sleep(chance.uniform(0.0, 0.8))
        server.kill()
        tally.add(starting=1)
    done = server.command("verify", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    server.start()
    check(server.client(name, PASSWORD), workers)
    tally.add(mails=sum(len(worker.ledger.mails) for worker in workers))


def check(user: Client, workers: list[Worker]) -> None:
    """Compare the account with what its clients know of it."""
    after = everything(user)
    for worker in workers:
        compare(worker.ledger, after, user)
    known = {identifier for worker in workers for identifier in worker.ledger.mails}
    doubtful = {token for worker in workers for token in worker.ledger.doubtful_tokens}
    for identifier in after.keys() - known - in_doubt(workers):
        assert after[identifier]["subject"] in doubtful
    for email in after.values():
        assert_whole(user, email)
    assert_counted(user)
    assert_changes_agree(user, after)


def in_doubt(workers: list[Worker]) -> set[str]:
    return {identifier for worker in workers for identifier in worker.ledger.doubtful_ids}


def everything(user: Client) -> dict[str, Any]:
    """Every email by id, read page by page."""
    found: dict[str, Any] = {}
    wanted = ["subject", "keywords", "mailboxIds", "blobId", "size", "threadId"]
    while True:
        ids = user.call("Email/query", {"position": len(found), "limit": _PAGE})["ids"]
        if not ids:
            return found
        answer = user.call("Email/get", {"ids": ids, "properties": wanted})
        assert answer["notFound"] == []
        found |= {email["id"]: email for email in answer["list"]}


def compare(ledger: Ledger, after: dict[str, Any], user: Client) -> None:
    """What was acknowledged is so; nothing is there twice."""
    subjects = [email["subject"] for email in after.values()]
    for identifier, mail in ledger.mails.items():
        email = after[identifier]
        assert email["subject"] == mail.token
        assert subjects.count(mail.token) == 1
        assert mail.flagged is None or mail.flagged == ("$flagged" in email["keywords"])
        assert mail.mailbox is None or email["mailboxIds"] == {mail.mailbox: True}
        if mail.content is not None:
            assert user.download(email["blobId"]).body == mail.content
    for token in ledger.doubtful_tokens:
        assert subjects.count(token) <= 1
    assert not ledger.destroyed & after.keys()
    for blob, content in ledger.uploads.items():
        assert user.download(blob).body == content
    assert int(user.call("Email/get", {"ids": []})["state"]) >= ledger.state


def assert_whole(user: Client, email: Any) -> None:
    """An email that is shown can be read: its octets, its thread, its place in search."""
    assert len(user.download(email["blobId"]).body) == email["size"]
    (thread,) = user.call("Thread/get", {"ids": [email["threadId"]]})["list"]
    assert email["id"] in thread["emailIds"]
    found = user.call("Email/query", {"filter": {"subject": f'"{email["subject"]}"'}, "limit": 10})["ids"]
    assert email["id"] in found


def assert_counted(user: Client) -> None:
    """The counters of mailboxes say what queries find."""
    for mailbox in user.call("Mailbox/get")["list"]:
        inside: dict[str, Any] = {"inMailbox": mailbox["id"]}
        unread = {"operator": "AND", "conditions": [inside, {"notKeyword": "$seen"}]}
        for counter, condition, collapse in (
            ("totalEmails", inside, False),
            ("unreadEmails", unread, False),
            ("totalThreads", inside, True),
        ):
            arguments = {"filter": condition, "collapseThreads": collapse, "calculateTotal": True, "limit": 1}
            assert user.call("Email/query", arguments)["total"] == mailbox[counter], (mailbox["name"], counter)


def assert_changes_agree(user: Client, after: dict[str, Any]) -> None:
    """Everything that is new is told as created by /changes from the beginning, and nothing else is."""
    state, told = "0", set[str]()
    while True:
        changes = user.call("Email/changes", {"sinceState": state, "maxChanges": _PAGE})
        told |= set(changes["created"]) | set(changes["updated"])
        told -= set(changes["destroyed"])
        state = changes["newState"]
        if not changes["hasMoreChanges"]:
            break
    assert told == set(after)
