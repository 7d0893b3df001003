"""The vacation response of this dialect: one object, without a state."""

from collections.abc import Iterator
from typing import Final

from angarium.engine.declare import Access
from angarium.protocols.legacy.call import Call, Method, Reply
from angarium.protocols.legacy.errors import invalid_arguments
from angarium.protocols.legacy.getting import fetch
from angarium.protocols.legacy.kind import Kind, same
from angarium.protocols.legacy.setting import Outcome, Wishes, change

_SINGLETON: Final = "singleton"

VACATION: Final = Kind(
    one="VacationResponse",
    many="VacationResponse",
    modern="VacationResponse",
    fields=tuple(same(name) for name in ("isEnabled", "fromDate", "toDate", "subject", "textBody", "htmlBody")),
)


def _get(call: Call) -> Iterator[Reply]:
    yield "vacationResponse", call.answer({"list": fetch(call, VACATION, [_SINGLETON], None).objects})


def _set(call: Call) -> Iterator[Reply]:
    update = call.objects("update")
    if update.keys() - {_SINGLETON}:
        raise invalid_arguments(f"update can name nothing but '{_SINGLETON}'", "update")
    outcome = Outcome()
    change(call, VACATION, Wishes({}, update, []), outcome)
    name, shown = outcome.reply(call, VACATION)
    yield name, {each: shown[each] for each in ("accountId", "updated", "notUpdated")}


METHODS: Final = (
    Method("getVacationResponse", Access.READ, _get),
    Method("setVacationResponse", Access.WRITE, _set),
)
