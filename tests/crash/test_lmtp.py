"""Mail comes in on eight connections while the server is killed every second or so: acknowledged is there, once, whole.

`make crash` sends 10,000 letters.
"""

import random
import time
from pathlib import Path

import pytest

from tests.client import Client
from tests.crash.postman import Letter, Round
from tests.crash.test_kill import assert_changes_agree, assert_counted, everything
from tests.figures import Tally
from tests.server import Server

NAMES = ("ann", "bob", "cid", "dee")
POSTMEN = 8
RETURN_PATH = b"Return-Path: <postman@example.net>\r\n"


def test_a_letter_that_was_acknowledged_is_there_once_and_whole(
    tmp_path: Path, pytestconfig: pytest.Config, tally: Tally
) -> None:
    place, chance = tmp_path / "lmtp", random.Random(2033)
    server = Server(tmp_path / "data", arguments=("--lmtp", f"unix:{place}"))
    work = Round(NAMES, chance)
    work.write(max(1_000, 50 * pytestconfig.getoption("kills")))
    meant = {letter.name: tuple(letter.waiting) for letter in work.letters}
    with server:
        for name in NAMES:
            server.add_user(name)
        postmen = work.deal(place, POSTMEN)
        for postman in postmen:
            postman.start()
        kills, apart = 0, 2 * len(work.letters) // max(4, pytestconfig.getoption("kills"))
        while any(postman.is_alive() for postman in postmen):
            more = sum(postman.handed for postman in postmen) + chance.randint(1, apart)
            while any(postman.is_alive() for postman in postmen) and sum(man.handed for man in postmen) < more:
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.05))  # not to synchronise: this is the instant of the kill
            server.kill()
            kills += 1
            tally.add(kills=1)
            server.start()
        assert [postman.failure for postman in postmen if postman.failure] == []
        assert kills > 1
        assert any(letter.attempts > 1 for letter in work.letters)
        for name in NAMES:
            _check(server.client(name), [letter for letter in work.letters if name in meant[letter.name]])
    assert not server.faults(), "\n".join(server.faults())
    assert server.command("verify").returncode == 0
    tally.add(letters=len(work.letters), copies=sum(map(len, meant.values())))


def _check(user: Client, letters: list[Letter]) -> None:
    """The account holds these letters, each once and octet for octet, and nothing else."""
    after = everything(user)
    assert sorted(email["subject"] for email in after.values()) == sorted(letter.name for letter in letters)
    contents = {letter.name: RETURN_PATH + letter.content for letter in letters}
    for email in after.values():
        assert user.download(email["blobId"]).body == contents[email["subject"]]
    assert_counted(user)
    assert_changes_agree(user, after)
