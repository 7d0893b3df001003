"""The store on SQLite; only `app` and `testing` import it."""

from angarium.store.sqlite.rescue import Wreck
from angarium.store.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "Wreck", "open_store"]
