"""Blob ids: how a whole blob and a MIME part inside one are named, and how a name leads to octets.

An id is `b` and the SHA-256 of a stored blob, then one step for each content transfer encoding that has to be undone:
`_start-length` with a letter for the encoding, numbers in base 36. A part of a nested message that was not encoded
itself is a range of the outer blob, so almost every chain has one step; RFC 2046 §5.2.1 forbids to encode a nested
message, and those that are take one step more. After `MOST_STEPS` there is no name for a part of a nested message, and
callers refuse to look inside it. Ids are canonical: the same place has one spelling (RFC 8620 §1.2, §6).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from angarium.formats.message import Encoding, decode_transfer
from angarium.store.contract import BlobHash, Blobs, Content

MOST_STEPS: Final = 8
"""So an id stays far below 255 octets, and reading one decodes a message at most this often."""

_ID: Final = re.compile(r"b([0-9a-f]{64})((?:_(?:0|[1-9a-z][0-9a-z]{0,9})-(?:0|[1-9a-z][0-9a-z]{0,9})[BQU]?)*)\Z")
_STEP: Final = re.compile(r"_([0-9a-z]+)-([0-9a-z]+)([BQU]?)")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS: Final[Mapping[Encoding, str]] = {
    Encoding.IDENTITY: "",
    Encoding.BASE64: "B",
    Encoding.QUOTED_PRINTABLE: "Q",
    Encoding.UUENCODE: "U",
}
_ENCODINGS: Final[Mapping[str, Encoding]] = {letter: encoding for encoding, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """A half-open range of octets and the encoding that is undone once they are cut out."""

    start: int
    stop: int
    encoding: Encoding = Encoding.IDENTITY


@dataclass(frozen=True, slots=True)
class BlobId:
    """The name of octets: a stored blob and the way to a place inside it."""

    hash: BlobHash
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        steps = (
            f"_{_base36(step.start)}-{_base36(step.stop - step.start)}{_LETTERS[step.encoding]}" for step in self.steps
        )
        return f"b{self.hash}{''.join(steps)}"

    @property
    def may_hold_parts(self) -> bool:
        """Whether the parts of the message that this names still have names."""
        return len(self.steps) < MOST_STEPS

    @property
    def decoded(self) -> int:
        """Octets of the ranges that have to be decoded on the way."""
        return sum(step.stop - step.start for step in self.steps if step.encoding is not Encoding.IDENTITY)

    def part(self, start: int, stop: int, encoding: Encoding) -> "BlobId":
        """The name of a range inside these octets; a range of a plain range is one range."""
        outer = self.steps[-1] if self.steps else None
        if outer is None or outer.encoding is not Encoding.IDENTITY:
            return BlobId(self.hash, (*self.steps, Step(start, stop, encoding)))
        return BlobId(self.hash, (*self.steps[:-1], Step(outer.start + start, outer.start + stop, encoding)))


def parse_blob_id(text: str) -> BlobId | None:
    """The meaning of an id; None for one that we never gave."""
    found = _ID.match(text)
    if not found:
        return None
    steps = tuple(_step(*step) for step in _STEP.findall(found[2]))
    plain = any(step.encoding is Encoding.IDENTITY for step in steps[:-1])
    return None if plain or len(steps) > MOST_STEPS else BlobId(BlobHash(found[1]), steps)


def locate(blobs: Blobs, blob_id: BlobId) -> Content | None:
    """The octets that an id names, or None; a plain range of a large blob is not loaded.

    Says nothing about who may read them: ask `readable` first.
    """
    try:
        content = blobs.open(blob_id.hash)
    except KeyError:
        return None
    for step in blob_id.steps:
        if step.stop > len(content):
            return None
        if step.encoding is Encoding.IDENTITY:
            content = Range(content, step.start, step.stop)
        else:
            content = decode_transfer(content[step.start : step.stop], step.encoding)
    return content


@dataclass(frozen=True, slots=True)
class Range:
    """A part of other content, cut out only when asked for."""

    content: Content
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, part: slice, /) -> bytes:
        first, last, _step = slice(part.start, part.stop).indices(len(self))
        return self.content[self.start + first : self.start + max(first, last)]


def _step(start: str, length: str, letter: str) -> Step:
    begin = int(start, 36)
    return Step(begin, begin + int(length, 36), _ENCODINGS[letter])


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
