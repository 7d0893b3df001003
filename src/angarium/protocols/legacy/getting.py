"""getFoos and getFooUpdates of every type, from its declaration."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeAlias, TypeVar, cast

import orjson

from angarium.engine.declare import Access
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Method, Reply, Values, listed, sane, strings
from angarium.protocols.legacy.changing import Changed, changes, state_of
from angarium.protocols.legacy.errors import Refused
from angarium.protocols.legacy.kind import Field, Kind, Object
from angarium.protocols.legacy.remembered import encoded, encoded_list, inner, whole

_BEGINNING = "0"
"""The state of the engine before the first change."""


_Shown = TypeVar("_Shown")


@dataclass(slots=True)
class Fetched(Generic[_Shown]):
    """Objects as this dialect shows them, the state, and the ids that name nothing."""

    state: str = ""
    objects: list[_Shown] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


Show: TypeAlias = Callable[[Call, Changed, Sequence[str] | None], Reply]


def get_method(kind: Kind) -> Method:
    """The method that gives objects."""

    def run(call: Call) -> Iterator[Reply]:
        yield got(call, kind, call.texts("ids", kind.ids_required), call.texts("properties"))

    return Method(f"get{kind.many}", Access.READ, run)


def updates_method(
    kind: Kind, show: Show | None = None, tell: Callable[[Changed], Object] = lambda _found: {}
) -> Method:
    """The method that tells what changed; `show` lists the objects otherwise than a get, `tell` tells more of them."""

    def run(call: Call) -> Iterator[Reply]:
        found = changes(call, kind)
        found.changed = _belonging(call, kind, found.changed)
        told = {
            "oldState": found.old_state,
            "newState": found.new_state,
            "hasMoreUpdates": found.more,
            "changed": found.changed,
            "removed": found.removed,
        }
        yield f"{kind.singular}Updates", call.answer({**told, **tell(found)})
        if call.flag("fetchRecords") and found.changed:
            names = call.texts("fetchRecordProperties")
            yield show(call, found, names) if show else got(call, kind, found.changed, names)

    return Method(f"get{kind.one}Updates", Access.READ, run)


def got(call: Call, kind: Kind, ids: Sequence[str] | None, names: Sequence[str] | None) -> Reply:
    """The response that lists objects."""
    if kind.follows is None:
        shown = fetch(call, kind, ids, names)
        return _listing(call, kind, shown, shown.objects)
    fields = kind.wanted(names)
    form = " ".join([kind.one, *(known.name for known in fields), kind.follows(call)])
    arguments: dict[str, JSON] = {} if names is None else {"properties": _needed(kind, fields)}
    found: Fetched[bytes] = _found(call, kind, ids, arguments, partial(_remembered, call, kind, fields, form))
    found.objects += [inner(json.encode(each)) for each in _virtual(call, kind, ids, fields, found.missing)]
    return _listing(call, kind, found, encoded_list(found.objects))


def _listing(call: Call, kind: Kind, found: Fetched[_Shown], objects: object) -> Reply:
    shown = {"state": found.state, "list": objects, "notFound": found.missing or None}
    return kind.plural, call.answer(shown)


def fetch(call: Call, kind: Kind, ids: Sequence[str] | None, names: Sequence[str] | None) -> Fetched[Object]:
    """Objects by their ids, or all of them; of the properties, those that are named, or all."""
    fields = kind.wanted(names)
    arguments: dict[str, JSON] = {"properties": _needed(kind, fields), **kind.arguments(names)}

    def show(answer: Mapping[str, object]) -> tuple[list[Object], list[str]]:
        return _made(call, kind, fields, listed(answer))

    found = _found(call, kind, ids, arguments, show)
    found.objects += _virtual(call, kind, ids, fields, found.missing)
    return found


def _found(
    call: Call,
    kind: Kind,
    ids: Sequence[str] | None,
    arguments: dict[str, JSON],
    show: Callable[[Mapping[str, object]], tuple[list[_Shown], list[str]]],
) -> Fetched[_Shown]:
    """What the engine has, as `show` makes it of each answer; it also tells the ids of objects of other types."""
    wanted = None if ids is None else {each: call.resolve(kind.one, each) for each in ids}
    known = None if wanted is None else sane(wanted.values())
    found: Fetched[_Shown] = Fetched()
    if wanted is not None and known is not None and len(known) < len(wanted):
        fit = frozenset(known)
        found.missing += [each for each in wanted if wanted[each] not in fit]
    real = None if known is None else [each for each in known if each not in kind.virtual]
    for answer in _answers(call, kind, real, arguments):
        found.state = state_of(call, kind, answer["state"])
        objects, others = show(answer)
        found.objects += objects
        found.missing += _as_given(wanted, [*strings(answer, "notFound"), *others])
    return found


def _made(call: Call, kind: Kind, fields: Sequence[Field], sources: Sequence[Values]) -> tuple[list[Object], list[str]]:
    """Those that are objects of this type, and the ids of the others."""
    theirs = [source for source in sources if kind.has(source)]
    shown = [kind.shown(source, fields) for source in theirs]
    kind.finish(call, shown, theirs, frozenset(known.name for known in fields))
    return shown, [cast(str, source["id"]) for source in sources if not kind.has(source)]


def _remembered(
    call: Call, kind: Kind, fields: Sequence[Field], form: str, answer: Mapping[str, object]
) -> tuple[list[bytes], list[str]]:
    """The same, encoded; what was made before is not made again."""
    others: list[str] = []

    def make(texts: list[bytes]) -> list[bytes]:
        sources = [cast(Object, orjson.loads(whole(text))) for text in texts]
        shown, elsewhere = _made(call, kind, fields, sources)
        others.extend(elsewhere)
        made = iter(shown)
        return [inner(json.encode(next(made))) if kind.has(source) else b"" for source in sources]

    try:
        return call.turn.remembered.all(form, encoded(answer["list"]), make), others
    except orjson.JSONDecodeError:  # what they were taken apart at stood within one
        return list(filter(None, make([inner(orjson.dumps(each)) for each in listed(answer)]))), others


def _needed(kind: Kind, fields: Sequence[Field]) -> JSON:
    names = dict.fromkeys(need for known in fields for need in (*known.needs, *kind.told_by))
    return ["id", *names]


def _as_given(wanted: Mapping[str, str] | None, missing: Sequence[str]) -> list[str]:
    """Ids that name nothing as the client wrote them."""
    gone = set(missing)
    return [] if wanted is None else [each for each, known in wanted.items() if known in gone or each in gone]


def _answers(call: Call, kind: Kind, ids: list[str] | None, arguments: Values) -> Iterator[dict[str, object]]:
    """The engine's answers, for as many ids at a time as it takes."""
    method, most = f"{kind.modern}/get", call.turn.limits.max_objects_in_get
    if ids is None:
        try:
            yield call.ask(method, arguments)
            return
        except Refused as refused:
            if refused.kind != "requestTooLarge":
                raise
        ids = _every(call, kind)
    for start in range(0, max(len(ids), 1), most):
        yield call.ask(method, {**arguments, "ids": list[JSON](ids[start : start + most])})


