"""CalendarEventNotification (JMAP calendars §7): what others changed, until the user dismisses it by destroying it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from angarium.datatypes.calendars import notifications
from angarium.datatypes.calendars.notifications import KIND
from angarium.engine.call import Call
from angarium.engine.declare import ABSENT, DataType, Filter, Found, Lookup, Property, Sort
from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.queries import RecordQuerier, moment
from angarium.engine.records import RecordObjects, user_of
from angarium.engine.shapes import an_object, boolean, identifier, list_of, nullable, one_of, text, utc_date
from angarium.formats.json import JSON, loads
from angarium.store.contract import Changes, Comparison, Expression, State, Term, Window

FILTERS: Final = (
    Filter("after", utc_date, Lookup("created", Comparison.FROM, moment)),
    Filter("before", utc_date, Lookup("created", Comparison.BELOW, moment)),
    Filter("type", one_of(("created", "updated", "destroyed")), Lookup("type")),
    Filter("calendarEventIds", list_of(identifier, 1000), Lookup("event")),
)
SORTS: Final = (Sort("created", collations=()),)

_OBJECTS: Final = RecordObjects(KIND, notifications.PREFIX, notifications.indexes, sparse=True)


def _own(call: Call) -> Expression:
    return Term("for", user_of(call))


def _own_among(call: Call, ids: Sequence[str]) -> set[str]:
    """Those of the notifications that are the user's."""
    stored = call.snapshot.records.get(call.account.key, KIND, ids)
    return {record for record, value in stored.items() if _is_for(value, user_of(call))}


def _heard(call: Call, since: State, changes: Changes) -> Changes:
    """What became of the user's notifications, which are made and dismissed, never changed."""
    own = _own_among(call, changes.created)
    return replace(
        changes,
        created=[record for record in changes.created if record in own],
        destroyed=_dismissed(call, since, changes.destroyed),
    )


def _dismissed(call: Call, _since: State, ids: list[str]) -> list[str]:
    return notifications.dismissed(call.snapshot.records, call.account.key, user_of(call), ids)


def _is_for(value: bytes, user: str) -> bool:
    kept = loads(value)
    return isinstance(kept, dict) and kept["for"] == user


class NotificationReader:
    """Reads the notifications of the user."""

    def count(self, call: Call) -> int:
        """How many there are."""
        return len(self._all(call))

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """Those of the notifications that are the user's."""
        wanted = self._all(call) if ids is None else ids
        seen = _own_among(call, wanted)
        found = _OBJECTS.read(call, [record for record in wanted if record in seen], properties)
        return Found(found.objects, [record for record in wanted if record not in seen])

    def _all(self, call: Call) -> Sequence[str]:
        records = call.snapshot.records
        return records.query(call.account.key, KIND, _own(call), (), Window()).ids


class NotificationWriter:
    """Destroys the user's notifications; nobody makes or changes any (§7.5)."""

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Refused."""
        del call, value
        raise SetError(SetErrorType.FORBIDDEN, "only the server makes notifications")

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """Refused for what is there."""
        del names
        if record not in _own_among(call, [record]):
            return None
        raise SetError(SetErrorType.FORBIDDEN, "notifications cannot be changed, only destroyed")

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Never comes to be, as nothing is loaded."""
        del call, record, old, new, names
        raise SetError(SetErrorType.FORBIDDEN, "notifications cannot be changed, only destroyed")

    def destroy(self, call: Call, record: str) -> None:
        """Dismiss one."""
        if record not in _own_among(call, [record]):
            raise SetError(SetErrorType.NOT_FOUND, f"there is no {KIND} '{record}'")
        notifications.dismiss(call.transaction, call.account.key, record, user_of(call))


def calendar_event_notification_type(capability: str) -> DataType:
    """The declaration of CalendarEventNotification under the capability of calendars."""
    return DataType(
        name=KIND,
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("created", utc_date, ABSENT),
            Property("changedBy", an_object, ABSENT),
            Property("comment", nullable(text), ABSENT),
            Property("type", text, ABSENT),
            Property("calendarEventId", identifier, ABSENT),
            Property("isDraft", boolean, ABSENT),
            Property("event", an_object, ABSENT),
            Property("eventPatch", an_object, ABSENT),
        ),
        reader=NotificationReader(),
        writer=NotificationWriter(),
        querier=RecordQuerier(KIND, FILTERS, SORTS, _own, _dismissed),
        filters=FILTERS,
        sorts=SORTS,
        heard=_heard,
        open=True,
    )
