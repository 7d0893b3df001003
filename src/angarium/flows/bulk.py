"""Taking in many messages that are parsed already: each once, however often the same import is run."""

from collections.abc import Iterable
from dataclasses import dataclass

from angarium.store.contract import AccountKey, BlobHash, NewMessage, StagedBlob, Transaction


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message with its octets: a view where the store is likely to have them already.

    `passed` says how many times this run has come upon the same octets and skipped them: while the account holds more
    emails with these octets than that, this one is skipped too. None takes it in any case, as it must once the run has
    taken the same octets: a source that holds a message twice is taken over as it is.
    """

    message: NewMessage
    octets: StagedBlob | bytes | memoryview
    passed: int | None


def take(transaction: Transaction, account: AccountKey, incoming: Iterable[Incoming]) -> list[bool]:
    """Store what the account does not have yet; for each message whether it was taken."""
    passed: dict[BlobHash, int | None] = {}
    taken = []
    for item in incoming:
        blob = item.message.blob
        before = passed.get(blob, item.passed)
        skip = before is not None and len(transaction.messages.with_blob(account, blob)) > before
        if not skip:
            _store(transaction, account, item)
        passed[blob] = before + 1 if skip and before is not None else None
        taken.append(not skip)
    return taken


def _store(transaction: Transaction, account: AccountKey, item: Incoming) -> None:
    if not isinstance(item.octets, memoryview):
        transaction.blobs.add(item.octets)
    elif transaction.blobs.size(item.message.blob) is None:
        transaction.blobs.add(bytes(item.octets))
    transaction.messages.add(account, item.message)
