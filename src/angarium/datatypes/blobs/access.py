"""Whether a user may read what a blob id names, and the octets if so (RFC 8620 §6.1, §6.2).

Everything that takes a blob id from a client goes through `read_blob`: the id alone proves nothing, a reference in an
account of the user (or the user's own upload there) does.
"""

import logging
from dataclasses import dataclass
from mmap import mmap

from angarium.datatypes.blobs.blobid import BlobId, locate, parse_blob_id
from angarium.engine.access import AccountAccess, Principal
from angarium.store.contract import BlobHash, Content, Snapshot

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Blob:
    """Octets that a user may read, and their name."""

    id: BlobId
    content: Content

    @property
    def weight(self) -> int:
        """Octets looked through to read it: its own and every encoded range decoded on the way."""
        return len(self.content) + self.id.decoded


def read_blob(snapshot: Snapshot, principal: Principal, account: AccountAccess, blob_id: str) -> Blob | None:
    """The blob of that id as this user sees it through this account; None whatever the reason not to give it."""
    name = parse_blob_id(blob_id)
    if name is None or not snapshot.blobs.readable(account.key, principal.id, name.hash):
        return None
    content = locate(snapshot.blobs, name)
    return None if content is None else Blob(name, content)


def octets(content: Content) -> bytes | mmap:
    """Content as what the parsers take, copied only when it is neither octets nor a mapped file."""
    return content if isinstance(content, bytes | mmap) else content[:]


def octets_of(snapshot: Snapshot, blob: BlobHash) -> bytes | mmap:
    """A blob that something references; none, and a line in the log, where damage took it: others are shown with it."""
    try:
        return octets(snapshot.blobs.open(blob))
    except KeyError:
        _log.error("a content is gone, angarium verify tells whose hash=%s", blob)
        return b""
