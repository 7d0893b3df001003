"""getFoos and getFooUpdates of every type, from its declaration."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.protocols.legacy.call import MOST_PAGES, Call, Method, Reply, Values, listed, sane, strings
from angarium.protocols.legacy.errors import Refused
from angarium.protocols.legacy.kind import Field, Kind, Object

_BEGINNING = "0"
"""The state of the engine before the first change."""


@dataclass(slots=True)
class Fetched:
    """Objects as this dialect shows them, the state, and the ids that name nothing."""

    state: str = ""
    objects: list[Object] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Changed:
    """What changed since a state."""

    old_state: str
    new_state: str
    more: bool
    changed: list[str]
    removed: list[str]
    updated_properties: JSON = None


def get_method(kind: Kind) -> Method:
    """The method that gives objects."""

    def run(call: Call) -> Iterator[Reply]:
        yield got(call, kind, call.texts("ids", kind.ids_required), call.texts("properties"))

    return Method(f"get{kind.many}", Access.READ, run)


def updates_method(kind: Kind) -> Method:
    """The method that tells what changed."""

    def run(call: Call) -> Iterator[Reply]:
        found = changes(call, kind)
        told = {
            "oldState": found.old_state,
            "newState": found.new_state,
            "hasMoreUpdates": found.more,
            "changed": found.changed,
            "removed": found.removed,
        }
        yield f"{kind.singular}Updates", call.answer(told)
        if call.flag("fetchRecords") and found.changed:
            yield got(call, kind, found.changed, call.texts("fetchRecordProperties"))

    return Method(f"get{kind.one}Updates", Access.READ, run)


def got(call: Call, kind: Kind, ids: Sequence[str] | None, names: Sequence[str] | None) -> Reply:
    """The response that lists objects."""
    found = fetch(call, kind, ids, names)
    shown = {"state": found.state, "list": found.objects, "notFound": found.missing or None}
    return kind.plural, call.answer(shown)


def fetch(call: Call, kind: Kind, ids: Sequence[str] | None, names: Sequence[str] | None) -> Fetched:
    """Objects by their ids, or all of them; of the properties, those that are named, or all."""
    fields = kind.wanted(names)
    arguments: dict[str, JSON] = {"properties": _needed(kind, fields), **kind.arguments(names)}
    wanted = None if ids is None else {each: call.resolve(kind.one, each) for each in ids}
    found = Fetched(missing=[] if wanted is None else [each for each in wanted if not sane([wanted[each]])])
    sources: list[Values] = []
    for answer in _answers(call, kind, None if wanted is None else _real(kind, wanted.values()), arguments):
        found.state = cast(str, answer["state"])
        missing = strings(answer, "notFound")
        for source in listed(answer):
            if kind.belongs is None or kind.belongs(source):
                sources.append(source)
            else:
                missing.append(cast(str, source["id"]))
        found.missing += _as_given(wanted, missing)
    found.objects = [kind.shown(source, fields) for source in sources]
    kind.finish(call, found.objects, sources, frozenset(known.name for known in fields))
    _add_virtual(call, kind, wanted, fields, found)
    return found


def changes(call: Call, kind: Kind) -> Changed:
    """What changed since the state that the call names; all of it, where a client cannot ask for pages."""
    since = call.text("sinceState", required=True) or ""
    arguments: dict[str, JSON] = {"sinceState": since}
    if kind.pages and (most := call.unsigned("maxChanges", 1)) is not None:
        arguments["maxChanges"] = most
    answer = call.ask(f"{kind.modern}/changes", arguments)
    pages = [answer]
    while answer["hasMoreChanges"] and not kind.pages:
        if len(pages) == MOST_PAGES:
            raise Refused("cannotCalculateChanges", "there are too many changes since that state")
        answer = call.ask(f"{kind.modern}/changes", {"sinceState": cast(str, answer["newState"])})
        pages.append(answer)
    removed = dict.fromkeys(each for page in pages for each in strings(page, "destroyed"))
    changed = dict.fromkeys(
        each for page in pages for name in ("created", "updated") for each in strings(page, name) if each not in removed
    )
    return Changed(
        since,
        cast(str, answer["newState"]),
        answer["hasMoreChanges"] is True,
        _belonging(call, kind, list(changed)),
        list(removed),
        cast(JSON, answer.get("updatedProperties")) if len(pages) == 1 else None,
    )


def _needed(kind: Kind, fields: Sequence[Field]) -> JSON:
    names = dict.fromkeys(need for known in fields for need in (*known.needs, *kind.told_by))
    return ["id", *names]


def _real(kind: Kind, ids: "Iterator[str] | Sequence[str] | object") -> list[str]:
    return [each for each in sane(cast("Sequence[str]", ids)) if each not in kind.virtual]


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
    theirs = {source["id"] for answer in answers for source in listed(answer) if kind.belongs(source)}
    return [each for each in ids if each in theirs]


def _add_virtual(
    call: Call, kind: Kind, wanted: Mapping[str, str] | None, fields: Sequence[Field], found: Fetched
) -> None:
    for record, virtual in kind.virtual.items():
        if wanted is not None and record not in wanted:
            continue
        whole = virtual.read(call)
        if whole is not None:
            found.objects.append(
                {"id": record, **{known.name: whole[known.name] for known in fields if known.name in whole}}
            )
        elif wanted is not None:
            found.missing.append(record)
