"""The message index of the SQLite store: Email, Thread and the counters of mailboxes."""

from angarium.store.sqlite.messages.reader import MessagesReader
from angarium.store.sqlite.messages.writer import MessagesTransaction

__all__ = ["MessagesReader", "MessagesTransaction"]
