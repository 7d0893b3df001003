"""A message from a pipe: where it goes, and the codes by which a mail transfer agent knows what to do."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.app.cli.program import PROGRAM, Program
from tests.client import Client
from tests.server import Server, faultless

LETTER = "From: bob@example.net\nSubject: hello\n\nHow are you?\n"
TEMPORARY, NO_USER, FULL, LOOP, TOO_LARGE, USAGE = 75, 67, 73, 69, 65, 64


def subjects(user: Client, **condition: str) -> list[str]:
    ids = user.call("Email/query", {"filter": condition})["ids"]
    return [email["subject"] for email in user.call("Email/get", {"ids": ids})["list"]]


def deliver(server: Server, *arguments: str, said: str = LETTER) -> int:
    done = server.command("deliver", *arguments, said=said, check=False)
    assert bool(done.stderr) == bool(done.returncode)
    assert "Traceback" not in done.stderr
    return done.returncode


def test_a_message_goes_in_beside_a_server_and_without_one_and_never_twice(folder: Path) -> None:
    server = Server(folder)
    with faultless(server):
        ann = server.add_user("ann")
        assert deliver(server, "--user", "ann", "--sender", "bob@example.net") == 0
        assert subjects(ann) == ["hello"]
    assert deliver(server, "--user", "ann", "--sender", "bob@example.net") == 0
    assert deliver(server, "--user", "ann@localhost", said="From bob Mon Nov 23\nSubject: second\n\nx\n") == 0
    with faultless(server):
        ann = server.client("ann")
        (second, first) = ann.call("Email/get", {"ids": None})["list"][::-1]
        raw = ann.download(first["blobId"]).body
        assert raw == b"Return-Path: <bob@example.net>\r\n" + LETTER.replace("\n", "\r\n").encode()
        assert ann.download(second["blobId"]).body == b"Return-Path: <>\r\nSubject: second\r\n\r\nx\r\n"


def test_a_detail_names_a_mailbox_that_is_there_and_else_the_inbox(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann")
        inbox, archive = ann.mailbox("inbox"), ann.mailbox("archive")
        assert deliver(server, "--user", "ann", "--detail", "archive", said="Subject: by option\n\n") == 0
        assert deliver(server, "--user", "ann+archive@localhost", said="Subject: by address\n\n") == 0
        assert deliver(server, "--user", "ann", "--detail", "nowhere", said="Subject: nowhere\n\n") == 0
        assert deliver(server, "--user", "ann", "--detail", "", said="Subject: none\n\n") == 0
        assert sorted(subjects(ann, inMailbox=archive)) == ["by address", "by option"]
        assert sorted(subjects(ann, inMailbox=inbox)) == ["none", "nowhere"]


def test_what_is_not_taken_has_the_code_that_tells_why(folder: Path) -> None:
    loop = "Received: from a by b\n" * 50 + LETTER
    with faultless(Server(folder, {"ANGARIUM_LMTP__MAX_MESSAGE_SIZE": "70000"})) as server:
        ann = server.add_user("ann")
        assert deliver(server, "--user", "nobody") == NO_USER
        assert deliver(server, "--user", "nobody@elsewhere.example") == NO_USER
        assert deliver(server, "--user", "ann", said=loop) == LOOP
        assert deliver(server, "--user", "ann", said=LETTER + "x" * 70_000) == TOO_LARGE
        assert deliver(server, "--user", "ann", "--sender", "a@b\r\nX: y") == USAGE
        server.limit("ann", messages=0)
        assert deliver(server, "--user", "ann") == FULL
        assert subjects(ann) == []


def test_an_address_that_is_no_text_is_nobody_and_may_have_written(folder: Path) -> None:
    server, raw = Server(folder), os.fsdecode(b"b\xffb@example.net")
    with faultless(server):
        ann = server.add_user("ann")
        assert deliver(server, "--user", raw) == NO_USER
        assert deliver(server, "--user", "ann", "--detail", raw, "--sender", raw) == 0
        assert subjects(ann) == ["hello"]
    assert deliver(server, "--user", raw) == NO_USER
    assert deliver(server, "--user", "ann", "--detail", raw, said="Subject: second\n\n") == 0


def test_a_wrong_command_sends_no_mail_back(program: Program) -> None:
    for arguments in (), ("--user", "ann", "--wrong"):
        ran = program("deliver", *arguments, said=LETTER)
        assert ran.code == TEMPORARY
        assert ran.err.startswith("Usage: angarium deliver")
    assert program("deliver", "--help").code == 0


def test_a_fault_of_the_program_sends_no_mail_back(program: Program) -> None:
    program.user("ann")
    command = f"'{PROGRAM}' deliver --user ann --data '{program.data}' <&-"  # there is no standard input at all
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert done.returncode == TEMPORARY
    assert done.stderr.startswith(b"angarium: ")


@pytest.mark.parametrize("line", ["", "[mail]\ndomains = 5\n"])
def test_what_may_come_right_is_to_be_tried_again(program: Program, tmp_path: Path, line: str) -> None:
    settings = tmp_path / "angarium.toml"
    settings.write_text(line)
    ran = program("deliver", "--user", "ann", "--config", settings, said=LETTER)
    assert (ran.code, ran.out) == (TEMPORARY, "")
    assert ran.err.startswith("angarium: ")


def test_what_only_another_user_may_read_is_to_be_tried_again(program: Program, tmp_path: Path) -> None:
    shut, settings = tmp_path / "shut", tmp_path / "angarium.toml"
    shut.mkdir(mode=0)
    settings.touch(mode=0)
    if os.access(shut, os.R_OK):
        pytest.skip("root may read everything")
    for ran in (
        Program(shut)("deliver", "--user", "ann", said=LETTER),
        program("deliver", "--user", "ann", "--config", settings, said=LETTER),
    ):
        assert (ran.code, ran.out) == (TEMPORARY, "")
        assert "Permission denied" in ran.err
