"""Alerts of events: taking in what changed, and letting go off what is due, as news to clients and as mail.

What changed is found from where the last look ended (`look`), the next alert of each event is worked out from a
snapshot (`work_out`) and kept by a short transaction (`take_in`); what changed in between comes with the next look.
Nothing here is told twice: what has gone off and what is next are kept in one transaction (`go_off`). JMAP calendars
§6.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, cast

from angarium.datatypes.calendars import calendars, events, own, reminders, view
from angarium.datatypes.calendars.alerts import EMAIL, Alerts, Due
from angarium.datatypes.calendars.own import OWNER, Event
from angarium.datatypes.calendars.reader import at_instance
from angarium.datatypes.calendars.reminders import Mark, Pending
from angarium.datatypes.principals import Domains, User, addresses, by_id, grants_of_account, owner
from angarium.datatypes.submission import Address, Envelope, enqueue
from angarium.engine.records import seen_by
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.localtime import EPOCH
from angarium.formats.message import BodyPart, Draft, DraftHeader, build
from angarium.formats.message.answering import writable
from angarium.formats.recurrence import TooMuchWork
from angarium.store.contract import AccountKey, CannotCalculateChanges, Snapshot, State, Transaction, Window

AT_ONCE: Final = 100
"""Events that one look takes in."""

FIRED_AT_ONCE: Final = 8
"""Events whose alerts go off in one transaction."""

MOST_IN_A_WHILE: Final = 60
"""Alerts that one user is told of within `_WHILE` milliseconds (§9.3.2); what comes beyond that is passed over."""
_WHILE: Final = 600_000

MOST_MAILS: Final = 20
"""Of them, those that are mailed."""

_LEAST_GAP: Final = 60
"""Seconds between alerts of one event; of those that come closer the latest one counts."""

_OF_CALENDARS: Final = ("isSubscribed", "timeZone", "defaultAlertsWithTime", "defaultAlertsWithoutTime")
_LONGEST_TEXT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What changed: the events whose next alert is to be worked out, and the mark once that is done."""

    events: Sequence[str]
    mark: Mark
    more: bool


@dataclass(frozen=True, slots=True)
class _Person:
    """A user of an account, under the name that user has in `own` and in what is kept per user."""

    user: User
    name: str


def look(snapshot: Snapshot, account: AccountKey, known: Mark) -> Looked | None:
    """What changed in an account since a mark; None when nothing did."""
    state = snapshot.state(account, calendars.KIND)
    fresh = replace(known, state=state, calendars=_fingerprints(snapshot, account)) if state != known.state else known
    others = [key for key, mark in fresh.calendars.items() if known.calendars.get(key, mark) != mark]
    if others:
        held = dict.fromkeys(event for key in others for event in events.CONTENTS.held(snapshot.records, account, key))
        return Looked(list(held), fresh, more=True)
    state = snapshot.state(account, events.KIND)
    if state == known.events:
        return None if fresh is known else Looked((), fresh, more=False)
    try:
        changes = snapshot.changes(account, events.KIND, State(known.events), AT_ONCE)
    except CannotCalculateChanges:
        everything = snapshot.records.query(account, events.KIND, None, (), Window()).ids
        return Looked(everything, replace(fresh, events=state), more=False)
    touched = (*changes.created, *changes.updated, *changes.destroyed)
    return Looked(touched, replace(fresh, events=changes.new_state), changes.has_more)


def work_out(snapshot: Snapshot, account: AccountKey, ids: Sequence[str], now: int) -> dict[str, Pending | None]:
    """The next alert of each event from now on, where that is not what is kept; what is due already stays so.

    `now` in epoch milliseconds. None stands for an event, there or not, without any more alerts.
    """
    moment = _seconds(now)
    people = _people(snapshot, account)
    before = reminders.pending(snapshot.records, account, ids)
    found: dict[str, Pending | None] = {}
    for record in ids:
        event, known = events.load(snapshot.records, account, record), before.get(record)
        after = known.after if known and known.due <= moment else moment
        held = _calendars(snapshot, account, event) if event else []
        following = _following(event, held, people, after, after) if event else None
        if following != (known.due if known else None):
            found[record] = None if following is None else Pending(record, after, following)
    return found


def take_in(
    transaction: Transaction, account: AccountKey, following: Mapping[str, Pending | None], known: Mark
) -> None:
    """Keep what was worked out, and how far everything is known with that."""
    for event, pending in following.items():
        reminders.keep(transaction, account, event, pending)
    reminders.keep_mark(transaction, account, known)


def go_off(
    transaction: Transaction, account: AccountKey, domains: Domains, token: Callable[[], str], now: int
) -> int | None:
    """Let the alerts of some events go off that are due, each alert once; when the account is to be asked again.

    `now` in epoch milliseconds, the answer in seconds of `formats.localtime`.
    """
    moment = _seconds(now)
    people = _people(transaction, account)
    for pending in reminders.due(transaction.records, account, moment, FIRED_AT_ONCE):
        event = events.load(transaction.records, account, pending.event)
        if event is None:
            reminders.keep(transaction, account, pending.event, None)
            continue
        held = _calendars(transaction, account, event)
        for person in people:
            for due in _latest(event, held, person, pending.after, moment):
                _tell(transaction, account, person, pending.event, event, due, domains, token, now)
        following = _following(event, held, people, moment, moment + _LEAST_GAP)
        kept = None if following is None else Pending(pending.event, moment, following)
        reminders.keep(transaction, account, pending.event, kept)
    reminders.forget(transaction, account)
    return reminders.next_due(transaction.records, account)


