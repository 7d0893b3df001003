"""CalendarEvent (JMAP calendars §5): a JSCalendar event in one or more calendars.

Any property is kept; those of JSCalendar must be valid. The server fills in what an event needs and clients leave out.
"""

from collections.abc import Sequence
from typing import Final

from angarium.datatypes.calendars import calendars, query, reader, zones
from angarium.datatypes.calendars.agenda import Agenda
from angarium.datatypes.calendars.events import KIND
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

SEND: Final = Argument("sendSchedulingMessages", boolean, False)


def _never(_value: JSON) -> Problem:
    return Problem("", "is for scheduling messages only and cannot be set")


def _visible(call: Call, ids: Sequence[str]) -> set[str]:
    """Those of the events that are there for the user (§5.8: secret ones are not for others)."""
    if call.account.personal:
        return set(ids)
    stored = call.snapshot.records.get(call.account.key, KIND, ids)
    parsed = ((record, loads(value)) for record, value in stored.items())
    return {record for record, event in parsed if isinstance(event, dict) and exists_for(event, False)}


def calendar_event_type(capability: str, scheduling: Scheduling) -> DataType:
    """The declaration of CalendarEvent under the capability of calendars."""
    writer, agenda = CalendarEventWriter(scheduling), Agenda()
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("baseEventId", identifier, server_set=True, immutable=True),
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
        visible=_visible,
        arguments={
            "get": (*reader.ARGUMENTS, zones.ARGUMENT),
            "query": query.ARGUMENTS,
            "set": (SEND,),
            "copy": (),
        },
    )
