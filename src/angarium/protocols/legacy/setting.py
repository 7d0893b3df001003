"""setFoos of every type, from its declaration: each object translated on its own, then one set of the engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from angarium.engine.declare import Access
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id
from angarium.protocols.legacy.call import Call, Method, Reply, Values, listed
from angarium.protocols.legacy.changing import own_state, state_of
from angarium.protocols.legacy.creations import UNKNOWN
from angarium.protocols.legacy.errors import Misfit, Refused, invalid_properties, set_error
from angarium.protocols.legacy.getting import fetch
from angarium.protocols.legacy.kind import READ_ONLY, Kind, Object


@dataclass(slots=True)
class Outcome:
    """What became of each object."""

    old_state: str = ""
    new_state: str = ""
    created: dict[str, JSON] = field(default_factory=dict)
    updated: dict[str, JSON] = field(default_factory=dict)
    destroyed: list[str] = field(default_factory=list)
    not_created: dict[str, JSON] = field(default_factory=dict)
    not_updated: dict[str, JSON] = field(default_factory=dict)
    not_destroyed: dict[str, JSON] = field(default_factory=dict)

    def reply(self, call: Call, kind: Kind) -> Reply:
        """The response to a set."""
        as_map = call.turn.settings.updated_as_map
        told = {
            "oldState": self.old_state,
            "newState": self.new_state,
            "created": self.created,
            "updated": self.updated if as_map else list(self.updated),
            "destroyed": self.destroyed,
            "notCreated": self.not_created,
            "notUpdated": self.not_updated,
            "notDestroyed": self.not_destroyed,
        }
        return f"{kind.plural}Set", call.answer(told)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a client wants done: creates by creation id, updates by id, ids to destroy."""

    create: Mapping[str, Object]
    update: Mapping[str, Object]
    destroy: Sequence[str]


def set_method(kind: Kind) -> Method:
    """The method that changes objects."""

    def run(call: Call) -> Iterator[Reply]:
        wishes = Wishes(call.objects("create"), call.objects("update"), call.texts("destroy") or [])
        outcome = Outcome()
        change(call, kind, wishes, outcome)
        yield outcome.reply(call, kind)

    return Method(f"set{kind.many}", Access.WRITE, run)


def change(call: Call, kind: Kind, wishes: Wishes, outcome: Outcome) -> None:
    """Do what a client wants by one set of the engine, and tell of it in the outcome."""
    check_size(call, wishes)
    names = {key: call.turn.creations.begin(kind.one, key) for key in wishes.create}
    create: dict[str, JSON] = {}
    for key, given in wishes.create.items():
        try:
            create[names[key]] = made(call, kind, given)
        except Misfit as misfit:
            outcome.not_created[key] = misfit.shown()
    update: dict[str, JSON] = {}
    asked: dict[str, str] = {}
    for key, given in wishes.update.items():
        try:
            record = existing(call, kind, key)
            update[record] = patch(call, kind, record, given)
            asked[record] = key
        except Misfit as misfit:
            outcome.not_updated[key] = misfit.shown()
    destroy: dict[str, str] = {}
    for key in wishes.destroy:
        try:
            destroy[existing(call, kind, key)] = key
        except Misfit as misfit:
            outcome.not_destroyed[key] = misfit.shown()
    arguments: dict[str, JSON] = {"create": create, "update": update, "destroy": list[JSON](destroy)}
    arguments |= {"ifInState": own_state(call, kind, call.text("ifInState")), **kind.set_arguments}
    answer = call.ask(f"{kind.modern}/set", arguments)
    _tell(call, kind, answer, create, outcome, {**asked, **destroy})


def check_size(call: Call, wishes: Wishes) -> None:
    """Refused when a call changes more objects than one may; known before anything is done."""
    most = call.turn.limits.max_objects_in_set
    size = len(wishes.create) + len(wishes.update) + len(wishes.destroy)
    if size > most:
        raise Refused("requestTooLarge", f"{size} objects are to change; one call changes at most {most}")


def made(call: Call, kind: Kind, given: Values) -> Object:
    """The modern object that a create stands for."""
    _refuse_unknown(kind, given)
    value: Object = {}
    wrong = [name for name in given if (known := kind.by_name.get(name)) and known.write is None and name != "id"]
    if wrong or "id" in given:
        raise invalid_properties(f"{', '.join(wrong or ['id'])} {READ_ONLY}", *(wrong or ["id"]))
    for name, item in given.items():
        known = kind.by_name.get(name)
        if known and known.write:
            value |= known.write(call, item)
    if kind.merge:
        value |= kind.merge(call, {}, given)
    return kind.complete(call, value)


