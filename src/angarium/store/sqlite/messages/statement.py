"""What every part of one compiled statement shares: the values that it binds and the names of its rows."""

from typing import Final, NamedTuple, TypeAlias

import apsw

from angarium.store.sqlite.messages.counters import read
from angarium.store.sqlite.messages.ids import EVERYWHERE, first_document, last_document
from angarium.store.sqlite.messages.keywords import count_of

Value: TypeAlias = str | int

LOOK_UP: Final = 25
"""What a look-up costs, in steps along a mailbox: 1.2 µs to 0.05 µs, measured with a million messages."""


class At(NamedTuple):
    """The names under which a statement knows a row of the list and its email (they may be the same).

    With `probe` text is looked up message by message, which suits the few that a row is compared with.
    """

    row: str
    email: str
    probe: bool = False


class Bindings:
    """The values of one statement, and what the terms need to know to be written."""

    def __init__(self, connection: apsw.Connection, account: int) -> None:
        self.connection = connection
        self.account = account
        self.values: dict[str, Value] = {
            "account": account,
            "low": first_document(account),
            "high": last_document(account),
        }

    def bind(self, value: Value) -> str:
        """The placeholder of a value."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def is_rare(self, entry: str, listed: int | None = None) -> bool:
        """Whether looking up all that stands under an entry of the keyword index beats walking so many messages.

        None for `listed` means all of the account.
        """
        if listed is None:
            listed = read(self.connection, self.account, [EVERYWHERE])[EVERYWHERE].total_emails
        return count_of(self.connection, self.account, entry) * LOOK_UP < listed
