"""Calendars (draft-ietf-jmap-calendars): Calendar, CalendarEvent, ParticipantIdentity, CalendarEventNotification."""

from angarium.datatypes.calendars.calendar import calendar_type
from angarium.datatypes.calendars.calendar_event import calendar_event_type
from angarium.datatypes.calendars.calendar_event_notification import calendar_event_notification_type
from angarium.datatypes.calendars.capability import CALENDARS, CALENDARS_PARSE, calendars_capabilities
from angarium.datatypes.calendars.parse import calendar_event_parse
from angarium.datatypes.calendars.participant_identity import participant_identity_type
from angarium.datatypes.calendars.scheduling import Change, Scheduling
from angarium.datatypes.principals import Domains
from angarium.engine.declare import Capability, DataType, Method

__all__ = ["CALENDARS", "CALENDARS_PARSE", "Change", "Scheduling", "capabilities", "methods", "types"]


def types(domains: Domains, scheduling: Scheduling) -> tuple[DataType, ...]:
    """The data types of calendars; `scheduling` sends what changes of events ask for."""
    return (
        calendar_type(CALENDARS),
        calendar_event_type(CALENDARS, scheduling),
        participant_identity_type(CALENDARS, domains),
        calendar_event_notification_type(CALENDARS),
    )


def methods() -> tuple[Method, ...]:
    """The methods of calendars beyond the standard ones."""
    return (calendar_event_parse(CALENDARS_PARSE),)


def capabilities() -> tuple[Capability, ...]:
    """What the Session tells of calendars."""
    return calendars_capabilities()
