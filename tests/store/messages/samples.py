"""Messages to store, made from the few facts that a test cares about."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from angarium.store.contract import METADATA, BlobHash, NewMessage, SearchText

START = 1_700_000_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The facts; `name` makes the octets unique."""

    name: str
    received: int = START
    keywords: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset({"B1"})
    message_ids: tuple[str, ...] = ()
    subject: str = "subject"
    sender: str = ""
    to: str = ""
    size: int = 100
    sent: int | None = None
    has_attachment: bool = False
    text: SearchText = field(default_factory=SearchText)


def sample(
    name: str, minutes: int = 0, mailboxes: Iterable[str] = ("B1",), keywords: Iterable[str] = (), thread: str = ""
) -> Sample:
    """A message received so many minutes after the first, alone in its thread unless one is named."""
    return Sample(
        name,
        START + minutes * 60_000,
        frozenset(keywords),
        frozenset(mailboxes),
        (f"<{name}@x>", *((thread,) if thread else ())),
    )


def blob(name: str) -> BlobHash:
    return BlobHash(hashlib.sha256(name.encode()).hexdigest())


def new(facts: Sample) -> NewMessage:
    """What the store is given."""
    values: dict[str, object] = {
        **dict.fromkeys(METADATA),
        "subject": facts.subject,
        "hasAttachment": facts.has_attachment,
        "preview": f"preview of {facts.name}",
        "messageId": [f"{facts.name}@x"],
    }
    return NewMessage(
        blob=blob(facts.name),
        size=facts.size,
        received=facts.received,
        sent=facts.sent,
        keywords=facts.keywords,
        mailboxes=facts.mailboxes,
        metadata={name: orjson.dumps(value) for name, value in values.items()},
        thread_ids=facts.message_ids,
        thread_subject=facts.subject,
        sort_subject=facts.subject,
        sort_from=facts.sender,
        sort_to=facts.to,
        search=facts.text,
    )
