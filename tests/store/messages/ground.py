"""A message index on its own, with the tables and change numbers of the store around it, in memory."""

from dataclasses import dataclass

import apsw

from angarium.store.contract import AccountKey, BlobHash, State
from angarium.store.sqlite import schema
from angarium.store.sqlite.changelog import ChangeNumbers
from angarium.store.sqlite.messages import MessagesReader, MessagesTransaction
from tests.store.messages.samples import Sample, new

ACCOUNT = AccountKey(7)


def no_headers(_blob: BlobHash) -> bytes:
    raise AssertionError("no header is asked for")


@dataclass(frozen=True)
class Ground:
    """The connection and what is built on it; numbers count on from change to change."""

    connection: apsw.Connection
    numbers: ChangeNumbers
    messages: MessagesTransaction
    account: AccountKey = ACCOUNT

    @classmethod
    def prepared(cls, mailboxes: int = 4) -> "Ground":
        """An index with records for the mailboxes B1, B2, ..."""
        connection = apsw.Connection(":memory:")
        schema.create(connection)
        numbers = ChangeNumbers(connection)
        connection.execute("INSERT INTO account (id) VALUES (?)", (ACCOUNT,))
        for number in range(1, mailboxes + 1):
            numbers.next(ACCOUNT, "Mailbox")
            connection.execute(
                "INSERT INTO record (account, kind, id, name, modified, modified_core, value) "
                "VALUES (?, 'Mailbox', ?, ?, ?, ?, '{}')",
                (ACCOUNT, number, f"B{number}", number, number),
            )
        return cls(connection, numbers, MessagesTransaction(connection, numbers, no_headers))

    def reader(self) -> MessagesReader:
        """Another reader of the same tables."""
        return MessagesReader(self.connection, no_headers, self.numbers.changed)

    def add(self, facts: Sample) -> str:
        return self.messages.add(self.account, new(facts)).id

    def state(self, kind: str = "Email") -> State:
        return self.numbers.changed.get(self.account, {}).get(kind, State(0))

    def modified(self, mailbox: str) -> int:
        """The number of the last change of a mailbox record."""
        number: int = self.connection.execute("SELECT modified FROM record WHERE name = ?", (mailbox,)).get
        return number

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(self.connection.execute(sql))
