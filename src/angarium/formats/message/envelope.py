"""The convenience properties of an Email: its usual header fields in their usual forms.

One walk over the fields gives all; values are ready for JSON. RFC 8621 §4.1.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from angarium.formats.message.addresses import EmailAddress, parse_addresses
from angarium.formats.message.dates import format_rfc3339, parse_date
from angarium.formats.message.forms import parse_message_ids
from angarium.formats.message.header_text import text_form, unfolded
from angarium.formats.message.values import Header


@dataclass(frozen=True, slots=True)
class Envelope:
    """Values as RFC 8621 §4.1.3 types them; None where the field is absent or cannot be read."""

    message_id: list[str] | None
    in_reply_to: list[str] | None
    references: list[str] | None
    sender: list[EmailAddress] | None
    from_: list[EmailAddress] | None
    to: list[EmailAddress] | None
    cc: list[EmailAddress] | None
    bcc: list[EmailAddress] | None
    reply_to: list[EmailAddress] | None
    subject: str | None
    sent_at: str | None


def envelope(headers: Iterable[Header]) -> Envelope:
    """Read the usual fields of a message, of which the last instance counts."""
    last = {header.name.lower(): header.raw for header in headers}

    def addresses(name: str) -> list[EmailAddress] | None:
        raw = last.get(name)
        return parse_addresses(raw) if raw is not None else None

    def message_ids(name: str) -> list[str] | None:
        raw = last.get(name)
        return parse_message_ids(raw) if raw is not None else None

    subject, date = last.get("subject"), last.get("date")
    moment = parse_date(unfolded(date)) if date is not None else None
    return Envelope(
        message_id=message_ids("message-id"),
        in_reply_to=message_ids("in-reply-to"),
        references=message_ids("references"),
        sender=addresses("sender"),
        from_=addresses("from"),
        to=addresses("to"),
        cc=addresses("cc"),
        bcc=addresses("bcc"),
        reply_to=addresses("reply-to"),
        subject=text_form(subject) if subject is not None else None,
        sent_at=format_rfc3339(moment) if moment else None,
    )
