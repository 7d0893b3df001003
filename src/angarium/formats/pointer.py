"""JSON Pointer (RFC 6901) with the `*` that JMAP adds for arrays (RFC 8620 §3.7)."""

from dataclasses import dataclass

from angarium.formats.errors import FormatError
from angarium.formats.json import JSON


def split(pointer: str) -> list[str]:
    """The unescaped tokens of a pointer; raises FormatError when it does not begin with a slash or escapes badly."""
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise FormatError("a pointer begins with '/'")
    return [unescape(token) for token in pointer[1:].split("/")]


def unescape(token: str) -> str:
    """`~1` is a slash and `~0` a tilde; any other tilde is a FormatError."""
    if "~" not in token:
        return token
    for index, letter in enumerate(token):
        if letter == "~" and token[index + 1 : index + 2] not in ("0", "1"):
            raise FormatError("a '~' in a pointer is followed by 0 or 1", index)
    return token.replace("~1", "/").replace("~0", "~")


def escape(name: str) -> str:
    """A property name as one token of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def resolve(value: JSON, pointer: str, largest: int) -> JSON:
    """What a pointer with `*` names inside a value (RFC 8620 §3.7).

    Raises FormatError when nothing is there, or when `*` gathers more than `largest` items or goes to twice as many.
    """
    return _Walk(largest, 2 * largest).to(value, split(pointer))


@dataclass(slots=True)
class _Walk:
    """One pointer on its way: items that may be gathered, and how many more may be gone to, also for nothing."""

    largest: int
    left: int

    def to(self, value: JSON, tokens: list[str]) -> JSON:
        for depth, token in enumerate(tokens):
            if isinstance(value, list):
                if token == "*":  # noqa: S105 (a piece of a pointer)
                    return self._gather(value, tokens[depth + 1 :])
                value = value[_index(token, len(value))]
            elif isinstance(value, dict) and token in value:
                value = value[token]
            else:
                raise FormatError(f"nothing is at '{token}'", depth)
        return value

    def _gather(self, items: list[JSON], rest: list[str]) -> JSON:
        """The rest of the pointer on every item; results that are arrays are joined into one."""
        self.left -= len(items)
        if self.left < 0:
            raise FormatError(f"'*' goes to more than {2 * self.largest} items")
        gathered: list[JSON] = []
        for item in items:
            found = self.to(item, rest)
            if isinstance(found, list):
                gathered.extend(found)
            else:
                gathered.append(found)
            if len(gathered) > self.largest:
                raise FormatError(f"'*' gathers more than {self.largest} items")
        return gathered


def _index(token: str, length: int) -> int:
    if not token.isascii() or not token.isdigit() or (len(token) > 1 and token[0] == "0") or len(token) > 9:
        raise FormatError(f"'{token}' is no index of an array")
    index = int(token)
    if index >= length:
        raise FormatError(f"the array has no item {index}")
    return index
