"""Finding mail, cards and events in files and folders: what each is, and which mailbox its place suggests.

Only looking may live here; `reading` takes the messages out. A folder given by the user is no mailbox itself: what is
in it is named by its own files and folders, save loose messages, which go to a mailbox of the folder's name. A Maildir
given by the user is the inbox.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from angarium.formats.addressbooks import FILE as CONTACTS
from angarium.formats.exportfile import CALENDARS
from angarium.formats.mailstore import folder_path, split
from angarium.formats.mailstore.index import FILE as INDEX

INBOX = ("Inbox",)
_HEADER_LINE = re.compile(rb"(?:\xef\xbb\xbf)?[!-9;-~]+[ \t]*:")
_SNIFFED = 4096
_PIECE = 1 << 20

_MESSAGES = frozenset({".eml", ".msg", ".mail", ".email", ".mime"})
_MBOXES = frozenset({".mbox", ".mbx"})
_NOT_YET = {
    ".emlx": "Apple Mail's own format; export the mailbox as mbox there",
    ".pst": "Outlook's own format; convert it to mbox first",
    ".msf": "an index that Thunderbird makes again",
}
_HOUSEKEEPING = re.compile(
    r"(maildirfolder|maildirsize|subscriptions|courierimap\w*|courierpop\w*|dovecot[-.\w]*|\..*|.*\.lock|Thumbs\.db)\Z"
)
_OLE = b"\xd0\xcf\x11\xe0"
_NO_FILE = "not a file"
_LINK = "a link to a folder; name the folder itself"
_PARTS = frozenset({"cur", "new", "tmp"})


class Kind(Enum):
    """What a source is."""

    MESSAGE = "message"
    MBOX = "mbox"
    MAILDIR = "Maildir"
    EXPORT = "export"
    CARDS = "vCard"
    CONTACTS = "contacts of an export"
    EVENTS = "iCalendar"
    CALENDARS = "calendars of an export"
    OTHER = "other"
    UNREADABLE = "unreadable"


_LOOKS = {
    Kind.CARDS: (
        frozenset({".vcf", ".vcard"}),
        re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN[ \t]*:[ \t]*VCARD", re.IGNORECASE),
    ),
    Kind.EVENTS: (
        frozenset({".ics", ".ical", ".icalendar", ".ifb"}),
        re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN[ \t]*:[ \t]*VCALENDAR", re.IGNORECASE),
    ),
}
"""What is no mail: the suffixes of its files, and how they begin."""

_BESIDE = {CONTACTS: Kind.CONTACTS, CALENDARS.file: Kind.CALENDARS}
"""Files of an export beside the index of its mail."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place that things come from; `mailbox` is a path of names.

    `reason` tells why an OTHER is passed over, and why an UNREADABLE cannot be looked at.
    """

    kind: Kind
    path: Path
    mailbox: tuple[str, ...]
    reason: str = ""


def find(given: Path) -> Iterator[Source]:
    """Every source in a file or folder that the user named, in order of names.

    A file or folder that cannot be looked at is named, and what is beside it is found all the same.
    """
    yield from _found(given, _named(given))


def _named(given: Path) -> Iterator[Source]:
    if given.is_file():
        yield _file(given, (), INBOX, named=True)
    elif not given.is_dir():
        yield Source(Kind.UNREADABLE, given, (), _NO_FILE)
    elif (given / INDEX).is_file():
        yield from _export(given)
    elif is_maildir(given):
        yield from _maildir(given, ())
    else:
        yield from _folder(given, (), (given.resolve().name or "Imported",))


def is_maildir(folder: Path) -> bool:
    """Whether a folder is laid out as a Maildir."""
    return (folder / "cur").is_dir() and ((folder / "new").is_dir() or (folder / "tmp").is_dir())


def pieces(path: Path) -> Iterator[bytes]:
    """The octets of a file, a piece at a time."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def lines(file: BinaryIO, most: int) -> Iterator[tuple[int, bytes]]:
    """The lines from here on with their sizes; of one that is larger than `most`, as much as that."""
    while line := file.readline(most):
        size, rest = len(line), line
        while len(rest) == most and not rest.endswith(b"\n"):
            rest = file.readline(most)
            size += len(rest)
        yield size, line


def _found(path: Path, sources: Iterator[Source]) -> Iterator[Source]:
    """What is found at a path, up to an error and with that."""
    try:
        yield from sources
    except OSError as error:
        yield Source(Kind.UNREADABLE, path, (), error.strerror or str(error))


