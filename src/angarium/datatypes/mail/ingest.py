"""From the octets of a message to everything that the message index keeps of it (RFC 8621 §4.1).

Pure but for `store`: bulk imports run `new_message` in a process of their own. Email/set, /import and /copy use both,
so an email is the same however it came.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, cast

from angarium.formats.json import JSON, encode
from angarium.formats.message import (
    Envelope,
    Message,
    Octets,
    attachment_names,
    base_subject,
    compact,
    envelope,
    has_attachment,
    parse,
    preview,
    search_words,
)
from angarium.formats.primitives import parse_date
from angarium.store.contract import AccountKey, BlobHash, NewMessage, SearchText, StagedBlob, Stored, Transaction

_LONGEST_SORT: Final = 120
"""Characters of a text that sorting compares."""

_MOST_REFERENCES: Final = 50
"""Ids of References that take part in threading, the last ones: those before are further away in the thread."""

_Addresses = Sequence[Mapping[str, str | None]] | None


def new_message(data: Octets, keywords: Collection[str], mailboxes: Collection[str], received: int) -> NewMessage:
    """Everything to store of a message; `received` in epoch milliseconds, keywords already in lower case.

    Raises FormatError when the octets have no header at all.
    """
    return from_message(data, parse(data), keywords, mailboxes, received)


def from_message(
    data: Octets,
    message: Message,
    keywords: Collection[str],
    mailboxes: Collection[str],
    received: int,
    blob: BlobHash | None = None,
) -> NewMessage:
    """The same for octets that were parsed already, and perhaps named."""
    told = envelope(message.headers)
    subject = base_subject(told.subject or "")
    sent = parse_date(told.sent_at) if told.sent_at else None
    return NewMessage(
        blob=blob or BlobHash(hashlib.sha256(data).hexdigest()),
        size=len(data),
        received=received,
        sent=round(sent.timestamp() * 1000) if sent else None,
        keywords=frozenset(keywords),
        mailboxes=frozenset(mailboxes),
        metadata={name: encode(value) for name, value in _metadata(data, message, told).items()},
        thread_ids=tuple(
            dict.fromkeys(
                (*(told.message_id or ()), *(told.in_reply_to or ()), *(told.references or ())[-_MOST_REFERENCES:])
            )
        ),
        thread_subject="".join(subject.casefold().split()),  # RFC 8621 §3: compared without white space
        sort_subject=sort_key(subject),
        sort_from=sort_key(_first_name(told.from_)),
        sort_to=sort_key(_first_name(told.to)),
        search=_search(data, message, told),
    )


def store(transaction: Transaction, account: AccountKey, message: NewMessage, blob: StagedBlob | bytes) -> Stored:
    """Keep a message and its octets."""
    transaction.blobs.add(blob)
    return transaction.messages.add(account, message)


def header_properties(told: Envelope) -> dict[str, JSON]:
    """The convenience properties of RFC 8621 §4.1.3."""
    return {
        "messageId": cast(JSON, told.message_id),
        "inReplyTo": cast(JSON, told.in_reply_to),
        "references": cast(JSON, told.references),
        "sender": cast(JSON, told.sender),
        "from": cast(JSON, told.from_),
        "to": cast(JSON, told.to),
        "cc": cast(JSON, told.cc),
        "bcc": cast(JSON, told.bcc),
        "replyTo": cast(JSON, told.reply_to),
        "subject": told.subject,
        "sentAt": told.sent_at,
    }


def sort_key(text: str) -> str:
    """The folded beginning of a text, by which it sorts."""
    return unicodedata.normalize("NFKD", text[: 2 * _LONGEST_SORT]).casefold().strip()[:_LONGEST_SORT]


def _metadata(data: Octets, message: Message, told: Envelope) -> dict[str, JSON]:
    return header_properties(told) | {
        "hasAttachment": has_attachment(message.structure),
        "preview": preview(data, message.structure),
        "structure": cast(JSON, compact(message.structure)),
    }


def _first_name(addresses: _Addresses) -> str:
    """RFC 8621 §4.4.2: the name of the first address, else its email, else nothing."""
    first = addresses[0] if addresses else {}
    return first.get("name") or first.get("email") or ""


def _search(data: Octets, message: Message, told: Envelope) -> SearchText:
    return SearchText(
        from_=_words(told.from_),
        to=_words(told.to),
        cc=_words(told.cc),
        bcc=_words(told.bcc),
        subject=told.subject or "",
        body=search_words(data, message.structure),
        attachments=attachment_names(message.structure),
    ).prepared()


def _words(addresses: _Addresses) -> str:
    return "\n".join(
        _present(item for address in addresses or () for item in (address.get("name"), address.get("email")))
    )


def _present(texts: Iterable[str | None]) -> Iterable[str]:
    return (text for text in texts if text)
