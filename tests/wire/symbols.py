"""Names for what differs from run to run: ids, states, times, the address of the server.

A value gets its name where it is first seen, by the property it stands in; from then on it has that name everywhere.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

_KINDS = {
    "blobId": "blob",
    "threadId": "thread",
    "emailId": "email",
    "emailIds": "email",
    "identityId": "identity",
    "parentId": "mailbox",
    "messageId": "message-id",
    "applicationServerKey": "server key",
}
_DAY = 86_400
_QUOTED_NUMBER = re.compile(r"'(\d+)'")
_UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NAMED = re.compile(r"<[^<>]+>")


class Symbols:
    """What is known by which name."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def know(self, value: str, name: str) -> None:
        """Give a value a name."""
        self._names.setdefault(value, f"<{name}>")
        self._values.setdefault(f"<{name}>", value)

    def filled(self, text: str) -> str:
        """A request with values in place of names."""
        return _NAMED.sub(lambda found: self._values.get(found[0], found[0]), text)

    def learn(self, kind: str, value: Any, name: str = "") -> None:
        """Give every id and state in an answer a name; `kind` is the type of the objects in it."""
        if isinstance(value, dict):
            for key, inner in value.items():
                self.learn(kind, inner, name if name == "copied" else key)
        elif isinstance(value, list):
            for inner in value:
                self.learn(kind, inner, name)
        elif isinstance(value, str):
            if name.lower().endswith("state"):
                self._new("state ", value, "state")
            elif name in ("id", "ids", "created", "updated", "destroyed", "removed") and not _seconds(value):
                self._new("", value, kind)
            elif name == "uid" and _UUID.fullmatch(value):
                self._new("", value, "uid")
            elif name == "copied":
                self._new("", value, "blob")
            elif name in _KINDS and not self._stable(name, value):
                self._new("", value, _KINDS[name])

    def _stable(self, name: str, value: str) -> bool:
        return name == "messageId" and value.endswith(".example")

    def _new(self, prefix: str, value: str, kind: str) -> None:
        key = prefix + value
        if value == "singleton":  # the same everywhere (RFC 8621 §8)
            return
        if key not in self._names and f"<{value}>" not in self._values:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[key] = f"<{kind} {self._counts[kind]}>"
            self._values[self._names[key]] = value

    def named(self, value: Any, name: str = "") -> Any:
        """An answer with names in place of values."""
        if isinstance(value, dict):
            return {self._text(key, ""): self.named(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.named(inner, name) for inner in value]
        return self._text(value, name) if isinstance(value, str) else value

    def _text(self, text: str, name: str) -> str:
        if name.lower().endswith("state"):
            return self._names.get("state " + text, text)
        if (
            name in ("sentAt", "receivedAt", "sendAt", "created", "updated")
            and abs(time.time() - _seconds(text)) < _DAY
        ):
            return "<now>"
        if name == "expires" and abs(time.time() + 30 * _DAY - _seconds(text)) < _DAY:
            return "<in 30 days>"
        if text in self._names:
            return self._names[text]
        if name == "description":
            text = _QUOTED_NUMBER.sub(lambda found: self._names.get("state " + found[1], found[0]), text)
        return self._pattern()(lambda found: self._names[found[0]], text)

    def _pattern(self) -> Callable[[Callable[[re.Match[str]], str], str], str]:
        """How names are put into longer texts, such as descriptions and URLs."""
        known = sorted(
            (value for value in self._names if not value.startswith("state ") and value), key=len, reverse=True
        )
        return re.compile(r"(?<![\w.@-])(?:" + "|".join(map(re.escape, known)) + r")(?![\w@-])").sub


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).timestamp()
    except ValueError:
        return 0.0
