"""The report that a sender gets of what became of a message: a bounce, or what was asked for (RFC 3464, RFC 3461).

Only the octets are made here. A report is from the null reverse-path, so that none is ever sent of a report.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from angarium.datatypes.submission.queue import Destination, QueueItem
from angarium.formats.errors import FormatError
from angarium.formats.message import (
    Action,
    BodyPart,
    DeliveryStatus,
    Draft,
    DraftHeader,
    RecipientStatus,
    build,
    delivery_status_body,
    envelope,
    outgoing,
)

_RETURNED: Final = 50_000
"""Octets of a message that comes back whole when the sender did not say how much is to (RFC 3461 §4.3)."""
_MOST_RETURNED: Final = 1_000_000
_LONGEST_SUBJECT: Final = 200

_TITLES: Final = {
    Action.FAILED: ("Undelivered", "could not be delivered to", "Nobody will try again."),
    Action.DELAYED: ("Delayed", "could not be delivered yet to", "It is tried again; you need not send it once more."),
    Action.DELIVERED: ("Delivered", "was delivered to", ""),
    Action.RELAYED: ("Relayed", "was passed on to a server that does not report what becomes of it, for", ""),
}


def report(domain: str, item: QueueItem, original: bytes, message_id: str, now: int) -> bytes:
    """The message that tells what is owed of an item; `message_id` without brackets, `now` in epoch milliseconds."""
    owing = item.owing
    actions = [action for action in _TITLES if any(known.owed == action for known in owing)]
    told = DeliveryStatus(item.sender.parameters.get("ENVID"), tuple(map(_status, owing)))
    subject = _subject(original)
    headers = (
        DraftHeader("From", "Addresses", [{"name": "Mail Delivery", "email": f"MAILER-DAEMON@{domain}"}]),
        DraftHeader("To", "Addresses", [{"name": None, "email": item.sender.email}]),
        DraftHeader("Subject", "Text", f"{_TITLES[actions[0]][0]}: {subject}"),
        DraftHeader("Auto-Submitted", "Text", "auto-replied"),
    )
    returned = _returned(item, original, is_failure=Action.FAILED in actions)
    body = delivery_status_body(_text(domain, subject, owing), domain, told, returned)
    moment = datetime.fromtimestamp(now // 1000, UTC)
    return build(Draft(headers, body), message_id=message_id, date=moment)


def _status(known: Destination) -> RecipientStatus:
    code = known.reply[4:].split(" ", 1)[0]
    first = known.reply[:1]
    kind, _, original = (known.address.parameters.get("ORCPT") or "").partition(";")
    return RecipientStatus(
        final_recipient=known.address.email,
        action=Action(known.owed or Action.FAILED),
        status=code if code.startswith(f"{first}.") and code.count(".") == 2 else f"{first}.0.0",
        original_recipient=original if kind else None,
        diagnostic=known.reply,
    )


def _text(domain: str, subject: str, owing: Sequence[Destination]) -> str:
    lines = [f"This is the mail server of {domain}.", ""]
    for action, (_, what, end) in _TITLES.items():
        group = [known for known in owing if known.owed == action]
        if group:
            lines += [f"Your message “{subject}” {what}", ""]
            lines += [f"  <{known.address.email}>: {known.reply}" for known in group]
            lines += ["", end] if end else [""]
    return "\n".join(lines) + "\n"


def _returned(item: QueueItem, original: bytes, *, is_failure: bool) -> BodyPart:
    """The message or its header; whole only when it failed (RFC 3461 §6.2)."""
    wanted = (item.sender.parameters.get("RET") or "").upper()
    most = {"FULL": _MOST_RETURNED, "HDRS": 0}.get(wanted, _RETURNED)
    if is_failure and len(original) <= most:
        return BodyPart("message/rfc822", original)
    header = original.partition(b"\r\n\r\n")[0] + b"\r\n"
    return BodyPart("text/rfc822-headers", header[:_MOST_RETURNED].decode("utf-8", "replace"))


def _subject(original: bytes) -> str:
    try:
        subject = envelope(outgoing(original).headers).subject
    except FormatError:
        subject = None
    return " ".join((subject or "without subject").split())[:_LONGEST_SUBJECT]
