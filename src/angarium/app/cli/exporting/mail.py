"""Writing an account as a Maildir++ with an index, on one snapshot of the store.

Each message is checked against the name of its content while it is written; whatever cannot be read is named and left
out, and never keeps the rest from being written.
"""

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final

from angarium.app.cli.exporting.part import Task
from angarium.app.clock import clock
from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.record import OWNER, MailboxRecord
from angarium.formats.mailstore import (
    ExportedMailbox,
    ExportedMessage,
    assign_letters,
    custom_flags_text,
    file_name,
    folder_name,
    head,
    tail,
)
from angarium.formats.mailstore.index import FILE as INDEX
from angarium.formats.primitives import format_utc
from angarium.store.contract import Content, MessageQuery, Order, Stored, Window

_TOGETHER = 200
_PIECE = 1 << 20
_NEWEST = MessageQuery(None, (Order("receivedAt", ascending=False),))


class Damaged(Exception):
    """The octets of a message are gone or are not those that were stored."""


class MailExport:
    """The mail of one account on its way into a folder."""

    name: Final = "mails"

    def __init__(self, task: Task) -> None:
        self._task = task
        self._snapshot = task.snapshot
        self._account = task.user.account
        self._root = task.root
        self._outcome = task.outcome
        self._written = 0
        self._letters: dict[str, dict[str, str]] = defaultdict(dict)
        self._folders: dict[str, str] = {}

    def count(self) -> int:
        """How many messages there are."""
        return self._snapshot.messages.count(self._account)

    def write(self) -> int:
        """Write everything; the index last under its own name, so that half an export is not taken for one."""
        mailboxes = self._mailboxes()
        for folder in {"", *self._folders.values()}:
            _make_maildir(self._root, folder)
        part = self._root / f"{INDEX}.part"
        with part.open("wb") as index:
            index.write(head(self._task.user.name, clock(), mailboxes))
            separator = b""
            for message in self._messages(self._ids()):
                index.write(separator + message.line())
                separator = b",\n"
            index.write(tail())
            index.flush()
            os.fsync(index.fileno())
        for folder, letters in self._letters.items():
            if letters:
                (self._root / folder / "dovecot-keywords").write_text(custom_flags_text(letters), "utf-8")
        part.rename(self._root / INDEX)
        return self._written

    def _mailboxes(self) -> list[ExportedMailbox]:
        """Every mailbox with its folder; the inbox is the root."""
        forest: dict[str, MailboxRecord] = {}
        for mailbox, value in self._task.records(records.KIND).items():
            with suppress(Exception):  # a damaged store may hold anything
                forest[mailbox] = records.decode(value)
        listed = []
        for mailbox, record in forest.items():
            path = (*(forest[above].name for above in reversed(records.ancestors(forest, mailbox))), record.name)
            folder = "" if record.role == "inbox" else folder_name(path)
            self._folders[mailbox] = folder
            subscribed = OWNER in record.subscribers
            listed.append(ExportedMailbox(folder, path, record.role, record.sort_order, subscribed))
        return listed

    def _ids(self) -> list[str]:
        """Every message: mailbox by mailbox, and then whatever a list of all of them adds; else what can be found."""
        found: dict[str, None] = {}
        failed = len(self._outcome.failed)
        for mailbox in self._folders:
            try:
                found.update(dict.fromkeys(self._snapshot.messages.in_mailbox(self._account, mailbox)))
            except Exception as error:  # a damaged store may raise anything
                self._outcome.fail(f"the list of mailbox {mailbox}", error)
        try:
            found.update(dict.fromkeys(self._snapshot.messages.query(self._account, _NEWEST, Window()).ids))
        except Exception as error:
            self._outcome.fail("the list of all mail", error)
        if len(self._outcome.failed) > failed:
            found.update(dict.fromkeys(self._rescued))
        return list(found)

    def _messages(self, ids: Sequence[str]) -> Iterator[ExportedMessage]:
        """Write messages, and give what the index is to say of each that could be written."""
        for start in range(0, len(ids), _TOGETHER):
            together = ids[start : start + _TOGETHER]
            known = self._facts(together)
            for email in together:
                self._task.progress.advance(1)
                try:
                    message = self._file(known[email] if email in known else self._fact(email))
                except Exception as error:  # a damaged store may raise anything
                    self._outcome.fail(email, error)
                else:
                    self._written += 1
                    yield message

    def _facts(self, ids: Sequence[str]) -> dict[str, Stored]:
        """The facts of several messages at once; none when one of them cannot be read."""
        try:
            return self._snapshot.messages.stored(self._account, ids)
        except Exception:  # each is then read, and if need be named, by itself
            return {}

    @cached_property
    def _rescued(self) -> dict[str, Stored]:
        return self._task.rescue().emails(self._account)

    def _fact(self, email: str) -> Stored:
        try:
            found = self._snapshot.messages.stored(self._account, [email]).get(email)
        except Exception:  # a damaged store may raise anything
            found = None
        found = found or self._rescued.get(email)
        if found is None:
            raise Damaged("the lists name it, but there is no such mail")
        return found

    def _file(self, stored: Stored) -> ExportedMessage:
        """Write the file of a message into its first mailbox, and link it into the others."""
        folders = [self._folders[mailbox] for mailbox in sorted(stored.mailboxes) if mailbox in self._folders] or [""]
        unique = f"{stored.received // 1000}.{stored.id}.angarium"
        written = self._root / "tmp" / unique
        try:
            content = self._task.content(stored.blob)
        except KeyError:
            raise Damaged(f"its octets are gone (received {format_utc(stored.received)})") from None
        try:
            _copy(content, written, stored.blob)
            os.utime(written, ns=(stored.received * 1_000_000,) * 2)
            files = []
            for folder in folders:
                assign_letters(self._letters[folder], stored.keywords)
                name = file_name(unique, stored.keywords, self._letters[folder])
                target = self._root / folder / "cur" / name
                _link(written, target)
                files.append(str(target.relative_to(self._root)))
        finally:
            written.unlink(missing_ok=True)
        return ExportedMessage(tuple(files), stored.received, tuple(sorted(stored.keywords)), tuple(folders))


def _make_maildir(root: Path, folder: str) -> None:
    for part in ("cur", "new", "tmp"):
        (root / folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder:
        (root / folder / "maildirfolder").touch()


def _copy(content: Content, target: Path, blob: str) -> None:
    """Write content to a new file; Damaged when it is not what its name says."""
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            digest.update(piece)
            file.write(piece)
    if digest.hexdigest() != blob:
        raise Damaged("its octets are not those that were stored")


def _link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system knows no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
