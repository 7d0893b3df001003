"""LMTP of the real server: where it listens, and that mail comes through."""

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from angarium.datatypes.submission import queue
from angarium.store.contract import AccountKey
from angarium.store.sqlite import open_store
from tests.lmtp import Lmtp
from tests.server import Server, StartError, faultless

LETTER = b"Subject: hello\r\n\r\nHow are you?\r\n"


def place(server: Server) -> tuple[str, int]:
    """Where the server said that it takes mail."""
    host, _, port = server.said().rpartition("LMTP on ")[2].split()[0].rpartition(":")
    return host, int(port)


def test_mail_comes_in_over_tcp_and_the_log_tells_of_it(folder: Path) -> None:
    with faultless(Server(folder, arguments=("--lmtp", "127.0.0.1:0"))) as server:
        ann = server.add_user("ann")
        with Lmtp(place(server)) as client:
            assert client.deliver("bob@example.net", ["ann@localhost"], LETTER)[0][0] == 250
            assert client.ask("MAIL FROM:<bob@example.net>")[0] == 250
            assert client.ask("RCPT TO:<a=b@localhost>")[0] == 550
        inbox = ann.mailbox("inbox")
        (email,) = ann.call("Email/get", {"ids": None, "properties": ["subject"]})["list"]
        assert email["subject"] == "hello"
        lines = [line for line in server.said().splitlines() if " lmtp " in line]
    assert f"user=ann mailbox={inbox} email={email['id']}" in lines[0]
    assert "taken to=ann@localhost from=bob@example.net size=32 peer=127.0.0.1 status=2.0.0" in lines[0]
    assert "refused to='a=b@localhost' from=bob@example.net" in lines[1]


def test_the_server_gives_its_name_in_ascii_and_knows_its_domain_in_both_forms(folder: Path) -> None:
    settings = {"ANGARIUM_MAIL__DOMAINS": '["bücher.example"]'}
    with faultless(Server(folder, settings, arguments=("--lmtp", "127.0.0.1:0"))) as server:
        server.add_user("ann")
        with Lmtp(place(server)) as client:
            assert client.greeting == (220, "xn--bcher-kva.example LMTP Angarium")
            assert client.ask("LHLO tests.example")[1].startswith("xn--bcher-kva.example\n")
            assert client.ask("MAIL FROM:<> SMTPUTF8")[0] == 250
            assert client.ask("RCPT TO:<ann@bücher.example>")[0] == 250
            assert client.ask("RCPT TO:<ann@XN--BCHER-KVA.example>")[0] == 250


def test_mail_comes_in_over_a_unix_socket_beside_workers_and_a_stale_one_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    settings = {"ANGARIUM_LMTP__SOCKET_MODE": "0600", "ANGARIUM_SERVER__WORKERS": "2"}
    with faultless(Server(tmp_path / "data", settings, arguments=("--lmtp", f"unix:{path}"))) as server:
        ann = server.add_user("ann")
        with Lmtp(path) as client:
            assert client.deliver("", ["ann@localhost"], LETTER)[0][0] == 250
        assert len(ann.call("Email/get", {"ids": None})["list"]) == 1
        assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(StartError, match="another program listens there"):
            Server(tmp_path / "other", arguments=("--lmtp", f"unix:{path}")).start()
    assert not path.exists()


def test_who_is_away_answers_once_and_who_is_full_refuses(folder: Path) -> None:
    with faultless(Server(folder, arguments=("--lmtp", "127.0.0.1:0"))) as server:
        ann, bob = server.add_user("ann"), server.add_user("bob")
        for user in (ann, bob):
            user.call("VacationResponse/set", {"update": {"singleton": {"isEnabled": True, "textBody": "Away."}}})
        server.limit("ann", messages=2)
        with Lmtp(place(server)) as client:
            for number, code in ((1, 250), (2, 250), (3, 552)):
                letter = b"To: ann@localhost\r\nX-Number: %d\r\n" % number + LETTER
                assert client.deliver("bob@localhost", ["ann@localhost"], letter)[0][0] == code
    with closing(open_store(folder, read_only=True)) as store:
        waiting, answered = store.read(lambda view: (len(queue.read(view)), view.messages.count(AccountKey(2))))
    assert waiting + answered == 1


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("mine")
    with pytest.raises(StartError, match="cannot listen for LMTP on unix:"):
        Server(tmp_path / "data", arguments=("--lmtp", f"unix:{path}")).start()
    assert path.read_text() == "mine"


def test_a_group_that_does_not_exist_is_told(tmp_path: Path) -> None:
    settings = {"ANGARIUM_LMTP__SOCKET_GROUP": "no-such-group"}
    with pytest.raises(StartError, match="no-such-group"):
        Server(tmp_path / "data", settings, arguments=("--lmtp", f"unix:{tmp_path / 'lmtp'}")).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to be root to give a file to another group")
def test_the_socket_is_given_to_a_group(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    with faultless(
        Server(tmp_path / "data", {"ANGARIUM_LMTP__SOCKET_GROUP": "mail"}, arguments=("--lmtp", f"unix:{path}"))
    ):
        assert path.group() == "mail"