def _every(call: Call, kind: Kind) -> list[str]:
    """The ids of all objects, when there are more than one get gives: what was created since the beginning."""
    ids: list[str] = []
    since, more = _BEGINNING, True
    while more:
        answer = call.ask(f"{kind.modern}/changes", {"sinceState": since})
        ids += strings(answer, "created")
        since, more = cast(str, answer["newState"]), answer["hasMoreChanges"] is True
    return list(dict.fromkeys(ids))


def _belonging(call: Call, kind: Kind, ids: list[str]) -> list[str]:
    """Those of the ids that name objects of this type."""
    if kind.belongs is None:
        return ids
    arguments: dict[str, JSON] = {"properties": ["id", *kind.told_by]}
    answers = _answers(call, kind, ids, arguments)
    theirs = {source["id"] for answer in answers for source in listed(answer) if kind.has(source)}
    return [each for each in ids if each in theirs]


def _virtual(
    call: Call, kind: Kind, ids: Sequence[str] | None, fields: Sequence[Field], missing: list[str]
) -> Iterator[Object]:
    """The objects that the engine has not; those that are not there either come to what is missing."""
    for record, virtual in kind.virtual.items():
        if ids is not None and record not in ids:
            continue
        whole = virtual.read(call)
        if whole is not None:
            yield {"id": record, **{known.name: whole[known.name] for known in fields if known.name in whole}}
        elif ids is not None:
            missing.append(record)
