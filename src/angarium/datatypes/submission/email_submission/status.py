"""What is known of each recipient of a submission, and how it changes as the queue works (RFC 8621 §7).

A submission and the queue know each other by the envelope id, which goes out with the message and comes back in reports
(RFC 3461 §4.4); it is random, so nobody else can send a report that fits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.blobs import BlobId, parse_blob_id
from angarium.datatypes.principals.names import normal_address
from angarium.datatypes.submission.queue import Destination, Fate
from angarium.engine.queries import moment
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import (
    AccountKey,
    All,
    BlobHash,
    Comparison,
    Indexes,
    Neither,
    Order,
    Snapshot,
    Term,
    Transaction,
    Window,
)

KIND: Final = "EmailSubmission"
PENDING: Final = "pending"
FINAL: Final = "final"
CANCELED: Final = "canceled"
UNDO: Final = (PENDING, FINAL, CANCELED)
_WAITS: Final = "250 2.1.5 waiting to be sent"
_ENVELOPE_ID: Final = "envelopeId"
_MESSAGE_ID: Final = "messageId"

KEPT_SECONDS: Final = 30 * 24 * 3600
"""How long a submission of which nothing is left to do stays: longer than servers try, and than reports are late."""

_MOST_REPORTS: Final = 100
_OPEN: Final = ("queued", "unknown")

_DELIVERED: Final[Mapping[Fate, str]] = {
    Fate.QUEUED: "queued",
    Fate.DELIVERED: "yes",
    Fate.RELAYED: "unknown",
    Fate.FAILED: "no",
}


def waiting(emails: Sequence[str]) -> dict[str, JSON]:
    """The deliveryStatus of a message that was just accepted."""
    return {email: {"smtpReply": _WAITS, "delivered": "queued", "displayed": "unknown"} for email in emails}


def indexes(value: Mapping[str, JSON]) -> Indexes:
    """Under what a submission is found."""
    sent = moment(value["sendAt"])
    return {
        **{name: [cast(str, value[name])] for name in ("identityId", "emailId", "threadId", "undoStatus")},
        "sendAt": [cast(int, sent)],
        _ENVELOPE_ID: [cast(str, value[_ENVELOPE_ID])],
        _MESSAGE_ID: cast("list[str]", value["messageIds"]),
    }


def note(transaction: Transaction, account: AccountKey, envelope_id: str, recipients: Sequence[Destination]) -> None:
    """Tell the submission what became of its recipients; one that is gone is passed over.

    Once something became of any, it is final. What a report has told before this was noted stays.
    """

    def change(value: dict[str, JSON]) -> None:
        status = cast("dict[str, dict[str, JSON]]", value["deliveryStatus"] or {})
        for known in recipients:
            shown = status.get(known.address.email)
            if shown is not None and known.reply and shown["delivered"] in _OPEN:
                shown["smtpReply"] = known.reply
                shown["delivered"] = _DELIVERED[known.fate]
        if any(known.fate is not Fate.QUEUED for known in recipients):
            value["undoStatus"] = FINAL

    for record in transaction.records.find(account, KIND, _ENVELOPE_ID, envelope_id):
        _change(transaction, account, record, change)


@dataclass(frozen=True, slots=True)
class Returned:
    """What a message that came back says about one recipient, under either of two addresses.

    `delivered` is True or False where it tells that; `reply` is the SMTP reply it tells of.
    """

    addresses: tuple[str, ...]
    delivered: bool | None = None
    displayed: bool = False
    reply: str | None = None


def note_report(
    transaction: Transaction, account: AccountKey, record: str, names: str, blob: BlobHash, told: Sequence[Returned]
) -> None:
    """Keep a report with the submission that it is about, in `dsnBlobIds` or `mdnBlobIds`, and what it tells.

    What is final stays as it is. A report about the only recipient is about that one, under whatever address.
    """

    def change(value: dict[str, JSON]) -> None:
        known = cast("list[str]", value[names])
        if str(BlobId(blob)) not in known and len(known) < _MOST_REPORTS:
            value[names] = [*known, str(BlobId(blob))]
        status = cast("dict[str, dict[str, JSON]]", value["deliveryStatus"] or {})
        for returned in told:
            wanted = set(map(normal_address, returned.addresses))
            shown = next((item for email, item in status.items() if normal_address(email) in wanted), None)
            if shown is None and len(status) == 1:
                (shown,) = status.values()
            if shown is not None:
                _apply(shown, returned)

    value = _change(transaction, account, record, change)
    blobs = cast("list[str]", [*cast("list[str]", value["dsnBlobIds"]), *cast("list[str]", value["mdnBlobIds"])])
    parsed = (parse_blob_id(blob_id) for blob_id in blobs)
    transaction.blobs.pin(account, KIND, record, [known.hash for known in parsed if known is not None])


def _apply(shown: dict[str, JSON], returned: Returned) -> None:
    if returned.displayed:
        shown["displayed"] = "yes"
    if shown["delivered"] in _OPEN:
        shown["smtpReply"] = returned.reply or shown["smtpReply"]
        if returned.delivered is not None:
            shown["delivered"] = "yes" if returned.delivered else "no"


def forget(transaction: Transaction, account: AccountKey, now: int, most: int) -> int:
    """Destroy submissions that have been over for long, so many at most; how many. `now` in epoch seconds.

    RFC 8621 §7, §7.5: a server may. Otherwise there would be one for every message that was ever sent.
    """
    over = Neither((Term("undoStatus", PENDING),))
    old = Term("sendAt", (now - KEPT_SECONDS) * 1000, Comparison.BELOW)
    found = transaction.records.query(account, KIND, All((old, over)), (Order("sendAt"),), Window(limit=most)).ids
    for record in found:
        transaction.records.destroy(account, KIND, record)
    return len(found)


def by_envelope_id(snapshot: Snapshot, account: AccountKey, envelope_id: str) -> list[str]:
    """The submissions that went out under an envelope id."""
    return snapshot.records.find(account, KIND, _ENVELOPE_ID, envelope_id)


def by_message_id(snapshot: Snapshot, account: AccountKey, message_id: str) -> list[str]:
    """The submissions of messages with this Message-ID."""
    return snapshot.records.find(account, KIND, _MESSAGE_ID, message_id)


def _change(
    transaction: Transaction, account: AccountKey, record: str, change: Callable[[dict[str, JSON]], None]
) -> dict[str, JSON]:
    stored = transaction.records.get(account, KIND, [record])[record]
    value = cast("dict[str, JSON]", loads(stored))
    change(value)
    changed = dumps(value)
    if changed != stored:
        transaction.records.update(account, KIND, record, changed, indexes(value))
    return value
