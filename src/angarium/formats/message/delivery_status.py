"""Delivery status: what became of a message on its way to each recipient, as servers tell it (RFC 3464 §2).

A group of fields about the message, then one for each recipient. An address is of type `rfc822`, or `utf-8` (RFC 6533).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from angarium.formats.message.draft import BodyPart
from angarium.formats.message.forms import parse_message_ids
from angarium.formats.message.report import Fields, field, read_report, report_body
from angarium.formats.message.values import Header, Message, Octets

_KIND: Final = "delivery-status"
_ESCAPED: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_UNFIT: Final = re.compile(r"[^ -~]+")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MOST_RECIPIENTS: Final = 1_000


class Action(StrEnum):
    """What happened to the message for one recipient (RFC 3464 §2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """One recipient: addresses without their type, a status code such as 5.1.1, and the SMTP reply if there was one."""

    final_recipient: str
    action: Action
    status: str
    original_recipient: str | None = None
    diagnostic: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What a report says; `envelope_id` is the ENVID of the message (RFC 3461 §4.4).

    `message_id` is that of the message it is about, where the report returns its header.
    """

    envelope_id: str | None
    recipients: tuple[RecipientStatus, ...]
    message_id: str | None = None


def delivery_status_body(text: str, reporting_mta: str, told: DeliveryStatus, returned: BodyPart) -> BodyPart:
    """The report as the body of a message, with what it returns of the other; `reporting_mta` is a domain name."""
    message = (("Reporting-MTA", f"dns; {reporting_mta}"), ("Original-Envelope-Id", told.envelope_id))
    groups = [_written(message), *(_written(_recipient_fields(known)) for known in told.recipients)]
    return report_body(_KIND, text, groups, returned)


def read_delivery_status(data: Octets, message: Message) -> DeliveryStatus | None:
    """The delivery status that a message reports; None when it is no such report. What cannot be read is left out."""
    report = read_report(data, message, _KIND)
    if report is None or not report.groups:
        return None
    recipients = [known for known in map(_recipient, report.groups[:_MOST_RECIPIENTS]) if known is not None]
    return DeliveryStatus(field(report.groups[0], "Original-Envelope-Id"), tuple(recipients), _id(report.original))


def plain_address(value: str | None) -> str | None:
    """The address behind its type, in its own letters (RFC 6533 §3)."""
    kind, _, address = (value or "").partition(";")
    plain = address.strip().strip("<>").strip()
    if kind.strip().lower() == "utf-8":
        plain = _ESCAPED.sub(_letter, plain)
    return plain or None


def _recipient_fields(known: RecipientStatus) -> Sequence[tuple[str, str | None]]:
    return (
        ("Original-Recipient", known.original_recipient and _typed(known.original_recipient)),
        ("Final-Recipient", _typed(known.final_recipient)),
        ("Action", known.action.value),
        ("Status", known.status),
        ("Diagnostic-Code", known.diagnostic and f"smtp; {known.diagnostic}"),
    )


def _written(fields: Sequence[tuple[str, str | None]]) -> Fields:
    return [(name, _UNFIT.sub("?", value).replace("=?", "= ?")) for name, value in fields if value]


def _recipient(fields: Fields) -> RecipientStatus | None:
    final = plain_address(field(fields, "Final-Recipient"))
    action = (field(fields, "Action") or "").partition("(")[0].strip().lower()
    if not final or action not in list(Action):
        return None
    status = _STATUS.match(field(fields, "Status") or "")
    kind, _, diagnostic = (field(fields, "Diagnostic-Code") or "").partition(";")
    return RecipientStatus(
        final,
        Action(action),
        status[0] if status else "",
        plain_address(field(fields, "Original-Recipient")),
        " ".join(diagnostic.split()) if kind.strip().lower() == "smtp" else None,
    )


def _typed(address: str) -> str:
    if address.isascii():
        return f"rfc822; {address}"
    shown = (letter if letter.isascii() else f"\\x{{{ord(letter):02X}}}" for letter in address)
    return f"utf-8; {''.join(shown)}"


def _letter(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else found[0]


def _id(headers: Sequence[Header]) -> str | None:
    raw = next((header.raw for header in headers if header.name.lower() == "message-id"), None)
    return next(iter((raw is not None and parse_message_ids(raw)) or ()), None)
