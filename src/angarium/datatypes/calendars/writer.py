"""CalendarEvent/set (JMAP calendars §5.9): events made, changed and destroyed, whole or one instance of them.

What a change must keep to stands in `rules`; here it is carried out: the stored event, who is notified, what is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Final, cast

from angarium.datatypes.calendars import attachments, events, notifications, own, rules, secrecy, times, view, words
from angarium.datatypes.calendars.events import KIND, PREFIX
from angarium.datatypes.calendars.instance_ids import split
from angarium.datatypes.calendars.leaving import without_leftovers
from angarium.datatypes.calendars.notifications import Author
from angarium.datatypes.calendars.own import Event
from angarium.datatypes.calendars.reader import at_instance, utc_time
from angarium.datatypes.calendars.scheduling import Change, Scheduling
from angarium.engine.call import Call
from angarium.engine.declare import EVERYTHING
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.records import user_of
from angarium.formats.jscalendar import NEVER_PATCHED, difference, normalise, series
from angarium.formats.json import JSON, dumps
from angarium.formats.recurrence import TooMuchWork, Work
from angarium.formats.searchtext import prepare_columns

_OF_WHOLE: Final = frozenset({"calendarIds", "sequence", "updated", "created", "version"})
"""Properties that one instance does not have apart from its event."""

_OF_PEOPLE: Final = frozenset({"participants", "recurrenceOverrides"})
"""Properties in which participants may be hidden."""

_STEPS: Final = 20_000


class CalendarEventWriter:
    """Creates, changes and destroys events."""

    def __init__(self, scheduling: Scheduling) -> None:
        self._scheduling = scheduling

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make an event; shows what the client did not say."""
        event = rules.filled(call, times.settle(call, normalise(value), value))
        event = rules.checked(call, event, {})
        stored = own.kept({}, user_of(call), event)
        records = call.transaction.records
        columns = prepare_columns(words.texts(stored))
        record = records.create(call.account.key, KIND, PREFIX, dumps(stored), events.indexes(stored), columns)
        self._done(call, Change(record, None, stored))
        return {**event, "id": record, "isOrigin": rules.is_origin(call, event)}

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values of an event or of one of its instances, as its user may change them."""
        base, recurrence_id = split(record)
        stored = _stored(call, base)
        if stored is None:
            return None
        event: Event | None = own.seen(stored, user_of(call))
        if event is not None and recurrence_id is not None:
            event = _instance(event, recurrence_id)
        if event is None:
            return None
        if list(names) == [EVERYTHING]:
            return event
        if not _OF_PEOPLE.isdisjoint(names):
            event = view.attended(event, view.viewer(call).addresses)
        shown = {name: event[name] for name in names if name in event}
        shown |= {name: utc_time(event, name, UTC) for name in names if name in times.INSTEAD}
        if "isOrigin" in names:
            shown["isOrigin"] = rules.is_origin(call, event)
        if "baseEventId" in names and recurrence_id is not None:
            shown["baseEventId"] = base
        return shown

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change an event, or one instance of it by an override."""
        del old
        base, recurrence_id = split(record)
        stored = rules.changeable(call, _stored(call, base), base)
        before = own.seen(stored, user_of(call))
        given = {name: new[name] for name in names if new.get(name) is not None} | times.held(new, names)
        if recurrence_id is None:
            event = times.settle(call, normalise({**_without(before, names), **given}), given)
            event = without_leftovers(_with_hidden(call, event, before, names), before)
        else:
            event = _overridden(call, before, recurrence_id, given, names)
        event = rules.checked(call, rules.advanced(call, before, event, names), before)
        self._replace(call, base, stored, own.kept(stored, user_of(call), event), recurrence_id)
        told: dict[str, JSON] = {"updated": event["updated"]} if rules.is_origin(call, before) else {}
        told |= {
            name: event.get(name)
            for name in (*rules.SET_BY_SERVER, *(given if recurrence_id is None else ()))
            if name not in times.INSTEAD and event.get(name) != new.get(name, before.get(name))
        }
        if "organizerCalendarAddress" in names:
            told["isOrigin"] = rules.is_origin(call, event)
        return told or None

    def destroy(self, call: Call, record: str) -> None:
        """Remove an event, or one instance of it."""
        base, recurrence_id = split(record)
        stored = rules.changeable(call, _stored(call, base), record)
        if recurrence_id is None:
            call.transaction.records.destroy(call.account.key, KIND, base)
            self._done(call, Change(base, stored, None))
            return
        before = own.seen(stored, user_of(call))
        if _instance(before, recurrence_id) is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no {KIND} '{record}'")
        overrides = dict(_overrides(before))
        if _by_rule(before, recurrence_id):
            overrides[recurrence_id] = {"excluded": True}
        else:
            overrides.pop(recurrence_id, None)
        event = _with_overrides(before, overrides)
        event = rules.checked(call, rules.advanced(call, before, event, ["recurrenceOverrides"]), before)
        self._replace(call, base, stored, own.kept(stored, user_of(call), event), recurrence_id)

    def _replace(self, call: Call, record: str, before: Event, after: Event, recurrence_id: str | None) -> None:
        texts = words.texts(after)
        call.transaction.records.update(
            call.account.key,
            KIND,
            record,
            dumps(after),
            events.indexes(after),
            None if texts == words.texts(before) else prepare_columns(texts),
        )
        self._done(call, Change(record, before, after, recurrence_id))

    def _done(self, call: Call, change: Change) -> None:
        """What follows from every change."""
        transaction, account = call.transaction, call.account.key
        after = change.after
        if after is not None:
            pinned = attachments.hashes(after)
            if pinned or (change.before and attachments.hashes(change.before)):
                transaction.blobs.pin(account, KIND, change.record, pinned)
            call.in_the_end(lambda: rules.check_alone(call, change.record, after))
        secrecy.note(transaction, account, change.record, change.before, after)
        asker = call.request.principal
        author = Author(asker.name, asker.name if "@" in asker.name else None, asker.id, user=user_of(call))
        notifications.notify(transaction, account, author, change.record, change.before, after, call.request.now)
        if call.flag("sendSchedulingMessages") and (after or change.before or {}).get("isDraft") is not True:
            self._scheduling(call, change)


