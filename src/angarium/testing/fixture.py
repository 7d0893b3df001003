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


def load(add_user: Callable[..., User], fixture: Mapping[str, Any] | Path | str) -> dict[str, User]:
    """Make everything that a fixture names; its users by name."""
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
    users = {}
    for given in fixture.get("users", ()):
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
        users[share["owner"]].share_with(users[share["with"]], share.get("readOnly") is True)
    return users