def patch(call: Call, kind: Kind, record: str, given: Values) -> Object:
    """The modern patch that an update stands for; what the server sets may be there if it is not changed."""
    _refuse_unknown(kind, given)
    value: Object = {}
    fixed: list[str] = []
    for name, item in given.items():
        known = kind.by_name.get(name)
        if known and known.write and not known.create_only:
            value |= known.write(call, item)
        elif known or name == "id":
            fixed.append(name)
    if fixed:
        _check_unchanged(call, kind, record, given, fixed)
    if kind.merge:
        value |= kind.merge(call, _current(call, kind, record), given)
    return value


def existing(call: Call, kind: Kind, key: str) -> str:
    """What the engine knows an object as; Misfit for a key that cannot name one."""
    if key in kind.virtual:
        raise Misfit("forbidden", f"'{key}' is made by the server and cannot be changed")
    record = call.resolve(kind.one, key)
    if record == UNKNOWN:
        raise Misfit("notFound", f"nothing was created as '{key[1:80]}'")
    if not is_id(record.removeprefix("#")):
        raise Misfit("notFound", f"there is no {kind.one} '{key[:80]}'")
    return record


def errors(kind: Kind, refused: object, keys: Mapping[str, str]) -> Iterable[tuple[str, JSON]]:
    """The refusals of the engine, each with the key that the client used."""
    for key, error in cast("dict[str, dict[str, JSON]]", refused or {}).items():
        yield keys.get(key, key), set_error(error, kind.names_of, kind.errors)


def seen(kind: Kind, source: Values, names: Iterable[str]) -> Object:
    """Those of the properties that can be told from what is known of an object."""
    fields = [kind.by_name[name] for name in names if name in kind.by_name]
    told = [known for known in fields if known.needs and source.keys() >= set(known.needs)]
    return {name: value for name, value in kind.shown(source, told).items() if name != "id"}


def _tell(
    call: Call, kind: Kind, answer: Values | dict[str, object], create: Values, outcome: Outcome, asked: Values
) -> None:
    keys = {name: call.turn.creations.given(name) for name in create} | cast("dict[str, str]", dict(asked))
    outcome.old_state = outcome.old_state or state_of(call, kind, answer["oldState"])
    outcome.new_state = state_of(call, kind, answer["newState"])
    for name, shown in cast("dict[str, Object]", answer["created"] or {}).items():
        needs = (need for known in kind.told for need in kind.by_name[known].needs)
        whole = {**dict.fromkeys(needs), **cast(Object, create[name]), **shown}
        outcome.created[keys[name]] = {"id": shown["id"], **seen(kind, whole, kind.told)}
    for record, changed in cast("dict[str, Object | None]", answer["updated"] or {}).items():
        outcome.updated[record] = seen(kind, changed, kind.by_name) or None if changed else None
    outcome.destroyed += cast("list[str]", answer["destroyed"] or [])
    outcome.not_created.update(errors(kind, answer["notCreated"], keys))
    outcome.not_updated.update(errors(kind, answer["notUpdated"], keys))
    outcome.not_destroyed.update(errors(kind, answer["notDestroyed"], keys))


def _current(call: Call, kind: Kind, record: str) -> Object:
    """The modern object that an update is merged into."""
    names = dict.fromkeys(need for known in kind.fields for need in known.needs)
    arguments: Object = {"ids": [record], "properties": ["id", *names, *kind.told_by]}
    found = listed(call.ask(f"{kind.modern}/get", arguments))
    if not found or not kind.has(found[0]):
        raise Misfit("notFound", f"there is no {kind.one} '{record}'")
    return found[0]


def _refuse_unknown(kind: Kind, given: Values) -> None:
    """What servers of that time added is passed over where it comes back; anything else would be lost silently."""
    unknown = [name for name in given if name not in kind.by_name and name != "id" and not name.startswith("x-")]
    if unknown:
        raise invalid_properties(f"{kind.one} has no {', '.join(unknown[:10])}", *unknown)


def _check_unchanged(call: Call, kind: Kind, record: str, given: Values, names: Sequence[str]) -> None:
    found = fetch(call, kind, [record], names).objects
    if not found:
        raise Misfit("notFound", f"there is no {kind.one} '{record}'")
    changed = [name for name in names if found[0].get(name) != given[name]]
    if changed:
        raise invalid_properties(f"{', '.join(changed)} {READ_ONLY}", *changed)