def _stored(call: Call, record: str) -> Event | None:
    """A stored event that is there for the user."""
    stored = events.load(call.snapshot.records, call.account.key, record)
    return stored if stored is not None and view.exists_for(stored, call.account.personal) else None


def _instance(event: Event, recurrence_id: str) -> Event | None:
    """An event as it is at one of its recurrence ids; None when it does not happen then."""
    found = series(event)
    try:
        there = found is not None and found.occurs(recurrence_id, Work(_STEPS))
    except TooMuchWork:
        there = False
    return at_instance(event, recurrence_id, _overrides(event).get(recurrence_id)) if there else None


def _overridden(
    call: Call, before: Event, recurrence_id: str, given: Mapping[str, JSON], names: Sequence[str]
) -> Event:
    """The event with an override that makes one instance what a client wants it to be."""
    instance = _instance(before, recurrence_id)
    if instance is None:
        raise SetError(SetErrorType.NOT_FOUND, f"there is no instance '{recurrence_id}'")
    refused = [name for name in names if name in NEVER_PATCHED or name == "calendarIds"]
    if refused:
        raise invalid_properties(
            f"{', '.join(refused)}: belongs to the whole series; change it by the id of the base event", *refused
        )
    wanted = times.settle(call, normalise({**_without(instance, names), **given}), given)
    wanted = _with_hidden(call, wanted, instance, names)
    wanted = {name: value for name, value in wanted.items() if name not in _OF_WHOLE}
    wanted |= {name: before[name] for name in _OF_WHOLE if name in before}
    patch = difference(before, recurrence_id, wanted)
    overrides = dict(_overrides(before))
    if patch or not _by_rule(before, recurrence_id):
        overrides[recurrence_id] = patch
    else:
        overrides.pop(recurrence_id, None)
    return _with_overrides(before, overrides)


def _with_hidden(call: Call, event: Event, before: Event, names: Sequence[str]) -> Event:
    """§5.8: who sets participants says nothing of those whom the server does not show."""
    if _OF_PEOPLE.isdisjoint(names):
        return event
    return view.with_hidden(event, before, view.viewer(call).addresses)


def _by_rule(event: Event, recurrence_id: str) -> bool:
    """Whether the rule, or the start, makes this instance happen, whatever overrides say."""
    plain = series({name: value for name, value in event.items() if name != "recurrenceOverrides"})
    try:
        return plain is not None and (recurrence_id == event.get("start") or plain.occurs(recurrence_id, Work(_STEPS)))
    except TooMuchWork:
        return False


def _overrides(event: Mapping[str, JSON]) -> dict[str, dict[str, JSON]]:
    return cast("dict[str, dict[str, JSON]]", event.get("recurrenceOverrides") or {})


def _with_overrides(event: Event, overrides: Mapping[str, Mapping[str, JSON]]) -> Event:
    left = {name: value for name, value in event.items() if name != "recurrenceOverrides"}
    return {**left, "recurrenceOverrides": cast(JSON, dict(overrides))} if overrides else left


def _without(event: Event, names: Sequence[str]) -> Event:
    return {name: value for name, value in event.items() if name not in names}


class CalendarEventCopier:
    """Takes an event over from another account, with its blobs (§5.10)."""

    def __init__(self, writer: CalendarEventWriter) -> None:
        self._writer = writer

    def copy(self, call: Call, source: Call, record: str, overrides: dict[str, JSON]) -> dict[str, JSON]:
        """Make a copy, of which only what the server set is told (RFC 8620 §5.4)."""
        base, recurrence_id = split(record)
        stored = _stored(source, base)
        original = None if stored is None else view.shown(stored, view.viewer(source))
        if original is not None and recurrence_id is not None:
            original = _instance(original, recurrence_id)
        if stored is None or original is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no event '{record}' in '{source.account.id}'")
        if not source.account.personal and view.is_private(stored):
            raise SetError(SetErrorType.FORBIDDEN, "the details of this event are private")
        if "calendarIds" not in overrides:  # those of the original are of the other account
            raise invalid_properties("calendarIds: is missing", "calendarIds")
        wanted: Event = {name: item for name, item in {**original, **overrides}.items() if item is not None}
        attachments.share(call, wanted)
        made = self._writer.create(call, wanted)
        return {name: value for name, value in made.items() if wanted.get(name) != value}
