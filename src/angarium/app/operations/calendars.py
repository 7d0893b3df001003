"""Operations on calendars: the calendars and events of an import."""

from typing import cast

from angarium.app.operations.arrivals import take
from angarium.app.operations.services import Arguments, OperationError, Services, text, user_named
from angarium.datatypes.calendars import ingest
from angarium.datatypes.calendars.calendar import calendar_type
from angarium.datatypes.calendars.calendars import CALENDARS, TOLD
from angarium.flows.bookkeeping import Wanted, container_for
from angarium.formats.json import JSON
from angarium.store.contract import Transaction

_SHAPES = {each.name: each.shape for each in calendar_type("").properties if each.name in TOLD}


def import_calendars(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """import.calendars {user, calendars}: find or make a calendar for each; gives their ids in the same order.

    A calendar is null for the default one, or an object with a `name`, `isDefault`, and what else an export tells.
    """
    name, wanted = text(arguments, "user"), [_wanted(each) for each in cast("list[JSON]", arguments.get("calendars"))]

    def job(transaction: Transaction) -> list[JSON]:
        account = user_named(transaction, name).account
        found: list[str] = []
        for each in wanted:
            found.append(container_for(transaction, account, CALENDARS, each, found, wanted))
        return list[JSON](found)

    return services.store.write(job).result(), b""


def import_events(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """import.events {user} with events (see `arrivals`): gives for each whether it was taken, not there before."""
    return take(services, arguments, payload, ingest.store)


def _wanted(item: JSON) -> Wanted | None:
    if item is None:
        return None
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise OperationError("arguments", "a calendar needs a name")
    called = CALENDARS.fitting(cast(str, item["name"]))
    told = {name: item[name] for name in _SHAPES if item.get(name) is not None}
    for name, value in told.items():
        if problem := _SHAPES[name](value):
            raise OperationError("arguments", f"calendar '{called}': {name}: {problem.text}")
    return Wanted(called, told, item.get("isDefault") is True)
