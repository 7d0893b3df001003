"""Storing a new email of given properties, whose message was composed before or is composed now (RFC 8621 §4.6).

Composing and reading take longer than storing; who creates many emails, or large ones, has that done before the request
has the writer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, cast

from angarium.datatypes.mail import ingest
from angarium.datatypes.mail.email import filing
from angarium.datatypes.mail.email.compose import compose
from angarium.datatypes.mail.readings import Reading, read
from angarium.engine.call import Call
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.primitives import format_utc
from angarium.store.contract import BlobHash, StagedBlob

_SHORT: Final = 16 * 1024
"""Octets of JSON up to which emails are composed in a moment."""

_IN_MEMORY: Final = 64 * 1024
"""Octets that what was received takes of memory at most."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A message, the blobs that it was made of, and how many octets were looked through to read them."""

    reading: Reading
    octets: bytes | StagedBlob
    blobs: frozenset[BlobHash]
    cost: int

    @property
    def weight(self) -> int:
        """Octets of memory that it takes, about."""
        return self.reading.weight + min(self.reading.message.size, _IN_MEMORY)

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Store it as an email of these properties."""
        return create(call, value, self)

    def holds(self, call: Call) -> bool:
        """Whether it would be the same now; counts what it cost then."""
        user, blobs = call.request.principal.id, call.snapshot.blobs
        if self.cost > max(call.request.octets_left, 0):
            return False
        if not all(blobs.readable(call.account.key, user, blob) for blob in self.blobs):
            return False
        call.request.octets_left -= self.cost
        return True


class EmailPreparer:
    """Composes messages one at a time, so that large ones take no more memory together than one does."""

    def __init__(self) -> None:
        self._turn = Lock()

    def takes_long(self, creates: Mapping[str, JSON]) -> bool:
        """Whether a text is long or a blob, of whatever size, is to be in a message."""
        written = dumps(cast(JSON, creates))
        return len(written) > _SHORT or b'"blobId":"' in written

    def prepare(self, call: Call, value: dict[str, JSON], receive: Callable[[bytes], StagedBlob]) -> Composed:
        """The composed message, received as a blob."""
        with self._turn:
            return _composed(call, value, receive)


def create(call: Call, value: dict[str, JSON], ready: Composed | None = None) -> dict[str, JSON]:
    """Store an email, whose message may be ready."""
    mailboxes = filing.mailboxes(call, value["mailboxIds"])
    keywords = filing.keywords(value["keywords"])
    received = filing.moment(value["receivedAt"])
    composed = ready if ready and ready.holds(call) else _composed(call, value)
    new = replace(
        composed.reading.message,
        keywords=keywords,
        mailboxes=mailboxes,
        received=call.request.now if received is None else received,
    )
    shown = filing.created(ingest.store(call.transaction, call.account.key, new, composed.octets))
    if received is None:
        shown["receivedAt"] = format_utc(new.received)
    if keywords != frozenset(cast("dict[str, JSON]", value["keywords"])):
        shown["keywords"] = dict.fromkeys(sorted(keywords), True)
    for name in ("messageId", "sentAt"):
        if not value[name]:
            shown[name] = loads(new.metadata[name])
    return shown


def _composed(call: Call, value: Mapping[str, JSON], receive: Callable[[bytes], StagedBlob] | None = None) -> Composed:
    left = call.request.octets_left
    octets, blobs = compose(call, value)
    received = receive(octets) if receive else None
    reading = read(octets, received.hash if received else None)
    return Composed(reading, received or octets, blobs, left - call.request.octets_left)
