"""Storing a batch of cards or events of an import (see `arrival_batch`); large blobs are on disk beforehand."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TypeAlias

from angarium.app.operations.arrival_batch import unpack
from angarium.app.operations.services import Arguments, Services, text, user_named
from angarium.app.operations.staging import INLINE, staged_blob
from angarium.datatypes.calendars import ingest as events
from angarium.datatypes.contacts import ingest as cards
from angarium.engine.arrivals import Arrival, Became, Staged
from angarium.formats.json import JSON
from angarium.store.contract import AccountKey, Transaction

_Store: TypeAlias = Callable[[Transaction, AccountKey, Sequence[Arrival], Staged], list[Became]]
"""Keeps what the account has not, or an older version of; tells what became of each."""


def take_cards(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """import.cards {user} with cards: gives what became of each (`engine.arrivals.Became`)."""
    return _take(services, arguments, payload, cards.store)


def take_events(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """import.events {user} with events: gives what became of each (`engine.arrivals.Became`)."""
    return _take(services, arguments, payload, events.store)


def _take(services: Services, arguments: Arguments, payload: bytes, store: _Store) -> tuple[JSON, bytes]:
    """Store the objects of a payload in the account of `user`; gives what became of each."""
    name, given = text(arguments, "user"), list(unpack(payload))
    with ExitStack() as stages:
        large = {octets for each in given for octets in each.blobs if len(octets) > INLINE}
        staged = {octets: staged_blob(services.store, octets, stages) for octets in large}

        def job(transaction: Transaction) -> list[JSON]:
            account = user_named(transaction, name).account
            return list[JSON](store(transaction, account, given, staged))

        return services.store.write(job).result(), b""
