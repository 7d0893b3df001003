"""Looking at every octet of a content: whether it is what its name says."""

import hashlib
from typing import Final

from angarium.store.contract import BlobHash, Content, Snapshot

_PIECE: Final = 1 << 20


def digest(content: Content) -> BlobHash:
    """The name that these octets should have."""
    found = hashlib.sha256()
    for start in range(0, len(content), _PIECE):
        found.update(content[start : start + _PIECE])
    return BlobHash(found.hexdigest())


def damage(snapshot: Snapshot, blob: BlobHash) -> str | None:
    """What is wrong with a blob that something names."""
    try:
        content = snapshot.blobs.open(blob)
        return None if digest(content) == blob else f"its blob is not that of {blob}"
    except KeyError:
        return f"its blob {blob} is gone"
    except OSError as error:
        return f"its blob {blob} cannot be read: {error}"
