"""From an event of elsewhere to everything that is kept of it; what the account has gives way to what is newer only.

Pure but for `store`: an import runs `new_event` in a process of its own. JMAP calendars §1.4.1, §5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from angarium.datatypes.calendars import attachments, events, own, secrecy, words
from angarium.datatypes.calendars.own import OWNER, Event
from angarium.datatypes.calendars.view import SECRET
from angarium.engine.arrivals import UNSTAGED, Arrival, Became, Staged, content_uid, is_newer, keep, renew
from angarium.formats.errors import FormatError
from angarium.formats.jscalendar import check, normalise
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.primitives import parse_utc
from angarium.formats.searchtext import prepare_columns
from angarium.store.contract import AccountKey, State, Transaction

_OF_ACCOUNT: Final = ("calendarIds", "isDraft", "created")
"""What an event keeps when a newer version of it comes."""

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


def revised(event: Mapping[str, JSON]) -> int | None:
    """When an event of a file was last changed, its single instances included, in epoch milliseconds.

    That is what LAST-MODIFIED says: many programs write into DTSTAMP when they wrote the file.
    """
    overrides = event.get("recurrenceOverrides")
    patches = [each for each in overrides.values() if isinstance(each, dict)] if isinstance(overrides, dict) else []
    return max((at for each in (event, *patches) if (at := parse_utc(_last_modified(each))) is not None), default=None)


def _last_modified(event: Mapping[str, JSON]) -> str:
    unmapped = event.get("iCalendar")
    found = unmapped.get("properties") if isinstance(unmapped, dict) else event.get("iCalendar/properties")
    named = [each for each in found if isinstance(each, list) and len(each) > 3] if isinstance(found, list) else []
    return str(next((each[3] for each in named if each[0] == "last-modified"), event.get("updated")))


def new_event(
    event: Mapping[str, JSON],
    inside: Sequence[str],
    moment: str,
    blobs: Mapping[str, bytes],
    changed: int | None = None,
) -> Arrival:
    """An event as it is kept in these calendars; `moment` is a UTCDateTime, for one that does not tell its own times.

    The event is valid, as those that come from iCalendar are; `blobs` are octets by blob id, those of its links
    among them, and `changed` is when it last was, in epoch milliseconds. One without a uid gets one that follows from
    its content, so that it is known again. Raises FormatError for one that is larger than an event may be, or that
    names a blob that is not given.
    """
    kept = {name: value for name, value in event.items() if name not in _NEVER_KEPT}
    whole: Event = {
        "@type": "Event",
        "version": events.VERSION,
        "isDraft": False,
        **kept,
        "uid": kept.get("uid") or content_uid(kept),
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
    return Arrival(value, events.indexes(whole), prepare_columns(words.texts(whole)), octets, changed)


def store(
    transaction: Transaction, account: AccountKey, given: Sequence[Arrival], staged: Staged = UNSTAGED
) -> list[Became]:
    """Keep the events that the account has not, or an older version of; some blobs may be `staged`.

    An account has one event of a uid, or single instances of one, each once (§1.4.1).
    """
    uids = list(dict.fromkeys(_uid(each) for each in given))
    there = transaction.records.carried(account, events.KIND, "uid", uids)
    known = {uid: _instances(transaction, account, uid) if uid in there else {} for uid in uids}
    taken, told = [], []
    for each in given:
        uid, recurrence_id = _uid(each), cast(str, each.indexes["recurrenceId"][0])
        others = known[uid]
        if record := others.get(recurrence_id):
            told.append(_again(transaction, account, record, each, staged))
        elif others.keys() & {"", recurrence_id} or (others and not recurrence_id):
            told.append(Became.THERE)
        else:
            others[recurrence_id] = ""
            taken.append(each)
            told.append(Became.TAKEN)
    made = keep(transaction, account, events.KIND, events.PREFIX, taken, staged)
    for record, each in zip(made, taken, strict=True):
        if SECRET in each.indexes["privacy"]:
            secrecy.hidden(transaction, account, record, State(0))
    return told


def _again(transaction: Transaction, account: AccountKey, record: str, event: Arrival, staged: Staged) -> Became:
    """What becomes of an event that the account has; it stays in its calendars, with what others have apart."""
    stored = events.load(transaction.records, account, record) or {}
    value = cast(Event, loads(event.value))
    seen = own.seen(stored, OWNER)
    whole = value | {name: seen[name] for name in _OF_ACCOUNT if name in seen}
    if _without_times(whole) == _without_times(seen):
        return Became.THERE
    if not is_newer(event, value, stored):
        return Became.OTHER
    made = own.kept(stored, OWNER, whole)
    newer = replace(event, value=dumps(made), indexes=events.indexes(made))
    renew(transaction, account, events.KIND, record, newer, staged)
    secrecy.note(transaction, account, record, stored, made)
    return Became.UPDATED


def _without_times(event: Event) -> Event:
    """An event without when it was changed, which files say anew each time that they are written."""
    overrides = event.get("recurrenceOverrides")
    patches: dict[str, JSON] = {
        at: {name: item for name, item in patch.items() if name != "updated"} if isinstance(patch, dict) else patch
        for at, patch in (overrides.items() if isinstance(overrides, dict) else ())
    }
    return {**event, "updated": None, "recurrenceOverrides": patches}


def _instances(transaction: Transaction, account: AccountKey, uid: str) -> dict[str, str]:
    """The events with a uid by their recurrence ids; that of an event that is no single instance is empty."""
    records = transaction.records
    found = [(record, events.load(records, account, record)) for record in events.with_uid(records, account, uid)]
    return {str(event.get("recurrenceId", "")): record for record, event in found if event is not None}


def _uid(arrival: Arrival) -> str:
    return cast(str, arrival.indexes["uid"][0])
