"""What a rule of strict mode is, what it looks at, and how its refusal reads.

A rule is one sentence of an RFC that says what clients MUST or SHOULD do and that a server can observe. Who breaks a
MUST is refused, with the section and the remedy in the description; who breaks a SHOULD is warned of it.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from angarium.engine.access import Principal
from angarium.engine.declare import DataType, Method, Property
from angarium.engine.errors import MethodErrorType, RequestErrorType, SetErrorType
from angarium.engine.limits import Limits
from angarium.engine.registry import Registry
from angarium.engine.request import Invocation
from angarium.formats.json import JSON

T = TypeVar("T")
Object: TypeAlias = Mapping[str, JSON]


class Broken(NamedTuple):
    """What is wrong, and with which property of an object."""

    text: str
    property: str | None = None


Check: TypeAlias = Callable[[T], "Broken | str | None"]


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """One row: `error` is what who breaks it is refused with, None for a SHOULD, which only warns.

    `methods` are the calls that it looks at, with * for anything and a space between several.
    """

    name: str
    section: str
    remedy: str
    error: RequestErrorType | MethodErrorType | SetErrorType | None
    check: Check[T]
    methods: str = "*"

    def sees(self, method: str) -> bool:
        """Whether the rule looks at calls of a method."""
        return any(fnmatchcase(method, pattern) for pattern in self.methods.split())

    def told(self, broken: Broken) -> str:
        """What to tell who breaks it."""
        return f"{broken.text}. {self.remedy} ({self.section}, rule {self.name})"


class HttpLook(NamedTuple):
    """An HTTP request, without its body; `query` is as it came."""

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    query: str


class BodyLook(NamedTuple):
    """The body of an API request; `value` is None when it is no I-JSON, and `problem` says why."""

    octets: bytes
    value: JSON
    problem: str | None
    registry: Registry
    limits: Limits

    @property
    def object(self) -> Object:
        """The value when it is an object, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass(frozen=True, slots=True)
class CallLook:
    """One method call, before its references are resolved; `earlier` are the calls before it.

    `told` are ids that clients know from answers of the server.
    """

    invocation: Invocation
    earlier: Sequence[Invocation]
    registry: Registry
    limits: Limits
    principal: Principal
    told: Container[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the method."""
        return self.invocation.name

    @property
    def arguments(self) -> Object:
        """The arguments as they came."""
        return self.invocation.arguments

    @property
    def known(self) -> Method | None:
        """The method of that name, whether the request uses its capability or not."""
        return self.registry.methods.get(self.name)

    @property
    def type(self) -> DataType | None:
        """The data type that the method is one of."""
        return self.registry.types.get(self.name.partition("/")[0])

    def objects(self, name: str) -> Mapping[str, Object]:
        """An argument that is a map of objects, without what is none."""
        given = self.arguments.get(name)
        entries = given.items() if isinstance(given, dict) else ()
        return {key: value for key, value in entries if isinstance(value, dict)}

    def list(self, name: str) -> Sequence[JSON]:
        """An argument that is an array, empty when it is none."""
        given = self.arguments.get(name)
        return given if isinstance(given, list) else ()


@dataclass(frozen=True, slots=True)
class ObjectLook:
    """One object that a call makes or changes: `value` is the object or the patch, `id` its id or creation id."""

    call: CallLook
    argument: str
    id: str
    value: Object

    @property
    def creates(self) -> bool:
        """Whether a new object is made."""
        return self.argument != "update"

    def declared(self, name: str) -> Property | None:
        """How the type declares a property; None when it does not."""
        return self.call.type.property(name) if self.call.type else None

    def members(self, name: str) -> dict[str, JSON]:
        """What the object says of the members of a map: the whole of it, or by paths of a patch."""
        whole = self.value.get(name)
        found: dict[str, JSON] = dict(whole) if isinstance(whole, dict) else {}
        if not self.creates:
            start = f"{name}/"
            found |= {path[len(start) :]: value for path, value in self.value.items() if path.startswith(start)}
        return found


@dataclass(frozen=True, slots=True)
class Warned:
    """A SHOULD that somebody did not keep."""

    rule: str
    section: str
    text: str
    user: str | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, by what they look at."""

    http: Sequence[Rule[HttpLook]] = ()
    body: Sequence[Rule[BodyLook]] = ()
    call: Sequence[Rule[CallLook]] = ()
    object: Sequence[Rule[ObjectLook]] = field(default=())

    def __add__(self, other: "Rules") -> "Rules":
        return Rules(
            (*self.http, *other.http),
            (*self.body, *other.body),
            (*self.call, *other.call),
            (*self.object, *other.object),
        )

    def __len__(self) -> int:
        return len(self.http) + len(self.body) + len(self.call) + len(self.object)


def found(rule: Rule[T], look: T) -> Broken | None:
    """What a rule finds wrong; None when nothing is."""
    broken = rule.check(look)
    return Broken(broken) if isinstance(broken, str) else broken


def objects_of(call: CallLook) -> Sequence[ObjectLook]:
    """The objects that a call makes or changes."""
    names = ("emails",) if call.name == "Email/import" else ("create", "update")
    return [ObjectLook(call, name, key, value) for name in names for key, value in call.objects(name).items()]


def as_list(value: JSON) -> list[JSON]:
    """The value when it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_object(value: JSON) -> dict[str, JSON]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
