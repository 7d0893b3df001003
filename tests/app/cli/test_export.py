"""An export reads back to the same account, and saves what can be saved."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest

from angarium.app.demo import compose, install
from angarium.app.demo.cards import cards
from angarium.app.demo.events import events
from angarium.datatypes import principals
from angarium.formats.primitives import parse_utc
from angarium.store.contract import Snapshot, Transaction
from angarium.store.sqlite import open_store
from tests.app.cli.program import Program

ROLES = ("inbox", "drafts", "sent", "archive", "junk", "trash")
NOW = 1_790_000_000_123
COUNT = len(compose(NOW))
CARDS = len(list(cards(NOW // 1000, 0)))
EVENTS = len(list(events(NOW // 1000)))


@pytest.fixture
def demo(program: Program) -> Program:
    """The demo, with what a Maildir cannot say: a mail in two mailboxes, odd names, keywords, no subscription."""
    store = open_store(program.data)
    install(store, ROLES, NOW)

    def change(transaction: Transaction) -> None:
        from angarium.datatypes.mail.mailbox import record as records
        from angarium.datatypes.mail.mailbox.record import MailboxRecord

        user = principals.by_name(transaction, "test")
        assert user is not None
        odd = records.add(transaction, user.account, MailboxRecord("a.b/c%2e & ü", None, None, 3, frozenset()))
        inner = records.add(transaction, user.account, MailboxRecord("日本", odd, None, 0, frozenset({records.OWNER})))
        inbox = records.with_role(transaction.records, user.account, "inbox")
        emails = transaction.messages.in_mailbox(user.account, inbox or "")
        transaction.messages.update(user.account, emails[0], mailboxes=frozenset({inbox or "", inner}))
        transaction.messages.update(user.account, emails[1], keywords=frozenset({"$seen", "$mine", "a-b"}))
        sent = records.with_role(transaction.records, user.account, "sent") or ""
        before = records.read(transaction.records, user.account, sent)
        assert before is not None
        after = MailboxRecord("Gesendet", None, "sent", 5, before.subscribers)
        records.replace(transaction, user.account, sent, before, after)

    store.write(change).result()
    store.close()
    return program


def model(folder: Path) -> tuple[Any, Any]:
    """Mailboxes and messages of an export, without the names of files."""
    index = json.loads((folder / "angarium.json").read_bytes())
    names = {mailbox["folder"]: mailbox["path"] for mailbox in index["mailboxes"]}
    messages = [
        (
            (folder / item["files"][0]).read_bytes().hex(),
            item["receivedAt"],
            item["keywords"],
            sorted(names[mailbox] for mailbox in item["mailboxes"]),
        )
        for item in index["messages"]
    ]
    mailboxes = [
        (mailbox["path"], mailbox["role"], mailbox["sortOrder"], mailbox["isSubscribed"])
        for mailbox in index["mailboxes"]
    ]
    return sorted(mailboxes), sorted(messages)


def test_an_export_reads_back_to_the_same_account(demo: Program, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert demo.good("export", "--user", "test", first) == (
        f"mails {COUNT}, cards {CARDS}, events {EVENTS}\nwritten {COUNT + CARDS + EVENTS}, failed 0\n"
    )
    demo.user("bob")
    assert "skipped 0, failed 0" in demo.good("import", "--user", "bob", first)
    demo.good("export", "--user", "bob", second)
    assert model(first) == model(second)
    assert "taken 0" in demo.good("import", "--user", "bob", first)


def test_an_export_is_a_maildir_that_any_program_reads(demo: Program, tmp_path: Path) -> None:
    import mailbox

    folder = tmp_path / "out"
    demo.good("export", "--user", "test", folder)
    assert folder.stat().st_mode & 0o077 == 0  # nobody else on the machine reads along
    box = mailbox.Maildir(folder, create=False)
    assert {"Drafts", "Gesendet", "Allotment", "a%2eb%2fc%252e &- &APw-"} <= set(box.list_folders())
    assert any("F" in message.get_flags() for message in box)
    drafts = list(box.get_folder("Drafts"))
    assert drafts
    assert all(set(message.get_flags()) == {"D", "S"} for message in drafts)
    index = json.loads((folder / "angarium.json").read_bytes())
    linked = [item["files"] for item in index["messages"] if len(item["files"]) == 2]
    assert len(linked) == 1
    assert os.path.samefile(folder / linked[0][0], folder / linked[0][1])


def test_file_times_are_when_the_mail_was_received(demo: Program, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    demo.good("export", "--user", "test", folder)
    for item in json.loads((folder / "angarium.json").read_bytes())["messages"]:
        assert (folder / item["files"][0]).stat().st_mtime_ns == (parse_utc(item["receivedAt"]) or 0) * 1_000_000


def test_changes_made_in_an_exported_maildir_come_back(demo: Program, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    demo.good("export", "--user", "test", folder)
    item = json.loads((folder / "angarium.json").read_bytes())["messages"][0]
    path = folder / item["files"][0]
    path.rename(path.with_name(path.name.partition(":2,")[0] + ":2,FS"))
    (folder / ".Archive" / "new" / "1.new").write_bytes(b"Subject: added later\n\n")
    demo.user("bob")
    assert f"taken {COUNT + CARDS + EVENTS + 1}, skipped 0, failed 0" in demo.good("import", "--user", "bob", folder)
    demo.good("export", "--user", "bob", tmp_path / "second")
    _mailboxes, messages = model(tmp_path / "second")
    octets = path.with_name(path.name.partition(":2,")[0] + ":2,FS").read_bytes().hex()
    [keywords] = [found[2] for found in messages if found[0] == octets]
    assert {"$flagged", "$seen"} <= set(keywords)
    assert [found[3] for found in messages if bytes.fromhex(found[0]).startswith(b"Subject: added")] == [[["Archive"]]]


def test_an_index_leads_nowhere_outside_the_export(demo: Program, tmp_path: Path) -> None:
    folder, secret = tmp_path / "out", tmp_path / "secret"
    secret.write_bytes(b"Subject: secret\n\n")
    demo.good("export", "--user", "test", folder)
    index = json.loads((folder / "angarium.json").read_bytes())
    index["messages"] = [
        {**index["messages"][0], "files": [name]} for name in ("../secret", str(secret), "cur/../../secret")
    ]
    (folder / "angarium.json").write_text(json.dumps(index))
    shutil.rmtree(folder / "cur")
    (folder / "cur").mkdir()
    demo.user("bob")
    ran = demo("import", "--user", "bob", folder)
    assert ran.code == 1
    assert "failed 3" in ran.out
    assert ran.out.count("it is not there") == 3


def test_damaged_mail_is_named_and_the_rest_is_saved(demo: Program, tmp_path: Path) -> None:
    store = open_store(demo.data)

    def ids(snapshot: Snapshot) -> tuple[list[str], list[str]]:
        user = principals.by_name(snapshot, "test")
        assert user is not None
        found = snapshot.messages.rows(user.account, None, ["id"])
        emails = [item["id"] for item in json.loads(found[0])][:2]
        stored = snapshot.messages.stored(user.account, emails)
        return emails, [stored[email].blob for email in emails]

    emails, blobs = store.read(ids)
    store.close()
    connection = apsw.Connection(str(demo.data / "angarium.db"))
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("UPDATE blob SET content = ? WHERE hash = ?", (b"Subject: forged\n\n", blobs[0]))
    connection.execute("DELETE FROM blob WHERE hash = ?", (blobs[1],))
    connection.close()
    ran = demo("export", "--user", "test", tmp_path / "out")
    assert ran.code == 1
    assert ran.out.endswith(f"written {COUNT + CARDS + EVENTS - 2}, failed 2\n")
    assert f"failed {emails[0]}: its octets are not those that were stored" in ran.out
    assert f"failed {emails[1]}: its octets are gone" in ran.out
    verified = demo("verify")
    assert verified.code == 1
    assert f"mail {emails[0]}: its content is not" in verified.out
    assert f"mail {emails[1]}: its content {blobs[1]} is gone" in verified.out


def test_a_folder_that_holds_something_is_left_alone(demo: Program, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    ran = demo("export", "--user", "test", tmp_path / "out")
    assert (ran.code, os.listdir(tmp_path / "out")) == (2, ["mine"])
    assert demo("export", "--user", "nobody", tmp_path / "other").code == 2


def test_a_backup_is_a_store_again(demo: Program, tmp_path: Path) -> None:
    import tarfile

    demo.good("backup", tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as tar:
        tar.extractall(tmp_path / "again", filter="data")
    again = Program(tmp_path / "again")
    assert again.good("user", "list").startswith(f"test  a1  {COUNT} mails  ")
    assert again.good("verify").endswith("all is well\n")
