"""Calendars of this dialect: flat rights, a colour that is always there, the path of the collection beside."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from angarium.datatypes.calendars.calendars import COLOR_AS_GIVEN
from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Values
from angarium.protocols.legacy.getting import get_method, updates_method
from angarium.protocols.legacy.kind import LEFT_OUT, Field, Kind, Object, may, same
from angarium.protocols.legacy.setting import set_method

_COLOR: Final = "#4470C4FF"
"""Of calendars that were given none; clients of that time expect one."""

_OPAQUE: Final = 7
_TRANSPARENT: Final = re.compile(r"#[0-9A-Fa-f]{8}\Z")

_MAY: Final = {
    "mayReadFreeBusy": ("mayReadFreeBusy",),
    "mayReadItems": ("mayReadItems",),
    "mayAddItems": ("mayWriteAll",),
    "mayModifyItems": ("mayWriteAll",),
    "mayRemoveItems": ("mayWriteAll",),
    "mayRename": ("mayWriteAll",),
    "mayDelete": ("mayDelete",),
}


def _color(shown: Values) -> JSON:
    """As it was given, unless the modern side has another one since."""
    color, given = shown.get("color"), shown.get(COLOR_AS_GIVEN)
    return given if isinstance(given, str) and given[:_OPAQUE] == color else color or _COLOR


def _to_color(_call: Call, value: JSON) -> Object:
    """The engine knows no transparency: two digits at the end are kept beside."""
    if isinstance(value, str) and _TRANSPARENT.match(value):
        return {"color": value[:_OPAQUE], COLOR_AS_GIVEN: value}
    return {"color": value}


def _href(call: Call, objects: list[Object], _sources: Sequence[Values], names: frozenset[str]) -> None:
    if "x-href" in names:
        home = f"/dav/calendars/user/{quote(call.turn.shown_account(call.account), safe='@')}"
        for shown in objects:
            shown["x-href"] = f"{home}/{shown['id']}"


CALENDAR: Final = Kind(
    one="Calendar",
    many="Calendars",
    modern="Calendar",
    fields=(
        same("name"),
        Field("color", ("color", COLOR_AS_GIVEN), _color, _to_color),
        same("sortOrder"),
        Field(
            "isVisible",
            ("isVisible",),
            lambda shown: LEFT_OUT if shown["isVisible"] else False,  # as servers of that time did
            lambda _call, value: {"isVisible": value},
        ),
        *(may(name, *rights, given_on_create=True) for name, rights in _MAY.items()),
        Field("x-href", (), lambda _shown: None),
    ),
    told=("color", "sortOrder", *_MAY),
    pages=False,
    set_arguments={"onDestroyRemoveEvents": True},
    finish=_href,
)

METHODS: Final = (get_method(CALENDAR), updates_method(CALENDAR), set_method(CALENDAR))
