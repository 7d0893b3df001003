"""What objects look like in this dialect, by the octets that they are made from: what was made is not made again.

Only what follows from those octets and a form may be kept here, so nothing has to be forgotten but for want of room.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, cast

import orjson

_MOST: Final = 4_000_000
"""Octets that are kept in each of the two halves."""

_OVERHEAD: Final = 300
"""Octets that an entry takes beside its text, about."""

_BEGINNING: Final = b'{"id":"'
_BETWEEN: Final = b"}," + _BEGINNING

_Source: TypeAlias = tuple[str, bytes]


class Remembered:
    """Answers by their sources; of those that were not asked for lately, the oldest half goes when it is full.

    Threads share it: between two of them an entry may get lost, which only costs making it again.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._size = 0
        self._young: dict[_Source, bytes] = {}
        self._old: dict[_Source, bytes] = {}

    def __len__(self) -> int:
        """How many are known."""
        return len(self._young) + len(self._old)

    def all(self, form: str, objects: Sequence[bytes], make: Callable[[list[bytes]], Sequence[bytes]]) -> list[bytes]:
        """What these look like, in their order, without those that look like nothing.

        The `form` names everything that this depends on beside the object; `make` makes all at once that is not known.
        """
        young = self._young
        known = {text: young.get((form, text)) for text in objects}
        unknown: list[bytes] = []
        for text in [text for text, found in known.items() if found is None]:
            known[text] = found = self._old.get((form, text))
            if found is None:
                unknown.append(text)
            else:
                self._keep((form, text), found)
        for text, made in zip(unknown, make(unknown) if unknown else (), strict=True):
            known[text] = made
            if made:
                self._keep((form, text), made)
        return [found for found in known.values() if found]

    def _keep(self, source: _Source, made: bytes) -> None:
        size = len(source[1]) + len(made) + _OVERHEAD
        if size > self._most:
            return
        if self._size + size > self._most:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[source] = made
        self._size += size


def encoded(objects: object) -> list[bytes]:
    """The inner text of each object of a get; those that came encoded together are taken apart."""
    if isinstance(objects, orjson.Fragment):
        return apart(orjson.dumps(objects)[1:-1])
    return [inner(orjson.dumps(each)) for each in cast("list[object]", objects)]


def inner(whole: bytes) -> bytes:
    """What stands in an encoded object between the beginning, which is the same of all, and the end."""
    return whole[len(_BEGINNING) : -1]


def whole(inner: bytes) -> bytes:
    """The encoded object."""
    return b"%b%b}" % (_BEGINNING, inner)


def apart(objects: bytes) -> list[bytes]:
    """The inner text of encoded objects that have commas between them.

    Within a string quotes are escaped, so what they are taken apart at stands between objects only: these, or such that
    are deeper inside of one of them, which then leaves something that is no JSON.
    """
    return inner(objects).split(_BETWEEN) if objects else []


def together(texts: Sequence[bytes]) -> bytes:
    """Encoded objects with commas between them, by their inner texts."""
    return whole(_BETWEEN.join(texts)) if texts else b""


def encoded_list(texts: Sequence[bytes]) -> orjson.Fragment:
    """The array of the objects with these inner texts."""
    return orjson.Fragment(b"[%b]" % together(texts))
