"""Large content on its way into the store: written and synced as a file before the writer is taken."""

from contextlib import ExitStack
from typing import Final

from angarium.store.contract import Stage, StagedBlob, Store

INLINE: Final = 64 * 1024
"""Octets up to which content goes along with the transaction."""


def staged_blob(store: Store, octets: bytes | memoryview, staged: ExitStack) -> StagedBlob:
    """Content on disk; it is let go of with `staged`, unless the store has taken it."""
    stage = store.stage()
    staged.callback(stage.discard)
    stage.write(octets)
    return finished(stage, staged)


def finished(stage: Stage, staged: ExitStack) -> StagedBlob:
    """The content of a stage that was written."""
    blob = stage.finish()
    staged.callback(blob.discard)
    return blob
