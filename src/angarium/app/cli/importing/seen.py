"""Remembering which octets an import has come upon, in 16 octets of memory a message.

A set of Python objects would take ten times that, and an import of any size has to stay small.
"""

from array import array

_FIRST = 1 << 12
_COUNT = 0xFF
_TAKEN = 0x80
_MOST = 0x7F


class Seen:
    """For each content: how often this run skipped it, and whether it took it.

    An open hash table of 64-bit entries: 56 bits of the content's hash, one for taken, seven for the count.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _FIRST))
        self._used = 0

    def passed(self, blob: str) -> int | None:
        """How often the content was skipped; None once it was taken."""
        entry = self._slots[self._find(_key(blob))]
        return None if entry & _TAKEN else entry & _MOST

    def note(self, blob: str, taken: bool) -> None:
        """Remember what became of one more message with this content."""
        key = _key(blob)
        place = self._find(key)
        count = self._slots[place] & _COUNT
        if not self._slots[place]:
            self._used += 1
        self._slots[place] = key | (count | _TAKEN if taken else min((count & _MOST) + 1, _MOST) | (count & _TAKEN))
        if self._used * 3 > len(self._slots) * 2:
            self._grow()

    def _find(self, key: int) -> int:
        """The place of an entry, or the free one where it would be."""
        mask = len(self._slots) - 1
        place = (key >> 8) & mask
        while self._slots[place] and self._slots[place] & ~_COUNT != key:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(8 * len(old) * 2))
        for entry in old:
            if entry:
                self._slots[self._find(entry & ~_COUNT)] = entry


def _key(blob: str) -> int:
    return int(blob[:14], 16) << 8
