"""Checking cards and events: each in containers that are there, found by its uid, valid, with its blobs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from angarium.app.cli.verifying_contents import damage
from angarium.datatypes.calendars import attachments, events
from angarium.datatypes.calendars.calendars import CALENDARS
from angarium.datatypes.calendars.own import OWNER, Event, seen
from angarium.datatypes.contacts import cards, media
from angarium.datatypes.contacts.books import BOOKS
from angarium.engine.containers import Containers
from angarium.formats.jscalendar import check
from angarium.formats.json import JSON, loads
from angarium.store.contract import AccountKey, BlobHash, Records, Snapshot, Window

_TOGETHER: Final = 500


@dataclass(frozen=True, slots=True)
class Holding:
    """Things of a kind and their containers: what they are called, and how to look at them.

    `whole` gives what the owner sees of a stored thing.
    """

    thing: str
    container: str
    containers: Containers
    of_uid: Callable[[Records, AccountKey, str], list[str]]
    whole: Callable[[dict[str, JSON]], dict[str, JSON]]
    problems: Callable[[dict[str, JSON]], Iterable[str]]
    blobs: Callable[[dict[str, JSON]], Iterable[BlobHash]]


def _card_of_uid(records: Records, account: AccountKey, uid: str) -> list[str]:
    found = cards.with_uid(records, account, uid)
    return [] if found is None else [found]


def _event_problems(event: Event) -> list[str]:
    return [f"{path}: {text}" for path, text in check(event)]


CARDS: Final = Holding(
    "card",
    "address book",
    BOOKS,
    _card_of_uid,
    lambda card: card,
    cards.problems,
    lambda card: media.hashes(card.get("media")),
)
EVENTS: Final = Holding(
    "event",
    "calendar",
    CALENDARS,
    events.with_uid,
    lambda event: seen(event, OWNER),
    _event_problems,
    attachments.hashes,
)


def wrong_records(snapshot: Snapshot, account: AccountKey, holding: Holding, checked: set[BlobHash]) -> Iterator[str]:
    """A line for each thing that is wrong; blobs that were looked at are added to `checked`."""
    kind = holding.containers.contents.kind
    known = holding.containers.every(snapshot.records, account)
    defaults = sum(value.get("isDefault") is True for value in known.values())
    if known and defaults != 1:
        yield f"{defaults} {holding.container}s are the default one"
    ids = snapshot.records.query(account, kind, None, (), Window()).ids
    for start in range(0, len(ids), _TOGETHER):
        for record, text in snapshot.records.get(account, kind, ids[start : start + _TOGETHER]).items():
            thing = holding.whole(cast("dict[str, JSON]", loads(text)))
            for problem in _wrong(snapshot, account, holding, record, thing, known.keys()):
                yield f"{holding.thing} {record}: {problem}"
            for blob in holding.blobs(thing):
                if blob not in checked:
                    checked.add(blob)
                    if damaged := damage(snapshot, blob):
                        yield f"{holding.thing} {record}: {damaged}"


def _wrong(
    snapshot: Snapshot,
    account: AccountKey,
    holding: Holding,
    record: str,
    thing: dict[str, JSON],
    known: Iterable[str],
) -> Iterator[str]:
    inside = cast("dict[str, JSON]", thing.get(holding.containers.contents.property) or {})
    if not inside:
        yield f"is in no {holding.container}"
    for container in inside.keys() - set(known):
        yield f"is in {holding.container} {container}, which is not there"
    if record not in holding.of_uid(snapshot.records, account, str(thing.get("uid"))):
        yield "is not found by its uid"
    yield from holding.problems(thing)
