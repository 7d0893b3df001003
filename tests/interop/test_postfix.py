"""Postfix delivers in, set up as docs/guide/postfix.md says: over LMTP on TCP, on a Unix socket, and through a pipe."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.app.test_lmtp import place
from tests.client import Client
from tests.interop.postfix import POSTFIX, Postfix
from tests.server import COMMAND, Server, faultless

pytestmark = [
    pytest.mark.skipif(POSTFIX is None, reason="Postfix is not installed"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root only"),
]
_WORKER = "nobody"
DOMAIN = {"ANGARIUM_MAIL__DOMAINS": '["example.com"]'}
LETTER = "From: Bob <bob@example.net>\nTo: ann@example.com\nSubject: hello\n\n.dot and grün\n"


def subjects(user: Client, role: str) -> list[str]:
    ids = user.call("Email/query", {"filter": {"inMailbox": user.mailbox(role)}})["ids"]
    return [email["subject"] for email in user.call("Email/get", {"ids": ids})["list"]]


def test_postfix_delivers_over_tcp_and_is_told_of_who_is_not_there(folder: Path) -> None:
    with faultless(Server(folder, DOMAIN, arguments=("--lmtp", "127.0.0.1:0"))) as server:
        ann, dee = server.add_user("ann"), server.add_user("dee")
        host, port = place(server)
        settings = {
            "virtual_mailbox_domains": "example.com",
            "virtual_transport": f"lmtp:inet:{host}:{port}",
            "recipient_delimiter": "+",
        }
        with Postfix(settings) as postfix:
            everybody = ["ann@example.com", "dee+archive@example.com", "nobody@example.com"]
            postfix.send("bob@example.net", everybody, LETTER)
            assert "status=sent (250 2.0.0" in postfix.result("ann@example.com")
            assert "status=sent (250 2.0.0" in postfix.result("dee+archive@example.com")
            assert "dsn=5.1.1, status=bounced" in postfix.result("nobody@example.com")
        assert subjects(ann, "inbox") == ["hello"]
        assert subjects(dee, "archive") == ["hello"]
        (email,) = ann.call("Email/get", {"ids": None})["list"]
        raw = ann.download(email["blobId"]).body
        assert raw.startswith(b"Return-Path: <bob@example.net>\r\nReceived: ")
        assert raw.endswith("\r\n\r\n.dot and grün\r\n".encode())


def test_postfix_keeps_mail_until_a_unix_socket_listens() -> None:
    with tempfile.TemporaryDirectory(prefix="lmtp-") as made:
        Path(made).chmod(0o755)
        path, folder = Path(made) / "lmtp", Path(made) / "data"
        server = Server(folder, {**DOMAIN, "ANGARIUM_LMTP__SOCKET_MODE": "0666"}, arguments=("--lmtp", f"unix:{path}"))
        settings = {"virtual_mailbox_domains": "example.com", "virtual_transport": f"lmtp:unix:{path}"}
        with Postfix(settings) as postfix:
            with faultless(server):
                server.add_user("ann")
            postfix.send("bob@example.net", ["ann@example.com"], LETTER)
            assert "status=deferred" in postfix.result("ann@example.com")
            with faultless(server):
                while "status=sent" not in postfix.said():
                    assert "status=bounced" not in postfix.said()
                    postfix.result("ann@example.com")
                assert subjects(server.client("ann"), "inbox") == ["hello"]


def _may_run() -> bool:
    """Whether the user of the pipe may run the program, which may lie in the home of another."""
    command = ["su", "-s", "/bin/sh", _WORKER, "-c", f"{COMMAND} --version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(os.geteuid() == 0 and not _may_run(), reason="only root can run the program where it lies")
def test_postfix_delivers_through_a_pipe() -> None:
    with tempfile.TemporaryDirectory(prefix="pipe-") as made:
        Path(made).chmod(0o755)
        with faultless(Server(Path(made) / "data", DOMAIN)) as server:
            server.add_user("ann")
            settled = Path(made) / "angarium.toml"
            settled.write_text(f'data = "{server.data}"\n[mail]\ndomains = ["example.com"]\n')
        for path in (server.data, *server.data.rglob("*")):
            shutil.chown(path, _WORKER)
        pipe = (
            "angarium unix - n n - - pipe\n"
            f"  user={_WORKER} null_sender= argv={COMMAND} deliver --config {settled}"
            " --user ${user}@${domain} --detail=${extension} --sender=${sender}\n"
        )
        settings = {
            "virtual_mailbox_domains": "example.com",
            "virtual_transport": "angarium",
            "recipient_delimiter": "+",
            "angarium_destination_recipient_limit": "1",
        }
        with Postfix(settings, pipe) as postfix:
            postfix.send("", ["ann+archive@example.com", "nobody@example.com"], LETTER)
            assert "status=sent" in postfix.result("ann+archive@example.com")
            assert "dsn=5.1.1, status=bounced" in postfix.result("nobody@example.com")
        with faultless(server):
            ann = server.client("ann")
            assert subjects(ann, "archive") == ["hello"]
            (email,) = ann.call("Email/get", {"ids": None})["list"]
            assert ann.download(email["blobId"]).body.startswith(b"Return-Path: <>\r\n")
