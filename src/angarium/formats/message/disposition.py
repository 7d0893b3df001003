"""Message disposition notifications: what became of a message in the hands of its reader (RFC 8098).

Reading is lenient where senders are careless and strict where the meaning would be lost; modes and types come in lower
case, as RFC 9007 §2 wants them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from angarium.formats.message.draft import BodyPart
from angarium.formats.message.report import Fields, Report, read_report, report_body
from angarium.formats.message.report import field as field_of
from angarium.formats.message.values import Message, Octets

ACTION_MODES: Final = ("manual-action", "automatic-action")
SENDING_MODES: Final = ("mdn-sent-manually", "mdn-sent-automatically")
TYPES: Final = ("deleted", "dispatched", "displayed", "processed")

_KIND: Final = "disposition-notification"
_KNOWN: Final = (
    "reporting-ua",
    "mdn-gateway",
    "original-recipient",
    "final-recipient",
    "original-message-id",
    "disposition",
    "error",
)
_DISPOSITION: Final = re.compile(
    rf"\s*({'|'.join(ACTION_MODES)})\s*/\s*({'|'.join(SENDING_MODES)})\s*;\s*({'|'.join(TYPES)})\s*(?:/.*)?",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification; addresses with their type, as in `rfc822; ann@example.com`.

    `mode`, `sent` and `type` are one of `ACTION_MODES`, `SENDING_MODES` and `TYPES`. `extensions` are further fields.
    """

    mode: str
    sent: str
    type: str
    final_recipient: str
    text: str | None = None
    reporting_ua: str | None = None
    gateway: str | None = None
    original_recipient: str | None = None
    original_message_id: str | None = None
    errors: tuple[str, ...] = ()
    extensions: Mapping[str, str] = field(default_factory=dict)


def read_notification(data: Octets, message: Message) -> Notification | None:
    """The notification that a message is; None when it is none."""
    report = read_report(data, message, _KIND)
    return _notification(report, report.groups[0]) if report and report.groups else None


def _notification(report: Report, told: Fields) -> Notification | None:
    disposition = _DISPOSITION.fullmatch(field_of(told, "Disposition") or "")
    recipient = field_of(told, "Final-Recipient")
    if disposition is None or not recipient:
        return None
    mode, sent, kind = (part.lower() for part in disposition.groups())
    return Notification(
        mode,
        sent,
        kind,
        recipient,
        text=report.text,
        reporting_ua=field_of(told, "Reporting-UA"),
        gateway=field_of(told, "MDN-Gateway"),
        original_recipient=field_of(told, "Original-Recipient"),
        original_message_id=field_of(told, "Original-Message-ID"),
        errors=tuple(value for name, value in told if name.lower() == "error"),
        extensions={name: value for name, value in reversed(told) if is_extension(name)},
    )


def is_extension(name: str) -> bool:
    """Whether a field is one that RFC 8098 leaves to others."""
    return name.lower() not in _KNOWN


def notification_body(told: Notification, original: bytes | None = None) -> BodyPart:
    """A notification as the body of a message, which returns the whole `original` when that is given.

    Raises InvalidHeader for what no field can hold.
    """
    given = (
        ("Reporting-UA", told.reporting_ua),
        ("MDN-Gateway", told.gateway),
        ("Original-Recipient", told.original_recipient),
        ("Final-Recipient", told.final_recipient),
        ("Original-Message-ID", told.original_message_id),
        ("Disposition", f"{told.mode}/{told.sent}; {told.type}"),
        *(("Error", error) for error in told.errors),
        *told.extensions.items(),
    )
    fields = [(name, value) for name, value in given if value is not None]
    returned = BodyPart("message/rfc822", original) if original is not None else None
    return report_body(_KIND, told.text or "", [fields], returned)
