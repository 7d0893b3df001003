"""The life of a thread: each step with its change number (RFC 8621 §3: an email never changes its thread)."""

from collections.abc import Mapping
from typing import Protocol

import apsw

from angarium.store.sqlite.messages import entries, joining
from angarium.store.sqlite.messages.entries import Entry


class ChangeNumbers(Protocol):
    """What the change log gives to whoever changes something."""

    @property
    def reached(self) -> Mapping[int, Mapping[str, int]]:
        """States reached and not yet written."""
        ...

    def next(self, account: int, kind: str) -> int:
        """The account's next change number, for a change of this type."""
        ...

    def reach(self, account: int, kind: str, number: int) -> None:
        """A type without objects of its own has this number, given out for a change of another, as its state."""
        ...

    def touch(self, account: int, kind: str, number: int) -> None:
        """A derived value of the record with this id number changed."""
        ...

    def touch_all(self, account: int, kind: str) -> None:
        """A derived value of every record of a kind changed."""
        ...

    def bury(self, account: int, kind: str, text_id: str, number: int, thread: int | None = None) -> int:
        """Leave a tombstone for the object with this id and id number."""
        ...


class Threads:
    """Begins, renews, merges and ends threads of a transaction."""

    def __init__(self, connection: apsw.Connection, numbers: ChangeNumbers) -> None:
        self._connection = connection
        self._numbers = numbers

    def begin(self, account: int) -> int:
        """A new thread, which its caller gives emails."""
        number = self._numbers.next(account, "Thread")
        self._connection.execute(
            "INSERT INTO thread (account, id, modified) VALUES (?, ?, ?)", (account, number, number)
        )
        return number

    def renew(self, account: int, thread: int) -> None:
        """Its emailIds changed."""
        self._connection.execute(
            "UPDATE thread SET modified = ? WHERE account = ? AND id = ?",
            (self._numbers.next(account, "Thread"), account, thread),
        )

    def end(self, account: int, thread: int) -> None:
        """It has no email any more."""
        self._connection.execute("DELETE FROM thread WHERE account = ? AND id = ?", (account, thread))
        joining.disown(self._connection, account, thread)
        self._numbers.bury(account, "Thread", f"T{thread}", thread)

    def merge(self, account: int, thread: int, heir: int) -> None:
        """Move all emails of a thread, and what it owns, to another."""
        for old in entries.of_thread(self._connection, account, thread):
            self.move(old, heir)
        joining.hand_over(self._connection, account, thread, heir)
        self.end(account, thread)

    def move(self, old: Entry, heir: int) -> Entry:
        """Destroy an email and create it anew, with another id, in another thread."""
        self._numbers.bury(old.account, "Email", f"M{old.id}", old.id, old.thread)
        new = old._replace(id=self._numbers.next(old.account, "Email"), thread=heir)
        entries.renumber(self._connection, old, new)
        return new
