"""The queue of outgoing mail: records that say what is to be sent, to whom, how far it came, and when to try again.

Whoever sends writes a record in the transaction that makes the message; a loop at the edge reads it and acts. Nothing
is sent here. The records are those of no account, so no client is told of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, cast

from angarium.datatypes.submission.envelope import Address, Envelope, address_from_json, address_to_json
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import QUEUE, AccountKey, BlobHash, Indexes, Snapshot, State, Transaction

KIND: Final = "QueueItem"
_PREFIX: Final = "Q"
_SUBMISSION: Final = "submission"


class Fate(StrEnum):
    """What became of a message for one recipient; only `QUEUED` is tried again."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Destination:
    """One recipient; `reply` is the last SMTP reply as one line, empty before the first attempt.

    `owed` is what the sender is still to be told of it: an action of RFC 3464 §2.3.3. `warned` says that the sender was
    told of the delay, which happens once.
    """

    address: Address
    fate: Fate = Fate.QUEUED
    reply: str = ""
    owed: str | None = None
    warned: bool = False


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A message that waits; times in epoch milliseconds.

    `account` is the sender's, where a bounce goes, and `submission` the EmailSubmission there, if one shows this item.
    Nothing is tried before `release`, nor before `due`. `taken` says that an attempt runs: it cannot be canceled then.
    """

    id: str
    account: AccountKey
    sender: Address
    recipients: tuple[Destination, ...]
    blob: BlobHash
    size: int
    created: int
    release: int
    due: int
    attempts: int = 0
    taken: bool = False
    submission: str | None = None

    @property
    def is_held(self) -> bool:
        """Whether its sender asked for it to go later."""
        return self.release > self.created

    @property
    def waiting(self) -> tuple[Destination, ...]:
        """The recipients that are still to be tried."""
        return tuple(known for known in self.recipients if known.fate is Fate.QUEUED)

    @property
    def owing(self) -> tuple[Destination, ...]:
        """The recipients of whom the sender is still to be told."""
        return tuple(known for known in self.recipients if known.owed is not None)


def enqueue(
    transaction: Transaction,
    account: AccountKey,
    envelope: Envelope,
    blob: BlobHash,
    now: int,
    *,
    release: int | None = None,
    submission: str | None = None,
) -> str:
    """Have a message sent that the transaction has added to the blobs; the id of the item.

    The octets must be as they are to leave: CRLF at the ends of lines, no Bcc. The queue keeps them as long as it needs
    them. Times in epoch milliseconds; `release` when it is to be held until then.
    """
    size = transaction.blobs.size(blob)
    if size is None:
        raise KeyError(blob)
    start = now if release is None else release
    recipients = tuple(Destination(address) for address in envelope.rcpt_to)
    made = QueueItem("", account, envelope.mail_from, recipients, blob, size, now, start, start, submission=submission)
    record = transaction.records.create(QUEUE, KIND, _PREFIX, _value(made), _indexes(made))
    transaction.blobs.pin(QUEUE, KIND, record, [blob])
    return record


def keep(transaction: Transaction, item: QueueItem) -> QueueItem:
    """Keep an item as it is given."""
    transaction.records.update(QUEUE, KIND, item.id, _value(item), _indexes(item))
    return item


def remove(transaction: Transaction, item: QueueItem) -> None:
    """Forget an item, and its octets when nothing else needs them."""
    transaction.records.destroy(QUEUE, KIND, item.id)


def read(snapshot: Snapshot, ids: Sequence[str] | None = None) -> list[QueueItem]:
    """Items by id, all of them for None, the oldest first; what is gone is left out."""
    return [_read(record, value) for record, value in snapshot.records.get(QUEUE, KIND, ids).items()]


def one(snapshot: Snapshot, record: str) -> QueueItem | None:
    """The item of that id; None when it is gone."""
    return next(iter(read(snapshot, [record])), None)


def of_submission(snapshot: Snapshot, account: AccountKey, submission: str) -> QueueItem | None:
    """The item that sends for an EmailSubmission; None when it is done."""
    found = snapshot.records.find(QUEUE, KIND, _SUBMISSION, _place(account, submission))
    return one(snapshot, found[0]) if found else None


def changed_since(snapshot: Snapshot, state: State) -> tuple[dict[str, QueueItem | None], State]:
    """The items that changed since a state, None for those that are gone, and the state now."""
    changes = snapshot.changes(QUEUE, KIND, state)
    found: dict[str, QueueItem | None] = dict.fromkeys(changes.destroyed)
    found.update((item.id, item) for item in read(snapshot, [*changes.created, *changes.updated]))
    return found, changes.new_state


def state(snapshot: Snapshot) -> State:
    """The state of the queue, to ask for changes since."""
    return snapshot.state(QUEUE, KIND)


def now_due(item: QueueItem, now: int) -> QueueItem:
    """The item, to be tried at once; one that is held stays held."""
    return replace(item, due=max(now, item.release) if item.is_held else now)


def _place(account: AccountKey, submission: str) -> str:
    return f"{account}/{submission}"


def _indexes(item: QueueItem) -> Indexes:
    return {} if item.submission is None else {_SUBMISSION: [_place(item.account, item.submission)]}


def _value(item: QueueItem) -> bytes:
    return dumps(
        {
            "account": int(item.account),
            "mailFrom": address_to_json(item.sender),
            "rcptTo": [
                address_to_json(known.address)
                | {"fate": known.fate.value, "reply": known.reply, "owed": known.owed, "warned": known.warned}
                for known in item.recipients
            ],
            "blob": item.blob,
            "size": item.size,
            "created": item.created,
            "release": item.release,
            "due": item.due,
            "attempts": item.attempts,
            "taken": item.taken,
            "submission": item.submission,
        }
    )


def _read(record: str, value: bytes) -> QueueItem:
    kept = cast("dict[str, JSON]", loads(value))
    recipients = cast("list[dict[str, JSON]]", kept["rcptTo"])
    return QueueItem(
        id=record,
        account=AccountKey(cast(int, kept["account"])),
        sender=address_from_json(cast("dict[str, JSON]", kept["mailFrom"])),
        recipients=tuple(
            Destination(
                address_from_json(known),
                Fate(cast(str, known["fate"])),
                cast(str, known["reply"]),
                cast("str | None", known["owed"]),
                known.get("warned") is True,
            )
            for known in recipients
        ),
        blob=BlobHash(cast(str, kept["blob"])),
        size=cast(int, kept["size"]),
        created=cast(int, kept["created"]),
        release=cast(int, kept["release"]),
        due=cast(int, kept["due"]),
        attempts=cast(int, kept["attempts"]),
        taken=kept["taken"] is True,
        submission=cast("str | None", kept["submission"]),
    )
