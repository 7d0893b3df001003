"""How settings are declared and read: each kind of value once, with what it says of a value that is none.

Values come from TOML, from the environment, where numbers, booleans and arrays are text, or from a program. A section
is a dataclass whose fields are made by `setting`; which settings there are is said elsewhere.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, fields, is_dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
Reader: TypeAlias = Callable[[object], T]
"""Takes what was given, and returns the value or raises ValueError with what is allowed."""

Network: TypeAlias = IPv4Network | IPv6Network

_READ: Final = "read"
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*")
_BOOLEANS: Final[dict[object, bool]] = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1", 1), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", 0), False),
}

S = TypeVar("S", bound="DataclassInstance")


class Unfit(ValueError):
    """Values that cannot be used; each of `faults` is the way to one, and what is wrong with it."""

    def __init__(self, *faults: tuple[tuple[str, ...], str]) -> None:
        super().__init__("\n".join(f"{'.'.join(path)}: {text}" for path, text in faults))
        self.faults = faults


class _Faults(list[tuple[tuple[str, ...], str]]):
    """What is wrong in the parts of something; what is read `at` a part adds to it."""

    @contextmanager
    def at(self, step: str) -> Iterator[None]:
        try:
            yield
        except Unfit as unfit:
            self += [((step, *path), text) for path, text in unfit.faults]
        except ValueError as error:
            self.append(((step,), str(error)))

    def tell(self) -> None:
        if self:
            raise Unfit(*self)


def setting(default: T, read: Reader[T]) -> T:
    """A field of a section, which has `default` where nothing is given."""
    found: T = field(default=default, metadata={_READ: read})
    return found


def needed(read: Reader[T]) -> T:
    """A field of a section that must be given."""
    found: T = field(metadata={_READ: read})
    return found


def names(section: type) -> list[str]:
    """The settings of a section."""
    return [one.name for one in fields(section)]


def read(section: type[S], given: object) -> S:
    """A section from a table of what was given; raises Unfit with everything that is wrong in it."""
    if not isinstance(given, Mapping):
        raise ValueError("must be a section with settings in it")
    readers: dict[str, Reader[Any]] = {one.name: one.metadata[_READ] for one in fields(section)}
    values: dict[str, Any] = {}
    faults = _Faults()
    for name, value in given.items():
        with faults.at(name):
            if name not in readers:
                raise ValueError("is unknown; known are " + ", ".join(readers))
            values[name] = readers[name](value)
    faults.tell()
    return section(**values)


def plain(section: "DataclassInstance") -> dict[str, Any]:
    """A section as JSON and TOML can write it, such that it reads back to the same; null is what is not set."""
    return {one.name: _plain(getattr(section, one.name)) for one in fields(section)}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return plain(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path | Network) else value


def table(section: type[S]) -> Reader[S]:
    """A section within a section."""
    return partial(read, section)


def text(check: Callable[[str], str] = str) -> Reader[str]:
    """A string that `check` returns as it is kept, or refuses with ValueError."""

    def reader(value: object) -> str:
        if not isinstance(value, str):
            raise ValueError("must be a string")
        return check(value)

    return reader


def integer(least: int, most: int) -> Reader[int]:
    """A whole number within bounds that are allowed themselves."""

    def reader(value: object) -> int:
        number = int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else value
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise ValueError(f"must be an integer from {least} to {most}")
        return number

    return reader


def boolean(value: object) -> bool:
    """True or false, also as the words that people write in an environment."""
    given = value.lower() if isinstance(value, str) else value
    if not isinstance(given, str | int) or given not in _BOOLEANS:
        raise ValueError("must be true or false")
    return _BOOLEANS[given]


def path(value: object) -> Path:
    """A place in the file system."""
    if not isinstance(value, str | Path):
        raise ValueError("must be a path, as a string")
    return Path(value)


def network(value: object) -> Network:
    """A network, of which a single address is the smallest."""
    if isinstance(value, Network):
        return value
    try:
        return ip_network(text()(value))
    except ValueError:
        raise ValueError("must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8") from None


def one_of(*allowed: T) -> Reader[T]:
    """One of a few strings."""

    def reader(value: object) -> T:
        for known in allowed:
            if value == known:
                return known
        *others, last = map(repr, allowed)
        raise ValueError(f"must be {', '.join(others)} or {last}")

    return reader


def optional(reader: Reader[T]) -> Reader[T | None]:
    """A value that may stay unset, which JSON writes as null."""
    return lambda value: None if value is None else reader(value)


def many(
    reader: Reader[T], least: int = 0, check: Callable[[tuple[T, ...]], tuple[T, ...]] = tuple
) -> Reader[tuple[T, ...]]:
    """An array; as text it is JSON. `check` sees it whole."""

    def read_all(value: object) -> tuple[T, ...]:
        items = _decoded(value) if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise ValueError("must be an array")
        if len(items) < least:
            raise ValueError(f"must have at least {least} item" + "s" * (least > 1))
        found: list[T] = []
        faults = _Faults()
        for number, item in enumerate(items):
            with faults.at(str(number)):
                found.append(reader(item))
        faults.tell()
        return check(tuple(found))

    return read_all


def _decoded(value: str) -> object:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError('must be a JSON array, such as ["one", "two"]') from None
