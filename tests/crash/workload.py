"""Clients that write as fast as they can and keep a ledger of what was acknowledged, until the server is gone."""

import http.client
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.client import Client, Refused


@dataclass(slots=True)
class Mail:
    """One acknowledged email: `content` when we wrote its octets; `flagged` or `mailbox` None when in doubt."""

    token: str
    content: bytes | None
    flagged: bool | None
    mailbox: str | None


@dataclass(slots=True)
class Ledger:
    """What one client knows to be so, and what was under way when the server went."""

    mails: dict[str, Mail] = field(default_factory=dict)
    destroyed: set[str] = field(default_factory=set)
    uploads: dict[str, bytes] = field(default_factory=dict)
    doubtful_tokens: set[str] = field(default_factory=set)
    doubtful_ids: set[str] = field(default_factory=set)
    state: int = 0


class Worker(threading.Thread):
    """Imports, drafts, flags, moves, destroys and uploads, chosen by chance, one after the other."""

    def __init__(self, user: Client, number: int, seed: str) -> None:
        super().__init__(name=f"worker {number}")
        self.ledger = Ledger()
        self.failure: BaseException | None = None
        self._user = user
        self._random = random.Random(seed)
        self._label = f"{seed}-{number}"
        self._count = 0
        self._boxes = [user.mailbox("inbox"), user.mailbox("archive")]

    def acknowledged(self) -> int:
        """How many things were made or destroyed so far."""
        return len(self.ledger.mails) + len(self.ledger.destroyed) + len(self.ledger.uploads)

    def run(self) -> None:
        steps: tuple[tuple[Callable[[], None], int], ...] = (
            (self._import, 4),
            (self._draft, 3),
            (self._flag, 3),
            (self._move, 2),
            (self._destroy, 1),
            (self._upload, 1),
        )
        kinds, weights = zip(*steps, strict=True)
        try:
            while True:
                self._random.choices(kinds, weights)[0]()
        except (OSError, http.client.HTTPException):
            return  # the server is gone; what was under way is in doubt
        except Refused as refused:
            if refused.answer.status != 503:  # a worker whose writer is gone
                self.failure = refused
        except BaseException as error:
            self.failure = error

    def _token(self) -> str:
        self._count += 1
        return f"token-{self._label}-{self._count}"

    def _import(self) -> None:
        token, box = self._token(), self._random.choice(self._boxes)
        size = self._random.choice((100, 3_000, 200_000))
        parent = self._random.choice(list(self.ledger.mails.values())).token if self.ledger.mails else "none"
        head = f"Subject: {token}\r\nMessage-ID: <{token}@example.com>\r\nReferences: <{parent}@example.com>\r\n"
        content = f"{head}\r\n{token}\r\n".encode() + b"x" * size
        blob = self._user.upload(content)
        self.ledger.doubtful_tokens.add(token)
        given = {"blobId": blob, "mailboxIds": {box: True}}
        answer = self._user.call("Email/import", {"emails": {"a": given}})
        self._created(answer, token, content, box)

    def _draft(self) -> None:
        token, box = self._token(), self._random.choice(self._boxes)
        self.ledger.doubtful_tokens.add(token)
        draft = {
            "mailboxIds": {box: True},
            "subject": token,
            "bodyValues": {"t": {"value": token}},
            "textBody": [{"partId": "t"}],
        }
        answer = self._user.call("Email/set", {"create": {"a": draft}})
        self._created(answer, token, None, box)

    def _created(self, answer: Any, token: str, content: bytes | None, box: str) -> None:
        self.ledger.mails[answer["created"]["a"]["id"]] = Mail(token, content, False, box)
        self.ledger.doubtful_tokens.discard(token)
        self.ledger.state = max(self.ledger.state, int(answer["newState"]))

    def _flag(self) -> None:
        if found := self._any():
            identifier, mail = found
            wanted, mail.flagged = not mail.flagged, None
            self._update(identifier, {"keywords/$flagged": True if wanted else None})
            mail.flagged = wanted

    def _move(self) -> None:
        if found := self._any():
            identifier, mail = found
            wanted, mail.mailbox = self._random.choice(self._boxes), None
            self._update(identifier, {"mailboxIds": {wanted: True}})
            mail.mailbox = wanted

    def _update(self, identifier: str, patch: dict[str, Any]) -> None:
        answer = self._user.call("Email/set", {"update": {identifier: patch}})
        assert identifier in answer["updated"], answer
        self.ledger.state = max(self.ledger.state, int(answer["newState"]))

    def _destroy(self) -> None:
        if found := self._any():
            identifier, _ = found
            del self.ledger.mails[identifier]
            self.ledger.doubtful_ids.add(identifier)
            answer = self._user.call("Email/set", {"destroy": [identifier]})
            assert answer["destroyed"] == [identifier], answer
            self.ledger.doubtful_ids.discard(identifier)
            self.ledger.destroyed.add(identifier)

    def _upload(self) -> None:
        content = self._token().encode() + b"u" * self._random.choice((10, 100_000))
        self.ledger.uploads[self._user.upload(content)] = content

    def _any(self) -> tuple[str, Mail] | None:
        return self._random.choice(list(self.ledger.mails.items())) if self.ledger.mails else None
