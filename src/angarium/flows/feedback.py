"""What comes back about mail that was sent: reports are matched to their submissions (RFC 8621 §7).

A stage of the delivery: a report is an email like any other, and its submission tells of it. Reports of delivery are
found by the envelope id, which only servers on the way know, else by the Message-ID in what they return; those of
readers (RFC 8098) by the latter alone. A forged one can at most change what was not known for certain.
"""

import re
from collections.abc import Sequence
from typing import Final

from angarium.datatypes.blobs import octets
from angarium.datatypes.submission.email_submission import status
from angarium.datatypes.submission.email_submission.status import Returned
from angarium.flows.deliver import Arrival, Delivered
from angarium.formats.errors import FormatError
from angarium.formats.message import (
    Action,
    DeliveryStatus,
    Notification,
    parse,
    plain_address,
    read_delivery_status,
    read_notification,
)
from angarium.store.contract import AccountKey, Transaction

_MOST_READ: Final = 1_000_000
"""Octets of a report that are looked at: what it returns of a large message may be cut."""
_LONGEST_REPLY: Final = 500
_SMTP_REPLY: Final = re.compile(r"[245][0-9][0-9] ")
_REPORT: Final = b"multipart/report"
_TOLD: Final = {Action.DELIVERED: True, Action.FAILED: False}


def note_feedback(transaction: Transaction, arrived: Arrival, delivered: Delivered) -> None:
    """Tell the submission that a message which was delivered is about, if it is such a message."""
    if not _is_report(arrived):
        return
    # From the store, where it is by now: what was staged may be no more.
    data = octets(transaction.blobs.open(arrived.message.blob))[:_MOST_READ]
    try:
        message = parse(data)
    except FormatError:
        return
    account = delivered.recipient.user.account
    if told := read_delivery_status(data, message):
        records, names = _of_status(transaction, account, told, arrived.sender), "dsnBlobIds"
        returned: Sequence[Returned] = [
            Returned(
                tuple(filter(None, (known.original_recipient, known.final_recipient))),
                _TOLD.get(known.action),
                reply=_reply(known.diagnostic),
            )
            for known in told.recipients
        ]
    elif read := read_notification(data, message):
        records, names = _of_notification(transaction, account, read), "mdnBlobIds"
        addresses = (plain_address(read.original_recipient), plain_address(read.final_recipient))
        returned = [Returned(tuple(filter(None, addresses)), displayed=read.type == "displayed")]
    else:
        return
    for record in records:
        status.note_report(transaction, account, record, names, arrived.message.blob, returned)


def _reply(diagnostic: str | None) -> str | None:
    """What a report tells as the reply of a server, if it is one (RFC 8621 §7: smtpReply)."""
    return diagnostic[:_LONGEST_REPLY] if diagnostic and _SMTP_REPLY.match(diagnostic) else None


def _is_report(arrived: Arrival) -> bool:
    declared = next((header.raw for header in arrived.headers if header.name.lower() == "content-type"), b"")
    return declared.strip()[: len(_REPORT)].lower() == _REPORT


def _of_status(transaction: Transaction, account: AccountKey, told: DeliveryStatus, sender: str) -> list[str]:
    found = status.by_envelope_id(transaction, account, told.envelope_id) if told.envelope_id else []
    if found or sender or not told.message_id:
        return found
    return status.by_message_id(transaction, account, told.message_id)


def _of_notification(transaction: Transaction, account: AccountKey, told: Notification) -> list[str]:
    message_id = (told.original_message_id or "").strip().strip("<>")
    return status.by_message_id(transaction, account, message_id) if message_id else []
