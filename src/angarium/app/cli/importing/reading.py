"""Taking messages out of sources, one at a time, with what their place says of them: date, flags, mailbox.

When a message was received: a Maildir has it in the time of the file, an mbox in its `From ` line, an export in its
index; otherwise the newest Received field, then Date, then the time of the file.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from angarium.app.cli.importing.names import in_order
from angarium.app.cli.importing.sources import Kind, Source, pieces
from angarium.flows.filing import Place
from angarium.formats.errors import FormatError
from angarium.formats.mailstore import (
    CustomFlags,
    ExportedMailbox,
    ExportedMessage,
    Index,
    file_keywords,
    from_line,
    parse_custom_flags,
    parse_index,
    split,
    split_name,
    status_keywords,
    unquote,
)
from angarium.formats.mailstore.index import FILE as INDEX
from angarium.formats.mailstore.maildir import has_letter

_PARTS = ("cur", "new")
"""Where a Maildir keeps its messages."""


@dataclass(frozen=True, slots=True)
class Item:
    """One message as it was found, or why there is none.

    `label` names it for people. `received` is epoch milliseconds when the source says it, `file_time` the last resort.
    `weight` is how far the import has come by it, in octets of the source. With a `problem` there is no message: what
    `passed_over` was never mail. An item that `announces` has none either: mailboxes that exist though they be empty.
    """

    label: str
    weight: int
    places: tuple[Place, ...] = ()
    octets: bytes = b""
    keywords: frozenset[str] = frozenset()
    received: int | None = None
    file_time: int = 0
    problem: str | None = None
    passed_over: bool = False
    announces: bool = False


def read(source: Source, limit: int) -> Iterator[Item]:
    """The messages of a source; none above `limit` octets is read. Raises OSError."""
    return _READERS[source.kind](source, limit)


def weigh(source: Source) -> int:
    """About how many octets there are to read."""
    if source.kind is Kind.MAILDIR:
        folders = [source.path / name for name in _PARTS]
        return sum(entry.stat().st_size for folder in folders if folder.is_dir() for entry in os.scandir(folder))
    if source.kind is Kind.EXPORT:
        files = (Path(root, name) for root, _folders, names in os.walk(source.path) for name in names)
        return sum(file.lstat().st_size for file in files if file.parent.name in _PARTS)
    return source.path.stat().st_size if source.kind is not Kind.OTHER else 0


def _other(source: Source, _limit: int) -> Iterator[Item]:
    yield Item(str(source.path), 0, problem=source.reason, passed_over=True)


def _message(source: Source, limit: int) -> Iterator[Item]:
    yield _from_file(source.path, (Place(source.mailbox),), limit)


def _mbox(source: Source, limit: int) -> Iterator[Item]:
    file_time, places = _time(source.path), (Place(source.mailbox),)
    position, number = 0, 0
    for number, entry in enumerate(split(pieces(source.path), limit), start=1):
        label = f"{source.path}, message {number} (at octet {entry.position})"
        weight, position = entry.position + entry.size - position, entry.position + entry.size
        if entry.octets is None:
            yield Item(label, weight, problem=_too_large(entry.size, limit))
            continue
        octets = unquote(entry.octets)
        keywords = status_keywords(octets)
        received = entry.start.date
        del entry  # a message is not held twice while it is dealt with, nor at all while the next is read
        yield Item(label, weight, places, octets, keywords, received, file_time)
        del octets
    if not number and source.path.stat().st_size:
        yield Item(str(source.path), 0, problem="no mbox: it does not begin with a 'From ' line")


def _maildir(source: Source, limit: int) -> Iterator[Item]:
    yield from _maildir_files(source.path, (Place(source.mailbox),), limit, lambda _path: True)


def _maildir_files(
    folder: Path, places: tuple[Place, ...], limit: int, wanted: Callable[[Path], bool]
) -> Iterator[Item]:
    """Every message of one folder of a Maildir, in order of file names; `tmp` holds none that was delivered."""
    custom = _custom_flags(folder)
    for part in _PARTS:
        for name in in_order(folder / part) if (folder / part).is_dir() else ():
            path = folder / part / name
            if not name.startswith(".") and wanted(path):
                yield _from_file(path, places, limit, file_keywords(name, custom), by_file_time=True)


def _export(source: Source, limit: int) -> Iterator[Item]:
    """An export: what its index names, with everything it says; then files that came into its folders since."""
    try:
        index = parse_index((source.path / INDEX).read_bytes())
    except FormatError as error:
        yield Item(str(source.path / INDEX), 0, problem=str(error))
        return
    places = {mailbox.folder: _exported_place(mailbox) for mailbox in index.mailboxes}
    if places:
        yield Item(str(source.path), 0, tuple(places.values()), announces=True)
    files = _Files(source.path, index)
    for message in index.messages:
        yield _exported(message, places, files, limit)
    for folder, place in places.items():
        yield from _maildir_files(files.root / folder, (place,), limit, files.is_new)


class _Files:
    """The files of an export: found by the part of their names that stays when a mail program changes flags."""

    def __init__(self, root: Path, index: Index) -> None:
        self.root = root
        self._known = {_stays(Path(name)) for message in index.messages for name in message.files}
        self._moved: dict[Path, dict[str, Path]] = defaultdict(dict)
        self._listed: set[Path] = set()
        self._custom: dict[Path, CustomFlags] = {}

    def find(self, name: str) -> Path | None:
        """The file that the index names, under its present name; None when it is gone or lies outside the export."""
        relative = Path(name)
        if relative.is_absolute() or ".." in relative.parts or len(relative.parts) not in (2, 3):
            return None
        path = self.root / relative
        if path.is_file():
            return path
        folder = path.parent.parent
        if folder not in self._listed:
            self._listed.add(folder)
            for part in _PARTS:
                inner = folder / part
                names = os.listdir(inner) if inner.is_dir() else []
                self._moved[folder].update({split_name(present)[0]: inner / present for present in names})
        return self._moved[folder].get(split_name(path.name)[0])

    def is_new(self, path: Path) -> bool:
        """Whether the index knows nothing of a file."""
        return _stays(path.relative_to(self.root)) not in self._known

    def flags(self, path: Path) -> CustomFlags:
        """The letters that the folder of a file gives to keywords of its own."""
        folder = path.parent.parent
        if folder not in self._custom:
            self._custom[folder] = _custom_flags(folder)
        return self._custom[folder]


def _stays(path: Path) -> tuple[str, str]:
    """What does not change of a file's path below the export when flags do: its folder and the start of its name."""
    return str(path.parent.parent), split_name(path.name)[0]


