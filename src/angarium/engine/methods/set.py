"""Foo/set (RFC 8620 §5.3): each object on its own, in an order that lets as many succeed as can.

Objects that are in each other's way until all of them are done, such as two that swap a name, are done at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from angarium.engine.call import Call
from angarium.engine.declare import Access, Argument, DataType, Method, Response, Writer
from angarium.engine.errors import MethodError, MethodErrorType, SetError, SetErrorType
from angarium.engine.methods.properties import complete, patched, touched, untold
from angarium.engine.methods.states import check_state, state
from angarium.engine.shapes import an_object, identifier, list_of, map_of, nullable, reference, text
from angarium.formats.json import JSON
from angarium.store.contract import OverQuota

_IN_STATE = (Argument("ifInState", nullable(text)),)
_ARGUMENTS = (
    Argument("create", nullable(map_of(identifier, an_object))),
    Argument("update", nullable(map_of(reference, an_object))),
    Argument("destroy", nullable(list_of(reference))),
)

_ROUNDS = 12


@dataclass(slots=True)
class _Outcome:
    """What became of each object."""

    created: dict[str, JSON] = field(default_factory=dict)
    updated: dict[str, JSON] = field(default_factory=dict)
    destroyed: list[str] = field(default_factory=list)
    not_created: dict[str, JSON] = field(default_factory=dict)
    not_updated: dict[str, JSON] = field(default_factory=dict)
    not_destroyed: dict[str, JSON] = field(default_factory=dict)

    def mark(self) -> "_Outcome":
        """What was told so far of objects that were done."""
        return _Outcome(dict(self.created), dict(self.updated), list(self.destroyed))

    def go_back(self, mark: "_Outcome") -> None:
        """Take back what was told of objects done since."""
        self.created.clear()
        self.updated.clear()
        self.created |= mark.created
        self.updated |= mark.updated
        self.destroyed[:] = mark.destroyed


@dataclass(slots=True)
class Work:
    """One object to create, change or destroy, and where its refusal is told."""

    run: Callable[[], None]
    refused: dict[str, JSON]
    key: str


def set_method(kind: DataType, writer: Writer) -> Method:
    """The set method of a type."""

    def run(call: Call) -> Response:
        check_size(call, *(len(call.object(name)) for name in ("create", "update")), len(call.texts("destroy") or ()))
        old_state = check_state(call, kind.name, "ifInState") if kind.account else ""
        after = kind.before_set(call) if kind.before_set else None
        outcome = _Outcome()
        perform(call, _work(kind, writer, call, outcome), outcome)
        where: Response = {}
        if kind.account:
            where = {"accountId": call.account.id, "oldState": old_state, "newState": state(call, kind.name)}
        response = where | {
            "created": outcome.created or None,
            "updated": outcome.updated or None,
            "destroyed": outcome.destroyed or None,
            "notCreated": outcome.not_created or None,
            "notUpdated": outcome.not_updated or None,
            "notDestroyed": outcome.not_destroyed or None,
        }
        if after:
            after(response)
            response["newState"] = state(call, kind.name)
        return response

    arguments = (_IN_STATE if kind.account else ()) + _ARGUMENTS + tuple(kind.arguments.get("set", ()))
    return Method(
        f"{kind.name}/set",
        kind.capability,
        Access.WRITE,
        run,
        arguments,
        kind.account,
        ahead=kind.ahead.get("set"),
        brief=kind.brief,
    )


def check_size(call: Call, *sizes: int) -> None:
    """MethodError requestTooLarge when a call changes more objects than one may."""
    most = call.request.limits.max_objects_in_set
    if sum(sizes) > most:
        raise MethodError(
            MethodErrorType.REQUEST_TOO_LARGE, f"{sum(sizes)} objects are to change; one call changes at most {most}"
        )


def perform(call: Call, waiting: list[Work], outcome: _Outcome | None = None) -> None:
    """Do each piece of work in a savepoint; one that may succeed later is tried again after the others.

    Each round goes the other way round, so that a chain of any length in either order needs two. Where work tells of
    itself in an `outcome`, what is left in the end is tried all at once.
    """
    for last in (*[False] * (_ROUNDS - 1), True):
        again: list[tuple[Work, SetError]] = []
        for work in waiting:
            try:
                with call.transaction.savepoint():
                    work.run()
            except OverQuota as error:
                work.refused[work.key] = SetError(SetErrorType.OVER_QUOTA, str(error)).shown()
            except SetError as error:
                if error.again:
                    again.append((work, error))
                else:
                    work.refused[work.key] = error.shown()
        if last or len(again) == len(waiting):
            done = _together(call, [work for work, _ in again], outcome) if outcome else []
            if done:  # the others are told how they stand to what is now
                perform(call, [work for work, _ in again if not any(work is other for other in done)])
                return
            for work, refusal in again:
                work.refused[work.key] = refusal.shown()
            return
        waiting = [work for work, _ in reversed(again)]


class _Bar(Exception):
    """Work that keeps other work from being done together with it."""

    def __init__(self, work: Work) -> None:
        super().__init__(work.key)
        self.work = work


def _together(call: Call, works: list[Work], outcome: _Outcome) -> list[Work]:
    """Do as much work as fits together, whatever is between; what was done."""
    left = list(works)
    for _ in range(_ROUNDS):
        if len(left) < 2:
            break
        before, known = outcome.mark(), dict(call.request.created)
        try:
            with call.transaction.savepoint():
                _at_once(call, left)
            return left
        except _Bar as bar:
            outcome.go_back(before)
            call.request.created.clear()
            call.request.created.update(known)
            left = [work for work in left if work is not bar.work]
        finally:
            call.late = None
    return []


def _at_once(call: Call, works: list[Work]) -> None:
    """Do all of the work, then look at what must hold in the end; the last that does not fit is the bar."""
    checks: list[tuple[Work, Callable[[], None]]] = []
    for work in works:
        call.late = []
        try:
            work.run()
        except (SetError, OverQuota):
            raise _Bar(work) from None
        checks += [(work, check) for check in call.late]
    for work, check in reversed(checks):
        try:
            check()
        except SetError:
            raise _Bar(work) from None


def _work(kind: DataType, writer: Writer, call: Call, outcome: _Outcome) -> list[Work]:
    creates = cast("dict[str, dict[str, JSON]]", call.object("create"))
    updates = cast("dict[str, dict[str, JSON]]", call.object("update"))
    destroys = list(dict.fromkeys(call.texts("destroy") or ()))
    pending = frozenset(creates)

    def create(key: str, given: dict[str, JSON]) -> None:
        _refuse_singleton(kind)
        maker = call.prepared.get(key, writer)
        shown = maker.create(call, complete(kind, call, given, pending))
        outcome.created[key] = untold(kind, given, shown)
        call.request.created[key] = cast(str, shown["id"])

    def update(key: str, patch: dict[str, JSON]) -> None:
        record = _existing(call, key, pending)
        if key in destroys or record in destroys:
            raise SetError(SetErrorType.WILL_DESTROY, "the same call destroys this object")
        names = touched(patch)
        old = writer.load(call, record, names)
        if old is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no {kind.name} '{key}'")
        new, changed = patched(kind, call, record, {"id": record, **old}, patch, pending)
        outcome.updated[record] = cast(JSON, writer.update(call, record, old, new, changed)) if changed else None

    def destroy(key: str) -> None:
        _refuse_singleton(kind)
        record = _existing(call, key, pending)
        writer.destroy(call, record)
        outcome.destroyed.append(record)

    return [
        *(Work(partial(create, key, given), outcome.not_created, key) for key, given in creates.items()),
        *(Work(partial(update, key, patch), outcome.not_updated, key) for key, patch in updates.items()),
        *(Work(partial(destroy, key), outcome.not_destroyed, key) for key in destroys),
    ]


def _existing(call: Call, key: str, pending: frozenset[str]) -> str:
    """The id to change; SetError notFound for a `#creationId` that stands for nothing (yet)."""
    record = call.resolve(key)
    if record is None:
        raise SetError(SetErrorType.NOT_FOUND, f"nothing was created as '{key}'", again=key[1:] in pending)
    return record


def _refuse_singleton(kind: DataType) -> None:
    if kind.singleton:
        raise SetError(SetErrorType.SINGLETON, f"{kind.name} is one object that is always there")
