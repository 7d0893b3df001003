"""How a type of this dialect is declared: its names, and for each property where it is read from and written to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Values
from angarium.protocols.legacy.errors import invalid_properties

Object: TypeAlias = dict[str, JSON]


class _Nothing(Enum):
    LEFT_OUT = "left out"


LEFT_OUT: Final = _Nothing.LEFT_OUT
"""Stands for a property that an object is shown without."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property: made by `read` from the modern properties that it `needs`.

    `write` gives the modern properties that a value stands for, for creates and updates alike; without it the server
    sets the property. `create_only` ones cannot change.
    """

    name: str
    needs: tuple[str, ...]
    read: "Callable[[Values], JSON | _Nothing]"
    write: Callable[[Call, JSON], Object] | None = None
    create_only: bool = False
    empty: "JSON | _Nothing" = LEFT_OUT
    """What is shown of an object that has none of the modern properties, where that is known beforehand."""

    owns: int | None = None
    """How many of the modern properties it is named for when they are refused; all where that is not told."""


@dataclass(frozen=True, slots=True)
class Virtual:
    """An object that the engine has not: shown by `read`, None while it is not there."""

    read: Callable[[Call], Object | None]


@dataclass(frozen=True, slots=True)
class Also:
    """Another type of the engine, whose changes show in objects of this one: `shown_in` tells in which."""

    modern: str
    shown_in: Callable[[Call, list[str]], list[str]]


def _no_arguments(_names: Sequence[str] | None) -> Object:
    return {}


def _as_it_is(_call: Call, _objects: list[Object], _sources: Sequence[Values], _names: frozenset[str]) -> None:
    return None


def _complete(_call: Call, value: Object) -> Object:
    return value


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: `one` and `many` make the names of its methods, `modern` is the engine's type.

    `told` are shown of what was created. `arguments` of the modern get depend on the properties wanted, `set_arguments`
    never do. `finish` completes what single fields cannot see. `merge` makes of a modern object (none of a create) and
    what a client gives the modern properties that change, where properties of this dialect share modern ones.
    `complete` fills in what a modern create needs. `belongs` tells objects of this type from others of the same modern
    type, by the properties `told_by`. `follows` tells what all that is shown of an object follows
    from beside the modern one, so that it can be remembered; it is None where that is not known.
    """

    one: str
    many: str
    modern: str
    fields: tuple[Field, ...]
    told: tuple[str, ...] = ()
    ids_required: bool = False
    pages: bool = True
    arguments: Callable[[Sequence[str] | None], Object] = _no_arguments
    set_arguments: Mapping[str, JSON] = field(default_factory=dict)
    finish: Callable[[Call, list[Object], Sequence[Values], frozenset[str]], None] = _as_it_is
    complete: Callable[[Call, Object], Object] = _complete
    merge: Callable[[Call, Values, Values], Object] | None = None
    belongs: Callable[[Values], bool] | None = None
    told_by: tuple[str, ...] = ()
    follows: Callable[[Call], str] | None = None
    also: Also | None = None
    virtual: Mapping[str, Virtual] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names that clients may ask for beside those of properties, and the properties that they stand for."""
    by_name: Mapping[str, Field] = field(init=False, repr=False)
    names_of: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    """What this dialect calls a modern property, by what clients can set if they can."""

    def __post_init__(self) -> None:
        names: dict[str, tuple[str, ...]] = {}
        for known in sorted(self.fields, key=lambda known: known.write is None):
            for need in known.needs[: known.owns] if known.write or not names.keys() & set(known.needs) else ():
                names[need] = (*names.get(need, ()), known.name)
        object.__setattr__(self, "by_name", {known.name: known for known in self.fields})
        object.__setattr__(self, "names_of", names)

    @property
    def plural(self) -> str:
        """The name of the response that lists objects."""
        return self.many[0].lower() + self.many[1:]

    @property
    def singular(self) -> str:
        """The beginning of the names of other responses."""
        return self.one[0].lower() + self.one[1:]

    def has(self, source: Values) -> bool:
        """Whether a modern object is one of this type."""
        return self.belongs is None or self.belongs(source)

    def shown(self, source: Values, fields: "Sequence[Field]") -> Object:
        """An object of which these properties are shown."""
        shown: Object = {"id": source["id"]} if "id" in source else {}
        for known in fields:
            if known.empty is not LEFT_OUT and source.keys().isdisjoint(known.needs):
                shown[known.name] = known.empty
                continue
            value = known.read(source)
            if value is not LEFT_OUT:
                shown[known.name] = value
        return shown

    def wanted(self, names: Sequence[str] | None) -> tuple[Field, ...]:
        """The fields to show; names that are no property are passed over."""
        if names is None:
            return self.fields
        asked = {each for name in names for each in self.aliases.get(name, (name,))}
        return tuple(known for known in self.fields if known.name in asked)


def merged(_call: Call, _value: JSON) -> Object:
    """The `write` of a property that `Kind.merge` writes."""
    return {}


READ_ONLY: Final = "is set by the server"


def same(name: str, *, write: bool = True, create_only: bool = False) -> Field:
    """A property that has kept its name and its values."""
    return renamed(name, name, write=write, create_only=create_only)


def renamed(name: str, modern: str, *, write: bool = True, create_only: bool = False) -> Field:
    """A property whose values are the same under another name."""
    writing = (lambda _call, value: {modern: value}) if write else None
    return Field(name, (modern,), lambda shown: shown.get(modern), writing, create_only)


def may(name: str, *rights: str, given_on_create: bool = False) -> Field:
    """A flat right: whether all of these rights are given; where clients may give it on create, it must be true."""

    def read(shown: Values) -> JSON:
        given = shown.get("myRights")
        return isinstance(given, dict) and all(given.get(right) is True for right in rights)

    def write(_call: Call, value: JSON) -> Object:
        if value is not True:
            raise invalid_properties(f"{name}: cannot be taken away", name)
        return {}

    return Field(name, ("myRights",), read, write if given_on_create else None, create_only=given_on_create)


def boolean(name: str, value: JSON) -> bool:
    """A value that must be true or false."""
    if not isinstance(value, bool):
        raise invalid_properties(f"{name}: must be true or false", name)
    return value


def text(name: str, value: JSON) -> str:
    """A value that must be a string."""
    if not isinstance(value, str):
        raise invalid_properties(f"{name}: must be a string", name)
    return value


def texts(name: str, value: JSON) -> list[str]:
    """A value that must be an array of strings."""
    if isinstance(value, list):
        found = [item for item in value if isinstance(item, str)]
        if len(found) == len(value):
            return found
    raise invalid_properties(f"{name}: must be an array of strings", name)