def _exported(message: ExportedMessage, places: Mapping[str, Place], files: _Files, limit: int) -> Item:
    """One message of the index. Flags with letters are those of the file's name now, other keywords the index's."""
    label = str(files.root / (message.files[0] if message.files else INDEX))
    path = next((found for found in map(files.find, message.files) if found is not None), None)
    if path is None:
        return Item(label, 0, problem="the index names this file, but it is not there")
    keywords = file_keywords(path.name, files.flags(path)) | {name for name in message.keywords if not has_letter(name)}
    wanted = tuple(places[folder] for folder in message.mailboxes if folder in places) or (Place(("Inbox",)),)
    item = _from_file(path, wanted, limit, frozenset(keywords))
    return Item(item.label, item.weight, item.places, item.octets, item.keywords, message.received, 0, item.problem)


def _exported_place(mailbox: ExportedMailbox) -> Place:
    return Place(mailbox.path, mailbox.role, mailbox.sort_order, mailbox.subscribed)


def _from_file(
    path: Path,
    places: tuple[Place, ...],
    limit: int,
    keywords: frozenset[str] = frozenset(),
    by_file_time: bool = False,
) -> Item:
    """The message that is a whole file."""
    try:
        if not path.is_file():
            return Item(str(path), 0, problem="not a file")
        size, file_time = path.stat().st_size, _time(path)
        if size > limit:
            return Item(str(path), size, problem=_too_large(size, limit))
        octets = path.read_bytes()
    except OSError as error:
        return Item(str(path), 0, problem=error.strerror or str(error))
    received = file_time if by_file_time else _from_line_date(octets)
    return Item(str(path), size, places, octets, keywords, received, file_time)


def _from_line_date(octets: bytes) -> int | None:
    """The date of the `From ` line that some programs save a message with."""
    line = from_line(octets[: octets.find(b"\n") + 1]) if octets.startswith(b"From ") else None
    return line.date if line else None


def _custom_flags(folder: Path) -> CustomFlags:
    path = folder / "dovecot-keywords"
    return parse_custom_flags(path.read_text("utf-8", "replace")) if path.is_file() else {}


def _time(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _too_large(size: int, limit: int) -> str:
    return f"{size} octets; the limit is {limit}"


_READERS: Mapping[Kind, Callable[[Source, int], Iterator[Item]]] = {
    Kind.MESSAGE: _message,
    Kind.MBOX: _mbox,
    Kind.MAILDIR: _maildir,
    Kind.EXPORT: _export,
    Kind.OTHER: _other,
}
