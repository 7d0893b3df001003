"""Taking in many messages that are parsed already: each once, however often the same import is run."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from angarium.store.contract import AccountKey, BlobHash, NewMessage, OverQuota, StagedBlob, Transaction


class Became(StrEnum):
    """What became of one message; `THERE` says that the account has it already."""

    TAKEN = "taken"
    THERE = "there"
    OVER_QUOTA = "overQuota"


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


def take(transaction: Transaction, account: AccountKey, incoming: Iterable[Incoming]) -> list[Became]:
    """Store what the account does not have yet and has room for; what became of each message."""
    passed: dict[BlobHash, int | None] = {}
    told = []
    for item in incoming:
        blob = item.message.blob
        before = passed.get(blob, item.passed)
        if before is not None and len(transaction.messages.with_blob(account, blob)) > before:
            passed[blob] = before + 1
            told.append(Became.THERE)
            continue
        try:
            _store(transaction, account, item)
        except OverQuota:
            told.append(Became.OVER_QUOTA)
        else:
            passed[blob] = None
            told.append(Became.TAKEN)
    return told


def _store(transaction: Transaction, account: AccountKey, item: Incoming) -> None:
    if not isinstance(item.octets, memoryview):
        transaction.blobs.add(item.octets)
    elif transaction.blobs.size(item.message.blob) is None:
        transaction.blobs.add(bytes(item.octets))
    transaction.messages.add(account, item.message)
