from pathlib import Path

import pytest
from bench.deliver import Letter, RefusedError, deliver, stuffed
from bench.delivery import Place
from bench.settings import read
from tests.app.test_lmtp import place
from tests.server import Server, faultless


def test_the_client_hands_over_every_message_on_all_its_connections(tmp_path: Path) -> None:
    def letters(recipient: str) -> list[Letter]:
        return [Letter(recipient, stuffed(f"Subject: {number}\r\n\r\n.dot".encode())) for number in range(20)]

    with faultless(Server(tmp_path / "data", arguments=("--lmtp", "127.0.0.1:0"))) as server:
        ann = server.add_user("ann")
        assert deliver(place(server), 3, letters("ann@localhost")) > 0
        emails = ann.call("Email/get", {"ids": None, "properties": ["subject"]})["list"]
        assert sorted(int(email["subject"]) for email in emails) == list(range(20))
        with pytest.raises(RefusedError, match="550"):
            deliver(place(server), 1, letters("bob@localhost"))


def test_the_peer_is_read_from_the_command_line() -> None:
    assert read(["--lmtp-peer", "::1:24,ann"]).lmtp_peer == Place("::1", 24, "ann")
    with pytest.raises(SystemExit):
        read(["--lmtp-peer", "localhost"])
