"""Delivery status: the part of a report that programs read, both ways (RFC 3464 §2).

A block of fields about the message, then one for each recipient. An address is of type `rfc822`, or `utf-8` (RFC 6533).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from angarium.formats.message.header_block import split_fields
from angarium.formats.message.header_text import unfolded, without_comments

_BLANK: Final = re.compile(rb"(?:\r?\n[ \t]*+(?=\r?\n))+\r?\n")
_ESCAPED: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
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
    """What a report says; `envelope_id` is the ENVID of the message (RFC 3461 §4.4)."""

    envelope_id: str | None
    recipients: tuple[RecipientStatus, ...]


def write_delivery_status(reporting_mta: str, told: DeliveryStatus) -> bytes:
    """The content of a message/delivery-status part; `reporting_mta` is a domain name."""
    message = [("Reporting-MTA", f"dns; {reporting_mta}"), ("Original-Envelope-Id", told.envelope_id)]
    return b"\r\n".join(map(_block, (message, *map(_recipient_fields, told.recipients))))


def read_delivery_status(content: bytes) -> DeliveryStatus:
    """What the content of such a part says; whatever cannot be read is left out."""
    blocks = [_fields(block) for block in _BLANK.split(content, _MOST_RECIPIENTS)]
    blocks = [block for block in blocks if block]
    recipients = [known for known in map(_recipient, blocks) if known is not None]
    return DeliveryStatus(blocks[0].get("original-envelope-id") if blocks else None, tuple(recipients))


def _recipient_fields(known: RecipientStatus) -> list[tuple[str, str | None]]:
    return [
        ("Original-Recipient", known.original_recipient and _typed(known.original_recipient)),
        ("Final-Recipient", _typed(known.final_recipient)),
        ("Action", known.action.value),
        ("Status", known.status),
        ("Diagnostic-Code", known.diagnostic and f"smtp; {known.diagnostic}"),
    ]


def _recipient(fields: Mapping[str, str]) -> RecipientStatus | None:
    final, action = _address(fields.get("final-recipient")), fields.get("action", "").lower()
    if not final or action not in list(Action):
        return None
    status = _STATUS.match(fields.get("status", ""))
    kind, _, diagnostic = fields.get("diagnostic-code", "").partition(";")
    return RecipientStatus(
        final,
        Action(action),
        status[0] if status else "",
        _address(fields.get("original-recipient")),
        diagnostic.strip() if kind.strip().lower() == "smtp" else None,
    )


def _fields(block: bytes) -> dict[str, str]:
    headers, _ = split_fields(block.lstrip(b"\r\n"))
    return {
        header.name.lower(): _CONTROLS.sub(" ", without_comments(unfolded(header.raw))).strip() for header in headers
    }


def _block(fields: Iterable[tuple[str, str | None]]) -> bytes:
    lines = (f"{name}: {_CONTROLS.sub(' ', value)}\r\n" for name, value in fields if value)
    return "".join(lines).encode("ascii", "replace")


def _typed(address: str) -> str:
    if address.isascii():
        return f"rfc822; {address}"
    shown = (letter if letter.isascii() else f"\\x{{{ord(letter):02X}}}" for letter in address)
    return f"utf-8; {''.join(shown)}"


def _address(value: str | None) -> str | None:
    """The address behind its type; RFC 6533 §3 for the letters of one that is not ASCII."""
    kind, _, address = (value or "").partition(";")
    plain = address.strip().strip("<>").strip()
    if kind.strip().lower() == "utf-8":
        plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), plain) if _is_text(plain) else plain
    return plain or None


def _is_text(address: str) -> bool:
    """Whether every escaped letter is one."""
    codes: Sequence[int] = [int(code, 16) for code in _ESCAPED.findall(address)]
    return all(code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF for code in codes)