def _export(folder: Path) -> Iterator[Source]:
    """An export: the mail that its index names, and what stands beside it."""
    yield Source(Kind.EXPORT, folder, ())
    for file, kind in _BESIDE.items():
        if (folder / file).is_file():
            yield Source(kind, folder / file, ())


def _folder(folder: Path, above: tuple[str, ...], loose: tuple[str, ...]) -> Iterator[Source]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        yield from _found(Path(entry.path), _entry(entry, above, loose))


def _entry(entry: os.DirEntry[str], above: tuple[str, ...], loose: tuple[str, ...]) -> Iterator[Source]:
    """What one name in a folder stands for."""
    path = Path(entry.path)
    if entry.is_dir(follow_symlinks=False):
        yield from _inner(path, above)
    elif not _HOUSEKEEPING.match(entry.name):
        reason = _LINK if entry.is_dir() else _NO_FILE
        yield _file(path, above, loose, named=False) if entry.is_file() else Source(Kind.OTHER, path, loose, reason)


def _inner(folder: Path, above: tuple[str, ...]) -> Iterator[Source]:
    """A folder inside another: its name is a mailbox; `.sbd` and `.mbox` are how some programs mark folders."""
    name = folder.name.removesuffix(".sbd").removesuffix(".mbox") or folder.name
    mailbox = (*above, name)
    if (folder / INDEX).is_file():
        yield from _export(folder)
    elif is_maildir(folder):
        yield from _maildir(folder, mailbox)
    elif folder.suffix == ".mbox" and (folder / "mbox").is_file():
        yield Source(Kind.MBOX, folder / "mbox", mailbox)
    else:
        yield from _folder(folder, mailbox, mailbox)


def _maildir(folder: Path, above: tuple[str, ...]) -> Iterator[Source]:
    """A Maildir with its Maildir++ folders, and folders in folders as some servers are told to lay them out."""
    yield Source(Kind.MAILDIR, folder, above or INBOX)
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name not in _PARTS:
            yield from _found(Path(entry.path), _beside_parts(entry, above))


def _beside_parts(entry: os.DirEntry[str], above: tuple[str, ...]) -> Iterator[Source]:
    """What one name in a Maildir stands for; files there are those of servers."""
    path = Path(entry.path)
    if not entry.is_dir(follow_symlinks=False):
        if entry.is_dir():
            yield Source(Kind.OTHER, path, above, _LINK)
    elif not entry.name.startswith("."):
        yield from _inner(path, above)
    elif is_maildir(path) and (mailbox := (*above, *folder_path(entry.name))):
        yield Source(Kind.MAILDIR, path, mailbox)


def _file(path: Path, above: tuple[str, ...], loose: tuple[str, ...], named: bool) -> Source:
    """What a file is, by its name first and its first octets then; a message when the user `named` it and it may be."""
    suffix = path.suffix.lower()
    if suffix in _NOT_YET:
        return Source(Kind.OTHER, path, loose, _NOT_YET[suffix])
    with path.open("rb") as file:
        first = file.read(_SNIFFED)
    if not first:
        return Source(Kind.MESSAGE if suffix in _MESSAGES else Kind.OTHER, path, loose, "the file is empty")
    if first.startswith(_OLE):
        return Source(Kind.OTHER, path, loose, "Outlook's own format; save the message as .eml there")
    for kind, (suffixes, beginning) in _LOOKS.items():
        if suffix in suffixes or beginning.match(first):
            return Source(kind, path, loose)
    if suffix in _MESSAGES:
        return Source(Kind.MESSAGE, path, loose)
    if suffix in _MBOXES or (first.startswith(b"From ") and _holds_several(path)):
        return Source(Kind.MBOX, path, (*above, _stem(path)))
    if named or first.startswith(b"From ") or _HEADER_LINE.match(first):
        return Source(Kind.MESSAGE, path, loose)
    return Source(Kind.OTHER, path, loose, "this does not look like mail")


def _stem(path: Path) -> str:
    """The mailbox that a file stands for."""
    stem = path.stem if path.suffix.lower() in _MBOXES else path.name
    return INBOX[0] if stem.lower() in ("mbox", "inbox") else stem


def _holds_several(path: Path) -> bool:
    """Whether a file that begins with a `From ` line is an mbox rather than one message saved with that line.

    Thunderbird keeps an `.msf` file beside each mbox. Without one, a second dated `From ` line tells.
    """
    if path.with_name(path.name + ".msf").exists():
        return True
    return len(list(islice(split(pieces(path), 0), 2))) == 2
