"""What every part of one compiled statement shares: the values that it binds and the names of its rows."""

from typing import NamedTuple, TypeAlias

import apsw

from angarium.store.sqlite.messages.ids import first_document, last_document

Value: TypeAlias = str | int


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
