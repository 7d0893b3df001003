"""CalendarEvent (JMAP calendars §5): a JSCalendar event in one or more calendars.

Any property is kept; those of JSCalendar must be valid. The server fills in what an event needs and clients leave out.
"""

from dataclasses import replace
from typing import Final, cast

from angarium.datatypes.calendars import calendars, query, reader, secrecy, zones
from angarium.datatypes.calendars.agenda import Agenda
from angarium.datatypes.calendars.events import KIND
from angarium.datatypes.calendars.own import Event
from angarium.datatypes.calendars.query import CalendarEventQuerier
from angarium.datatypes.calendars.reader import CalendarEventReader
from angarium.datatypes.calendars.scheduling import Scheduling
from angarium.datatypes.calendars.view import exists_for
from angarium.datatypes.calendars.writer import CalendarEventCopier, CalendarEventWriter
from angarium.engine.call import Call
from angarium.engine.declare import ABSENT, EVERYTHING, Argument, DataType, Property
from angarium.engine.shapes import Problem, anything, boolean, identifier, map_of, true, utc_date
from angarium.formats.jscalendar.types import EVENT_PROPERTIES
from angarium.formats.json import JSON, loads
from angarium.store.contract import Changes, State

SEND: Final = Argument("sendSchedulingMessages", boolean, False)


def _never(_value: JSON) -> Problem:
    return Problem("", "is for scheduling messages only and cannot be set")


def _heard(call: Call, since: State, changes: Changes) -> Changes:
    """§5.8: for others than the owner a secret event is not there; one that they knew has gone."""
    if call.account.personal:
        return changes
    records, account = call.snapshot.records, call.account.key
    stored = records.get(account, KIND, [*changes.created, *changes.updated])
    there = {record for record, value in stored.items() if exists_for(cast(Event, loads(value)), False)}
    gone = [*changes.destroyed, *(record for record in changes.updated if record not in there)]
    unheard = secrecy.unheard(records, account, since, gone)
    return replace(
        changes,
        created=[record for record in changes.created if record in there],
        updated=[record for record in changes.updated if record in there],
        destroyed=[record for record in gone if record not in unheard],
    )


def calendar_event_type(capability: str, scheduling: Scheduling) -> DataType:
    """The declaration of CalendarEvent under the capability of calendars."""
    writer, agenda = CalendarEventWriter(scheduling), Agenda()
    return DataType(
        name=KIND,
        capability=capability,
        brief=True,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("baseEventId", identifier, ABSENT, server_set=True, immutable=True),
            Property("calendarIds", map_of(identifier, true), references=calendars.KIND),
            Property("isDraft", boolean, False),
            Property("isOrigin", boolean, server_set=True),
            Property("utcStart", utc_date, ABSENT),
            Property("utcEnd", utc_date, ABSENT),
            Property("method", _never, ABSENT),
            *(Property(name, anything, ABSENT) for name in EVENT_PROPERTIES if name != "method"),
            Property("@type", anything, ABSENT),
        ),
        reader=CalendarEventReader(agenda),
        writer=writer,
        querier=CalendarEventQuerier(agenda),
        copier=CalendarEventCopier(writer),
        filters=query.FILTERS,
        sorts=query.SORTS,
        default_properties=(EVERYTHING,),
        more_properties=lambda name: ":" in name,  # names of vendors
        open=True,
        forgets_nulls=True,  # §5.9
        heard=_heard,
        arguments={
            "get": (*reader.ARGUMENTS, zones.ARGUMENT),
            "query": query.ARGUMENTS,
            "set": (SEND,),
            "copy": (),
        },
    )
