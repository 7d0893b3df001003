"""Creation ids of one request: this dialect has a map for each type, and takes any text; the engine has one of Ids."""

from typing import Final

UNKNOWN: Final = "#-"
"""A reference that the engine resolves to nothing, so that only the object with it fails."""


class Creations:
    """What the creation ids of each type are called towards the engine; the last use of one counts."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._given: dict[str, str] = {}

    def begin(self, kind: str, key: str) -> str:
        """A new name for an object that a client wants created as `key`."""
        name = f"c{len(self._given)}"
        self._given[name] = key
        self._names[kind, key] = name
        return name

    def resolve(self, kind: str, identifier: str) -> str:
        """An id as it is; what stands for `#key`, with a `#` before it for the engine."""
        if not identifier.startswith("#"):
            return identifier
        name = self._names.get((kind, identifier[1:]))
        return f"#{name}" if name else UNKNOWN

    def given(self, name: str) -> str:
        """What the client called it."""
        return self._given[name]
