"""From an event of elsewhere to everything that is kept of it; what the account has already stays as it is.

Pure but for `store`: an import runs `new_event` in a process of its own. JMAP calendars §1.4.1, §5.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import cast

import orjson

from angarium.datatypes.calendars import attachments, events, secrecy, words
from angarium.datatypes.calendars.own import Event
from angarium.datatypes.calendars.view import SECRET
from angarium.engine.arrivals import UNSTAGED, Arrival, Staged, keep
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import check, normalise
from angarium.formats.json import JSON, dumps
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import AccountKey, State, Transaction

_TOLD = 3
"""Problems of an event that are told; the rest are seldom of any other kind."""

_NEVER_KEPT = ("id", "baseEventId", "isOrigin", "utcStart", "utcEnd", "method", "calendarIds")


def checked(event: Mapping[str, JSON]) -> Event:
    """An event of which nobody knows whether it is valid, in the form of version 2.0; raises FormatError."""
    made = normalise({"@type": "Event", **event})
    problems = [f"{path}: {text}" for path, text in check({"uid": "-", **made})]
    if made.get("@type") != "Event":
        problems.append("@type: must be Event")
    if problems:
        raise FormatError("; ".join(problems[:_TOLD]))
    return made


def new_event(event: Mapping[str, JSON], inside: Sequence[str], moment: str, blobs: Mapping[str, bytes]) -> Arrival:
    """An event as it is kept in these calendars; `moment` is a UTCDateTime, for one that does not tell its own times.

    The event is valid, as those that come from iCalendar are; `blobs` are octets by blob id, those of its links
    among them. One without a uid gets one that follows from its content, so that it is known again. Raises FormatError
    for one that is larger than an event may be, or that names a blob that is not given.
    """
    kept = {name: value for name, value in event.items() if name not in _NEVER_KEPT}
    whole: Event = {
        "@type": "Event",
        "version": events.VERSION,
        "isDraft": False,
        **kept,
        "uid": kept.get("uid") or f"urn:uuid:{_content_uuid(kept)}",
        "created": kept.get("created") or kept.get("updated", moment),
        "updated": kept.get("updated", moment),
        "calendarIds": dict.fromkeys(inside, True),
    }
    value = dumps(whole)
    if len(value) > events.LARGEST:
        raise FormatError(f"the event has {len(value)} octets; at most {events.LARGEST} are kept")
    named = attachments.names(whole) if b'"blobId"' in value else []
    if missing := len(named) - len(blobs.keys() & named):
        raise FormatError(f"the octets of {missing} of its attachments are not there")
    octets = tuple(blobs[name] for name in named)
    return Arrival(value, events.indexes(whole), prepare_columns(words.texts(whole)), octets)


def store(
    transaction: Transaction, account: AccountKey, given: Sequence[Arrival], staged: Staged = UNSTAGED
) -> list[bool]:
    """Keep the events that the account has not; for each whether it was taken. Some blobs may be `staged`.

    An account has one event of a uid, or single instances of one, each once (§1.4.1).
    """
    uids = list(dict.fromkeys(_uid(each) for each in given))
    there = transaction.records.carried(account, events.KIND, "uid", uids)
    known: dict[str, set[str]] = {uid: _instances(transaction, account, uid) if uid in there else set() for uid in uids}
    taken, told = [], []
    for each in given:
        uid, recurrence_id = _uid(each), cast(str, each.indexes["recurrenceId"][0])
        others = known[uid]
        told.append(not others if not recurrence_id else others.isdisjoint(("", recurrence_id)))
        if told[-1]:
            others.add(recurrence_id)
            taken.append(each)
    made = keep(transaction, account, events.KIND, events.PREFIX, taken, staged)
    for record, each in zip(made, taken, strict=True):
        if SECRET in each.indexes["privacy"]:
            secrecy.hidden(transaction, account, record, State(0))
    return told


def _instances(transaction: Transaction, account: AccountKey, uid: str) -> set[str]:
    """The recurrence ids of the events with a uid; that of an event that is no single instance is empty."""
    records = transaction.records
    found = (events.load(records, account, record) for record in events.with_uid(records, account, uid))
    return {str(event.get("recurrenceId", "")) for event in found if event is not None}


def _uid(arrival: Arrival) -> str:
    return cast(str, arrival.indexes["uid"][0])


def _content_uuid(event: Mapping[str, JSON]) -> uuid.UUID:
    text = orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    return uuid.UUID(bytes=hashlib.sha256(text).digest()[:16], version=4)
