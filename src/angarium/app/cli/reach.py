"""Reaching the store of a data folder: through the server that runs on it, or by opening it when none does.

Reading always opens the store here, beside whoever writes. Which of the two ways a write takes changes nothing in what
is done: both run `angarium.app.operations`.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from angarium.app.clock import clock
from angarium.formats.json import JSON

if TYPE_CHECKING:
    from angarium.app.config import Config
    from angarium.app.control import ControlClient
    from angarium.app.operations import Services
    from angarium.store.contract import Store
    from angarium.store.sqlite import SqliteStore, Wreck

_ENDS = frozenset({"gone", "frame", "store"})  # kinds of errors after which no further call is any use
_PATIENCE = 10.0
_PAUSE = 0.1


class Refused(Exception):
    """An operation was not done; the text says why. `kind` is one word."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


class Caller(Protocol):
    """Where operations are done."""

    @property
    def elsewhere(self) -> bool:
        """Whether another process does them."""
        ...

    def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
        """Do an operation and wait for it; raises Refused, or StoreError when nothing more can be written."""
        ...


class Here:
    """Operations on a store that this process has opened for writing."""

    elsewhere = False

    def __init__(self, services: "Services") -> None:
        self._services = services

    def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
        """Do an operation and wait for it to be on disk."""
        from angarium.app.operations import OperationError, perform
        from angarium.store.contract import StoreError

        try:
            return perform(self._services, name, arguments, payload)
        except OperationError as error:
            raise Refused(error.kind, error.text) from error
        except StoreError:
            raise
        except Exception as error:
            raise Refused("serverFail", f"a fault in the program: {error!r}") from error


class There:
    """Operations done by the running server."""

    elsewhere = True

    def __init__(self, client: "ControlClient") -> None:
        self._client = client

    def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
        """Ask the server for an operation and wait for its answer."""
        from angarium.app.control import ControlError
        from angarium.store.contract import StoreError

        try:
            return self._client.call(name, dict(arguments), payload)
        except ControlError as error:
            if error.kind in _ENDS:
                raise StoreError(error.text) from error
            raise Refused(error.kind, error.text) from error


@contextmanager
def writing(config: "Config", create: bool = False) -> Iterator[Caller]:
    """A way to write to the data folder: its server when one runs, else the store itself.

    StoreError where there is no store, unless it may be created. Another command that is writing at the moment is
    waited for, up to ten seconds.
    """
    from angarium.store.contract import StoreError

    until = time.monotonic() + _PATIENCE
    while True:
        client = _server(config.data)
        if client is not None:
            with closing(client):
                yield There(client)
            return
        try:
            store = _opened(config.data, create)
        except StoreError as error:
            if "in use" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
            continue
        with closing(store):
            if create:
                _begun(store)
            yield Here(_services(config, store))
        return


@contextmanager
def reading(config: "Config") -> Iterator["SqliteStore"]:
    """The store of the data folder, to read; StoreError when there is none."""
    from angarium.store.sqlite import open_store

    with closing(open_store(config.data, read_only=True)) as store:
        yield store


@contextmanager
def reading_what_is_left(config: "Config") -> Iterator["SqliteStore | Wreck"]:
    """As `reading`, but when there is a store that cannot be opened, what is left of it."""
    from angarium.store.contract import StoreError
    from angarium.store.sqlite import Wreck, open_store

    try:
        store: SqliteStore | Wreck = open_store(config.data, read_only=True)
    except StoreError as error:
        if "cannot open" not in str(error) and "was not made by" not in str(error):
            raise
        store = Wreck(config.data, error)
    with closing(store):
        yield store


def _opened(folder: Path, create: bool) -> "SqliteStore":
    from angarium.store.sqlite import open_store

    if not create:
        open_store(folder, read_only=True).close()  # raises where there is none
    return open_store(folder)


def _begun(store: "Store") -> None:
    """The key that signs pushes, made here: the library for it is soon gone again, unlike from a server."""
    from angarium.app.vapid import key_of

    key_of(store)


def _services(config: "Config", store: "Store") -> "Services":
    from angarium.app.operations import Services
    from angarium.app.pipeline import compose_pipeline

    pipeline = compose_pipeline(config)
    return Services(
        store,
        config.mail.new_mailboxes,
        pipeline.domains,
        clock,
        config.quota.allowance(),
        pipeline.stages,
    )


def _server(folder: Path) -> "ControlClient | None":
    """The server that runs on a data folder, when one does."""
    from angarium.app.control import NAME, ControlClient

    try:
        return ControlClient(folder / NAME)
    except OSError:
        return None
