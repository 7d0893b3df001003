"""Boards that hold slips: the smallest containers, one of them the default."""

from collections.abc import Mapping
from typing import Final

from angarium.engine import defaults
from angarium.engine.call import Call
from angarium.engine.containers import Containers, ContainerWriter, Contents, check_shared
from angarium.engine.declare import Argument, Capability, DataType, Property
from angarium.engine.errors import SetErrorType, invalid_properties
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import an_object, boolean, identifier, map_of, nullable, text, true
from angarium.formats.json import JSON
from angarium.store.contract import Indexes
from tests.harness import Served

URN: Final = "urn:example:boards"
EMPTYING: Final = "onDestroyRemoveSlips"


def _default(value: Mapping[str, JSON]) -> Indexes:
    return {defaults.INDEX: defaults.entries(value)}


def _on(value: Mapping[str, JSON]) -> Indexes:
    boards = value["boardIds"]
    return {"board": list(boards) if isinstance(boards, dict) else []}


CONTENTS: Final = Contents("Slip", "Board", "boardIds", "board", _on, changed="seen")
BOARDS_KEPT: Final = Containers("Board", "B", _default, CONTENTS, first="Board", new={}, per_user=("isOpen",))


def _check(call: Call, _slip: str | None, value: Mapping[str, JSON]) -> None:
    for path, problem in CONTENTS.misplaced(call, value, {}):
        raise invalid_properties(problem, path)


_BOARDS: Final = RecordObjects("Board", "B", _default, check_shared, per_user={"isOpen": lambda _call: False})
_SLIPS: Final = RecordObjects("Slip", "S", _on, _check)

BOARD: Final = DataType(
    name="Board",
    capability=URN,
    properties=(
        Property("id", identifier, server_set=True),
        Property("name", text),
        Property("isOpen", boolean, False),
        Property("isDefault", boolean, server_set=True),
        Property("shareWith", nullable(an_object), None),
    ),
    reader=_BOARDS,
    writer=ContainerWriter(_BOARDS, BOARDS_KEPT, EMPTYING, SetErrorType.WILL_DESTROY),
    arguments={"set": (Argument(EMPTYING, boolean, False), defaults.ARGUMENT)},
    before_set=BOARDS_KEPT.defaults.settling,
)
SLIP: Final = DataType(
    name="Slip",
    capability=URN,
    properties=(
        Property("id", identifier, server_set=True),
        Property("boardIds", map_of(identifier, true), references="Board"),
        Property("seen", nullable(text), None),
    ),
    reader=_SLIPS,
    writer=_SLIPS,
)
BOARDS: Final = Served([Capability(URN)], [BOARD, SLIP], [])
