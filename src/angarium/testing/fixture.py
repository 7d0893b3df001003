"""Filling a server from a fixture: an object, a JSON file that holds one, or a folder with a folder for each user.

`{"users": [{"name", "password", "mailboxes": [path…], "messages": [arguments of User.add_message…], "files": [path…],
"cards": [Card…], "events": [Event…]}], "shares": [{"owner", "with", "readOnly"}]}`; paths of files are relative to the
JSON file. In a folder of folders each of these holds files as `User.add_files` takes them.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from angarium.testing.user import User

_FIXTURE = ((), ("users", "shares"))
_USER = (("name",), ("password", "mailboxes", "messages", "files", "cards", "events"))
_SHARE = (("owner", "with"), ("readOnly",))
"""The members that there must be, and those that there may be."""


def load(add_user: Callable[..., User], fixture: Mapping[str, Any] | Path | str) -> dict[str, User]:
    """Make everything that a fixture names; its users by name. ValueError for members that a fixture does not have."""
    if isinstance(fixture, Mapping):
        return _load(add_user, fixture, Path())
    path = Path(fixture)
    if not path.is_dir():
        return _load(add_user, json.loads(path.read_text("utf-8")), path.parent)
    users = {folder.name: add_user(folder.name) for folder in sorted(path.iterdir()) if folder.is_dir()}
    for name, user in users.items():
        user.add_files(*sorted((path / name).iterdir()))
    return users


def _load(add_user: Callable[..., User], fixture: Mapping[str, Any], base: Path) -> dict[str, User]:
    _check("a fixture", fixture, *_FIXTURE)
    users = {}
    for given in fixture.get("users", ()):
        _check("a user of a fixture", given, *_USER)
        named = {"password": given["password"]} if "password" in given else {}
        users[given["name"]] = user = add_user(given["name"], **named)
        for mailbox in given.get("mailboxes", ()):
            user.add_mailbox(mailbox)
        for message in given.get("messages", ()):
            user.add_message(**{"from_" if key == "from" else key: value for key, value in message.items()})
        if files := [base / name for name in given.get("files", ())]:
            user.add_files(*files)
        for card in given.get("cards", ()):
            user.add_card(card)
        for event in given.get("events", ()):
            user.add_event(event)
    for share in fixture.get("shares", ()):
        _check("a share of a fixture", share, *_SHARE)
        users[share["owner"]].share_with(users[share["with"]], share.get("readOnly") is True)
    return users


def _check(what: str, given: object, needed: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """A word that is mistyped would leave a server that lacks something, and a test that fails for no reason."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{what} is an object, not {given!r}")
    wrong = [name for name in given if name not in needed and name not in allowed]
    wrong += [name for name in needed if name not in given]
    if wrong:
        raise ValueError(f"{what} lacks or does not know {wrong[0]!r}; its members are {', '.join(needed + allowed)}")