def _tell(
    transaction: Transaction,
    account: AccountKey,
    person: _Person,
    record: str,
    event: Event,
    due: Due,
    domains: Domains,
    token: Callable[[], str],
    now: int,
) -> None:
    lately = reminders.fired_lately(transaction.records, account, person.user.id, now - _WHILE)
    if lately >= (MOST_MAILS if due.action == EMAIL else MOST_IN_A_WHILE):
        return
    alert: dict[str, JSON] = {
        "calendarEventId": record,
        "uid": event["uid"],
        "recurrenceId": due.recurrence_id,
        "alertId": due.alert,
    }
    reminders.fire(transaction, account, person.user.id, alert, now)
    if due.action == EMAIL and person.user.account is not None:
        _mail(transaction, person, event, due, domains, token, now)


def _mail(
    transaction: Transaction,
    person: _Person,
    event: Event,
    due: Due,
    domains: Domains,
    token: Callable[[], str],
    now: int,
) -> None:
    """§6: a message to the user; only ever to an address that is the user's own (§9.3.2)."""
    address = next(iter(addresses(person.user, domains)), None)
    if address is None:
        return
    shown = _shown(event, person, due.recurrence_id)
    title = writable(str(shown.get("title") or "Event"))[:200]
    lines = [title, "", *_lines(shown)]
    headers = (
        DraftHeader("From", "Addresses", [{"name": "Calendar", "email": address}]),
        DraftHeader("To", "Addresses", [{"name": None, "email": address}]),
        DraftHeader("Subject", "Text", f"Reminder: {title}"),
        DraftHeader("Auto-Submitted", "Text", "auto-generated"),
        DraftHeader("X-Auto-Response-Suppress", "Text", "All"),
    )
    body = BodyPart("text/plain", "\n".join(lines)[:_LONGEST_TEXT] + "\n")
    try:
        message_id = f"{token()}@{address.rpartition('@')[2]}"
        octets = build(Draft(headers, body), message_id=message_id, date=datetime.fromtimestamp(now // 1000, UTC))
    except FormatError:  # an address that no header field can hold
        return
    envelope = Envelope(Address(""), (Address(address),))
    enqueue(transaction, person.user.account, envelope, transaction.blobs.add(octets), now)


def _shown(event: Event, person: _Person, recurrence_id: str | None) -> Event:
    """The event, or one instance of it, as somebody may see it (§5.8)."""
    shown = view.shown(event, view.Viewer(person.name, frozenset()))
    if recurrence_id is None:
        return shown
    patches = cast("dict[str, dict[str, JSON]]", shown.get("recurrenceOverrides") or {})
    return at_instance(shown, recurrence_id, patches.get(recurrence_id))


def _lines(event: Event) -> Iterator[str]:
    """What a person wants to know of it."""
    zone = str(event.get("timeZone") or "")
    yield f"When: {str(event.get('start')).replace('T', ' ')} {zone}".rstrip()
    places = event.get("locations")
    named = (
        [place.get("name") for place in places.values() if isinstance(place, dict)] if isinstance(places, dict) else []
    )
    if any(named):
        yield f"Where: {', '.join(str(name) for name in named if name)}"
    if event.get("description"):
        yield ""
        yield str(event["description"])


def _following(
    event: Event, held: Sequence[dict[str, JSON]], people: Sequence[_Person], after: int, least: int
) -> int | None:
    """When the next alert after a time goes off for any of its people, but not before `least`."""
    found = (alerts.next(after) for person in people if (alerts := _alerts(event, held, person)) is not None)
    following = min((at for at in found if at is not None), default=None)
    return None if following is None else max(following, least)


def _latest(event: Event, held: Sequence[dict[str, JSON]], person: _Person, after: int, until: int) -> Iterator[Due]:
    """Of each alert the latest time that it went off in some time."""
    alerts = _alerts(event, held, person)
    try:
        found = alerts.between(after, until) if alerts else []
    except TooMuchWork:
        return
    yield from {due.alert: due for due in found}.values()


def _alerts(event: Event, held: Sequence[dict[str, JSON]], person: _Person) -> Alerts | None:
    is_owner = person.name == OWNER
    if not view.exists_for(event, is_owner) or event.get("isDraft") is True:
        return None
    try:
        return Alerts(own.seen(event, person.name), [seen_by(person.name, one) for one in held], is_owner)
    except FormatError:
        return None


def _people(snapshot: Snapshot, account: AccountKey) -> list[_Person]:
    """The owner of an account, and whoever else may use it."""
    user = owner(snapshot, account)
    others = (by_id(snapshot, grant.user) for grant in grants_of_account(snapshot, account))
    return [
        *([_Person(user, OWNER)] if user else []),
        *(_Person(other, other.id) for other in others if other is not None),
    ]


def _calendars(snapshot: Snapshot, account: AccountKey, event: Event) -> list[dict[str, JSON]]:
    ids = list(cast("dict[str, JSON]", event["calendarIds"]))
    stored = snapshot.records.get(account, calendars.KIND, ids)
    return [cast("dict[str, JSON]", loads(value)) for value in stored.values()]


def _fingerprints(snapshot: Snapshot, account: AccountKey) -> dict[str, str]:
    """What of each calendar alerts depend on, in short."""
    names = [person.name for person in _people(snapshot, account)]
    found = {}
    for key, value in snapshot.records.get(account, calendars.KIND).items():
        stored = cast("dict[str, JSON]", loads(value))
        parts = [[seen_by(name, stored).get(each) for each in _OF_CALENDARS] for name in names]
        found[key] = hashlib.sha256(dumps(cast(JSON, parts))).hexdigest()[:16]
    return found


def _seconds(now: int) -> int:
    return EPOCH + now // 1000
