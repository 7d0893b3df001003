"""Messages that were read before the writer is asked to store them: what was uploaded, imported or copied.

To read a message takes longer than to store it, and all who wait for the writer would wait for that too. What was read
is kept for a while, by user and content; it says nothing of who may read what.
"""

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from angarium.datatypes.blobs import BlobId, octets, read_counted
from angarium.datatypes.mail import ingest
from angarium.engine.access import AccountAccess, Principal
from angarium.engine.call import Call
from angarium.formats.errors import FormatError
from angarium.formats.message import Octets, parse, received_date
from angarium.store.contract import BlobHash, NewMessage, StagedBlob

MOST_WEIGHT: Final = 8_000_000
"""Octets of what is kept."""

_FORESEEN: Final = 32 * 1024
"""Octets up to which an upload is read: whoever receives it has to wait."""

_MESSAGE_TYPES: Final = frozenset(("message/rfc822", "message/global"))
_ENTRY: Final = 2_000
"""Octets that a reading takes beside its texts, about."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that is stored of a message, filed nowhere yet, and when it was received by its newest Received field."""

    message: NewMessage
    received: int | None

    @property
    def weight(self) -> int:
        """Octets that it takes, about."""
        search = self.message.search
        texts = (search.from_, search.to, search.cc, search.bcc, search.subject, search.body, search.attachments)
        return _ENTRY + sum(map(len, texts)) + sum(map(len, self.message.metadata.values()))


def read(data: Octets, blob: BlobHash | None) -> Reading:
    """Read a message whose octets perhaps have a name already; raises FormatError when it has no header at all."""
    message = parse(data)
    return Reading(ingest.from_message(data, message, (), (), 0, blob), received_date(message.headers))


class Readings:
    """What was read last; may be used from any thread."""

    def __init__(self, most: int = MOST_WEIGHT) -> None:
        self._left = most
        self._kept: dict[tuple[str, BlobHash], Reading] = {}
        self._lock = threading.Lock()

    def get(self, user: str, blob: BlobHash) -> Reading | None:
        """What was read for this user."""
        return self._kept.get((user, blob))

    def keep(self, user: str, reading: Reading) -> bool:
        """Keep it, in the place of the oldest where room is short; whether nothing had to go for it."""
        with self._lock:
            self._drop((user, reading.message.blob))
            self._kept[user, reading.message.blob] = reading
            self._left -= reading.weight
            roomy = self._left >= 0
            while self._left < 0:
                self._drop(next(iter(self._kept)))
            return roomy

    def foresee(self, principal: Principal, media_type: str, blob: StagedBlob) -> None:
        """Read what a user uploads, when it is a short message: mostly it is imported at once."""
        if blob.size > _FORESEEN or media_type.partition(";")[0].rstrip().lower() not in _MESSAGE_TYPES:
            return
        with suppress(FormatError):  # Email/import will say so
            self.keep(principal.id, read(blob.open()[:], blob.hash))

    def read_ahead(self, call: Call, account: AccountAccess, blobs: Iterable[BlobId]) -> None:
        """Read messages that the user may read through an account: as many as are kept, and as a request may."""
        user = call.request.principal
        for name in blobs:
            blob = None if self.get(user.id, name.hash) else read_counted(call, account, str(name))
            with suppress(FormatError):  # the method will say so
                if blob and not self.keep(user.id, read(octets(blob.content), name.hash)):
                    return

    def _drop(self, key: tuple[str, BlobHash]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._left += dropped.weight
