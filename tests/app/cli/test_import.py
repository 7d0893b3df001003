"""Importing tells the truth: what was taken, skipped and failed, with dates and flags as they were."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.program import Program

LINE = b"From ann@example.org Thu Jan  2 03:04:05 2020\n"
CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "mail"


def message(subject: str, more: str = "") -> bytes:
    return f"Subject: {subject}\n{more}\ntext of {subject}\n".encode()


def write(path: Path, octets: bytes, milliseconds: int = 1_500_000_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    os.utime(path, ns=(milliseconds * 1_000_000,) * 2)
    return path


def exported(program: Program, user: str, folder: Path) -> dict[str, Any]:
    """What an export says of each message by its subject, and of the mailboxes by their paths."""
    program.good("export", "--user", user, folder)
    index = json.loads((folder / "angarium.json").read_bytes())
    names = {mailbox["folder"]: "/".join(mailbox["path"]) for mailbox in index["mailboxes"]}
    found = {}
    for item in index["messages"]:
        octets = (folder / item["files"][0]).read_bytes()
        subject = octets.partition(b"Subject: ")[2].partition(b"\n")[0].decode()
        mailboxes = sorted(names[mailbox] for mailbox in item["mailboxes"])
        found[subject] = {
            "octets": octets,
            "receivedAt": item["receivedAt"],
            "keywords": item["keywords"],
            "mailboxes": mailboxes,
        }
    return found


def test_an_mbox_comes_in_with_its_dates_flags_and_quoted_lines(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    body = b"Subject: b\nStatus: RO\nX-Status: AF\nX-Keywords: Work\n\n>From here\n>>From there\n"
    box = write(tmp_path / "Old.mbox", LINE + message("a") + b"\n" + LINE.replace(b"2020", b"2021") + body + b"\n")
    assert program.good("import", "--user", "ann", box) == "into Old 2\ntaken 2, skipped 0, failed 0\n"
    found = exported(program, "ann", tmp_path / "out")
    assert found["a"] == {
        "octets": message("a"),
        "receivedAt": "2020-01-02T03:04:05Z",
        "keywords": [],
        "mailboxes": ["Old"],
    }
    assert found["b"]["octets"] == body.replace(b">From", b"From")
    assert found["b"]["keywords"] == ["$answered", "$flagged", "$seen", "work"]


def test_a_maildir_comes_in_with_folders_flags_and_file_times(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    root = tmp_path / "Maildir"
    for folder in (root, root / ".Sent", root / ".Work.Entw&APw-rfe"):
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
    write(root / "cur" / "1.a:2,FRSPDT", message("a"), 1_234_567_890_123)
    write(root / "cur" / "2.b:2,a", message("b"))
    write(root / "dovecot-keywords", b"0 $Important\n")
    write(root / "new" / "3.c", message("c"))
    write(root / "tmp" / "4.d", message("d"))
    write(root / ".Sent" / "cur" / "5.e:2,S", message("e"))
    write(root / ".Work.Entw&APw-rfe" / "cur" / "6.f:2,", message("f"))
    out = program.good("import", "--user", "ann", root)
    assert out == "into Inbox 3, Sent 1, Work/Entwürfe 1\ntaken 5, skipped 0, failed 0\n"
    found = exported(program, "ann", tmp_path / "out")
    assert sorted(found) == ["a", "b", "c", "e", "f"]
    assert found["a"]["receivedAt"] == "2009-02-13T23:31:30.123Z"
    assert found["a"]["keywords"] == ["$answered", "$deleted", "$draft", "$flagged", "$forwarded", "$seen"]
    assert found["b"]["keywords"] == ["$important"]
    assert found["c"]["keywords"] == []


def test_a_single_message_has_the_newest_received_then_its_date_then_the_time_of_its_file(
    program: Program, tmp_path: Path
) -> None:
    program.user("ann")
    received = (
        "Received: by a; Thu, 2 Jan 2020 03:04:05 +0000\nReceived: by b; Thu, 2 Jan 2020 05:04:05 +0200\n"
        "Date: Mon, 1 Jan 2018 00:00:00 +0000\n"
    )
    write(tmp_path / "1.eml", message("a", received))
    write(tmp_path / "2.eml", message("b", "Date: Mon, 1 Jan 2018 00:00:00 +0000\n"))
    write(tmp_path / "3.eml", message("c"), 1_234_567_890_123)
    program.good("import", "--user", "ann", *(tmp_path / f"{number}.eml" for number in (1, 2, 3)))
    found = exported(program, "ann", tmp_path / "out")
    assert {subject: item["receivedAt"] for subject, item in found.items()} == {
        "a": "2020-01-02T03:04:05Z",
        "b": "2018-01-01T00:00:00Z",
        "c": "2009-02-13T23:31:30.123Z",
    }
    assert found["a"]["mailboxes"] == ["Inbox"]


def test_failed_and_skipped_are_named_with_reasons_and_end_with_1(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    folder = tmp_path / "mail"
    write(folder / "good.eml", message("good"))
    write(folder / "bad.eml", b"no header here\n")
    write(folder / "empty.eml", b"")
    write(folder / "old.pst", b"!BDN")
    ran = program("import", "--user", "ann", folder)
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == "taken 1, skipped 1, failed 2"
    assert f"skipped {folder / 'old.pst'}: Outlook's own format; convert it to mbox first" in ran.out
    assert f"failed {folder / 'bad.eml'}: no header" in ran.out
    assert f"failed {folder / 'empty.eml'}: " in ran.out


def test_what_was_imported_before_is_skipped_also_by_a_running_server(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    folder = tmp_path / "mail"
    for number in range(3):
        write(folder / f"{number}.eml", message("twice" if number else "once"))
    assert "taken 3, skipped 0" in program.good("import", "--user", "ann", folder)
    write(folder / "large.eml", message("large") + b"x" * 3_000_000)
    with program.serving():
        assert "taken 1, skipped 3" in program.good("import", "--user", "ann", folder)
        assert "taken 0, skipped 4" in program.good("import", "--user", "ann", folder)
    assert exported(program, "ann", tmp_path / "out")["large"]["octets"] == (folder / "large.eml").read_bytes()


def test_everything_goes_to_the_mailbox_that_is_asked_for(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    write(tmp_path / "mail" / "2020" / "a.eml", message("a"))
    out = program.good("import", "--user", "ann", "--mailbox", "Old/Mail", tmp_path / "mail")
    assert out.startswith("into Old/Mail 1\n")


@pytest.mark.parametrize("arguments", [("--user", "bob"), ()])
def test_an_import_for_nobody_ends_with_2(program: Program, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    program.user("ann")
    assert program("import", *arguments, write(tmp_path / "a.eml", message("a"))).code == 2


def test_two_imports_at_once_wait_for_each_other(program: Program, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    program.user("ann")
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        for number in range(20):
            write(folder / f"{number}.eml", message(f"{folder.name}-{number}"))
    with ThreadPoolExecutor() as pool:
        outs = list(pool.map(lambda folder: program.good("import", "--user", "ann", folder), folders))
    assert all("taken 20, skipped 0, failed 0" in out for out in outs)


def test_all_real_mail_is_taken_but_what_has_no_header(program: Program, tmp_path: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpora are not here")
    program.user("ann")
    ran = program("import", "--user", "ann", CORPUS)
    assert ran.out.splitlines()[-1] == "taken 394, skipped 0, failed 2"
    assert all("no header" in line for line in ran.out.splitlines() if line.startswith("failed "))
    program.good("export", "--user", "ann", tmp_path / "out")
    wanted = sorted(path.read_bytes() for path in CORPUS.rglob("*") if path.is_file() and "noheader" not in path.name)
    index = json.loads((tmp_path / "out" / "angarium.json").read_bytes())
    assert sorted((tmp_path / "out" / item["files"][0]).read_bytes() for item in index["messages"]) == wanted
    assert program.good("verify").endswith("all is well\n")


def test_one_file_that_cannot_be_read_keeps_nothing_else_out(program: Program, tmp_path: Path) -> None:
    program.user("ann")
    for name in ("a.eml", "z.eml"):
        write(tmp_path / "letters" / name, message(name))
    (tmp_path / "letters" / "m.eml").symlink_to("m.eml")
    ran = program("import", "--user", "ann", tmp_path / "letters")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        f"failed {tmp_path}/letters/m.eml: Too many levels of symbolic links",
        "into letters 2",
        "taken 2, skipped 0, failed 1",
    ]
