"""`angarium.json`, the index of an export: what a Maildir alone cannot say.

Its mailboxes with role, order and subscription, and for each message its files (one in each of its mailboxes), when it
was received, and its keywords. The text is JSON with one message a line, so that it can be written as it is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps, parse
from angarium.formats.primitives import format_utc, parse_utc

FILE = "angarium.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ExportedMailbox:
    """A mailbox: its folder in the export (`""` for the root), its name and those of its parents, and how it shows."""

    folder: str
    path: tuple[str, ...]
    role: str | None
    sort_order: int
    subscribed: bool


@dataclass(frozen=True, slots=True)
class ExportedMessage:
    """A message: its files relative to the export, epoch milliseconds, keywords, and the folders of its mailboxes."""

    files: tuple[str, ...]
    received: int
    keywords: tuple[str, ...]
    mailboxes: tuple[str, ...]

    def line(self) -> bytes:
        """The message as JSON on one line."""
        return dumps(
            {
                "files": list[JSON](self.files),
                "receivedAt": format_utc(self.received),
                "keywords": list[JSON](self.keywords),
                "mailboxes": list[JSON](self.mailboxes),
            }
        )


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that the file says."""

    mailboxes: tuple[ExportedMailbox, ...]
    messages: tuple[ExportedMessage, ...]


def head(user: str, exported: int, mailboxes: Sequence[ExportedMailbox]) -> bytes:
    """The beginning of the file; lines of messages follow, with `,` and a line end between them, and then `tail`."""
    about: dict[str, JSON] = {"version": _VERSION, "user": user, "exportedAt": format_utc(exported)}
    listed: list[JSON] = [
        {
            "folder": mailbox.folder,
            "path": list[JSON](mailbox.path),
            "role": mailbox.role,
            "sortOrder": mailbox.sort_order,
            "isSubscribed": mailbox.subscribed,
        }
        for mailbox in mailboxes
    ]
    return b'{"angarium":' + dumps(about) + b',\n"mailboxes":' + dumps(listed) + b',\n"messages":[\n'


def tail() -> bytes:
    """The end of the file."""
    return b"\n]}\n"


def parse_index(text: bytes) -> Index:
    """Read the file; FormatError when it is not one, or of a version to come."""
    value = parse(text)
    about = value.get("angarium") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(about, dict):
        raise FormatError("not the index of an export")
    if about.get("version") != _VERSION:
        raise FormatError(f"an index of version {about.get('version')}; this program reads version {_VERSION}")
    return Index(
        tuple(_mailbox(item) for item in _objects(value, "mailboxes")),
        tuple(_message(item) for item in _objects(value, "messages")),
    )


def _objects(value: Mapping[str, JSON], name: str) -> list[dict[str, JSON]]:
    items = value.get(name)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FormatError(f"{name} is not an array of objects")
    return cast("list[dict[str, JSON]]", items)


def _mailbox(item: dict[str, JSON]) -> ExportedMailbox:
    role, order = item.get("role"), item.get("sortOrder")
    path = _texts(item, "path")
    if not path:
        raise FormatError("a mailbox without a path")
    return ExportedMailbox(
        folder=_text(item, "folder"),
        path=path,
        role=role if isinstance(role, str) else None,
        sort_order=order if isinstance(order, int) else 0,
        subscribed=item.get("isSubscribed") is True,
    )


def _message(item: dict[str, JSON]) -> ExportedMessage:
    received = parse_utc(_text(item, "receivedAt"))
    if received is None:
        raise FormatError("receivedAt is not a UTCDate")
    return ExportedMessage(_texts(item, "files"), received, _texts(item, "keywords"), _texts(item, "mailboxes"))


def _text(item: Mapping[str, JSON], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise FormatError(f"{name} is not a string")
    return value


def _texts(item: Mapping[str, JSON], name: str) -> tuple[str, ...]:
    values = item.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise FormatError(f"{name} is not an array of strings")
    return tuple(cast("list[str]", values))
