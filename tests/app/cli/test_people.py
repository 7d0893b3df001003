"""Users and grants from the command line, with and without a server."""

import json
import subprocess
import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes.push import vapid_key
from angarium.store.sqlite import open_store
from tests.app.cli.program import PROGRAM, Program


def session(url: str, user: str, password: str) -> dict[str, Any]:
    token = b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(f"{url}/jmap", headers={"Authorization": f"Basic {token}"})
    with urllib.request.urlopen(request, timeout=10) as response:
        found: dict[str, Any] = json.load(response)
        return found


def test_a_user_is_added_listed_and_removed(program: Program) -> None:
    program.user("ann")
    assert program.good("user", "list") == "ann  a1  0 mails  0 octets  ann@localhost\n"
    program.good("user", "remove", "ann", "--yes")
    assert program.good("user", "list") == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("user", "add", "a:b", "--password-stdin"), "cannot hold ':'"),
        (("user", "add", "ANN", "--password-stdin"), "there is a user 'ann' already"),
        (("user", "add", "bob"), "--password-stdin"),
        (("user", "passwd", "bob", "--password-stdin"), "there is no user 'bob'"),
        (("account", "grant", "ann", "ann"), "owns that account"),
        (("account", "revoke", "ann", "ann"), "was not let into"),
        (("user", "remove", "ann"), "give --yes"),
        (("frob",), "No such command"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line_and_ends_with_2(
    program: Program, arguments: tuple[str, ...], told: str
) -> None:
    program.user("ann")
    ran = program(*arguments, said="pw\n")
    assert ran.code == 2
    assert told in ran.err


def test_an_empty_password_is_refused(program: Program) -> None:
    assert program("user", "add", "ann", "--password-stdin", said="\n").code == 2


def test_a_password_that_no_client_could_send_is_refused(program: Program) -> None:
    ran = program("user", "add", "ann", "--password-stdin", said="\udcff\n")
    assert ran.code == 2
    assert "a password is text in UTF-8" in ran.err


def test_a_user_stays_when_nobody_can_be_asked(program: Program) -> None:
    program.user("ann")
    assert program("user", "remove", "ann", said="y\n").code == 2
    assert program.good("user", "list").startswith("ann ")


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_a_closed_stream_keeps_no_command_from_its_work(program: Program, stream: int) -> None:
    program.user("ann")
    shut = f'exec "$0" "$@" {stream}>&-'
    for arguments in (("verify",), ("user", "remove", "ann", "--yes")):
        done = subprocess.run(["sh", "-c", shut, PROGRAM, *arguments, "--data", program.data], capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
    assert program.good("user", "list") == ""


def test_only_adding_a_user_makes_a_data_folder(program: Program) -> None:
    for arguments in (("user", "list"), ("user", "remove", "ann", "--yes"), ("verify",)):
        ran = program(*arguments)
        assert ran.code == 2
        assert "there is no store" in ran.err
    assert not program.data.exists()


def test_a_running_server_sees_at_once_what_the_command_line_does(program: Program) -> None:
    program.user("ann")
    with program.serving() as url:
        program.user("bob")
        assert list(session(url, "bob", "pw")["accounts"]) == ["a2"]
        program.good("account", "grant", "ann", "bob", "--read-only")
        assert session(url, "bob", "pw")["accounts"]["a1"]["isReadOnly"] is True
        assert program.good("account", "list") == "a1  ann  bob (read-only)\na2  bob\n"
        program.good("account", "grant", "ann", "bob")
        assert session(url, "bob", "pw")["accounts"]["a1"]["isReadOnly"] is False
        program.good("account", "revoke", "a1", "bob")
        assert list(session(url, "bob", "pw")["accounts"]) == ["a2"]
        program.good("user", "passwd", "bob", "--password-stdin", said="other\n")
        assert session(url, "bob", "other")["username"] == "bob"
        with pytest.raises(urllib.error.HTTPError, match="401") as refused:
            session(url, "bob", "pw")
        refused.value.close()


def test_help_and_version_need_no_store(program: Program) -> None:
    assert "Usage: angarium" in program.good("user", "add", "--help")
    assert not program.data.exists()


def test_a_user_is_given_an_address_and_loses_it_again(program: Program) -> None:
    program.user("ann")
    program.user("bob")
    assert (
        program.good("user", "address", "add", "ann", "sales@example.org") == "sales@example.org is an address of ann\n"
    )
    assert "ann  a1  0 mails  0 octets  ann@localhost sales@example.org\n" in program.good("user", "list")
    taken = program("user", "address", "add", "bob", "Sales@example.org")
    assert (taken.code, "ann" in taken.err) == (2, True)
    program.good("user", "address", "remove", "ann", "sales@example.org")
    assert "sales" not in program.good("user", "list")


def test_a_quota_is_set_shown_minded_by_imports_and_lifted(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    assert program.good("user", "quota", "ann") == "ann  0 mails  0 octets\n"
    assert program.good("user", "quota", "ann", "--octets", "1.5kB", "--messages", "2") == (
        "ann  0 of 2 mails  0 octets of 1.5 KB\n"
    )
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.eml").write_bytes(b"Subject: %s\r\n\r\n" % name.encode() + b"x" * 600)
    files = [tmp_path / f"{name}.eml" for name in ("a", "b", "c")]
    ran = program("import", "--user", "ann", *files)
    assert ran.code == 1
    assert "c.eml: the account may not hold more" in ran.out
    assert "taken 2, skipped 0, failed 1" in ran.out
    assert "ann  a1  2 of 2 mails  1.2 KB of 1.5 KB  ann@localhost\n" in program.good("user", "list")
    program.good("user", "quota", "ann", "--messages", "none")
    assert "taken 0, skipped 2, failed 1" in program("import", "--user", "ann", *files).out
    assert program.good("user", "quota", "ann", "--none") == "ann  2 mails  1.2 KB\n"
    assert "taken 1, skipped 2, failed 0" in program.good("import", "--user", "ann", *files)
    assert "all is well" in program.good("verify")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--octets", "much"),
        ("--octets", "5ib"),
        ("--octets", ""),
        ("--messages", "-1"),
        ("--messages", ""),
        ("--none", "--messages", "1"),
    ],
)
def test_a_limit_that_is_none_is_refused(program: Program, arguments: tuple[str, ...]) -> None:
    program.user("ann")
    assert program("user", "quota", "ann", *arguments).code == 2
    assert program("user", "quota", "bob").code == 2


def test_a_new_user_gets_the_configured_quota(program: Program, tmp_path: Path) -> None:
    config = tmp_path / "angarium.toml"
    config.write_text("[quota]\noctets = 5_000_000_000\n")
    program.good("user", "add", "ann", "--password-stdin", "--config", config, said="pw\n")
    assert program.good("user", "quota", "ann") == "ann  0 mails  0 octets of 5.0 GB\n"


def test_the_first_user_brings_the_key_that_signs_pushes_so_that_a_server_finds_it(program: Program) -> None:
    program.user("ann")
    with closing(open_store(program.data, read_only=True)) as store:
        made = store.read(vapid_key)
    program.user("bob")
    with closing(open_store(program.data, read_only=True)) as store:
        assert made is not None
        assert store.read(vapid_key) == made
