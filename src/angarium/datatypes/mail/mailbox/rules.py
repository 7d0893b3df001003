"""What a mailbox may be in itself: its name, its role, and how they are kept (RFC 8621 §2, RFC 5198, RFC 8457)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from angarium.datatypes.mail.mailbox.record import MailboxRecord
from angarium.engine.errors import invalid_properties
from angarium.engine.shapes import Shape, integer_from, nullable, one_of, text_of
from angarium.formats.json import JSON

DEEPEST: Final = 10
"""Levels of mailboxes: one more than the ancestors that a mailbox may have."""

LONGEST_NAME: Final = 255
"""Octets of UTF-8."""

ROLES: Final = (
    "all",
    "archive",
    "drafts",
    "flagged",
    "important",
    "inbox",
    "junk",
    "memos",
    "scheduled",
    "sent",
    "snoozed",
    "subscribed",
    "trash",
)
"""The names of IANA's registry "IMAP Mailbox Name Attributes" that tell what a mailbox is for (RFC 9979 the newest)."""

NAME: Final[Shape] = text_of(LONGEST_NAME, 1)
ROLE: Final[Shape] = nullable(one_of(ROLES))
SORT_ORDER: Final[Shape] = integer_from(0, 2**31 - 1)

_UNSEEN: Final = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Controls, lone surrogates, line and paragraph separators (RFC 5198 §2)."""

_NO_CHARACTER: Final = re.compile(
    f"[\ufdd0-\ufdef{''.join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))}]"
)
"""What will never be a character; one that a newer Unicode has and our tables do not is one all the same."""


def normalized_name(name: str) -> str:
    """A name in the normal form that is kept; SetError for one that is no Net-Unicode or too long then."""
    normal = unicodedata.normalize("NFC", name)
    if _NO_CHARACTER.search(normal) or any(unicodedata.category(character) in _UNSEEN for character in normal):
        raise invalid_properties("name: must not hold control characters", "name")
    if not normal.strip():
        raise invalid_properties("name: must not be blank", "name")
    if len(normal.encode()) > LONGEST_NAME:
        raise invalid_properties(f"name: must have at most {LONGEST_NAME} octets in its normal form", "name")
    return normal


def changed(box: MailboxRecord, values: Mapping[str, JSON], who: str) -> MailboxRecord:
    """The record with checked values of properties in it; SetError for a name that may not be."""
    after = replace(
        box,
        name=normalized_name(cast(str, values["name"])) if "name" in values else box.name,
        parent=cast("str | None", values.get("parentId", box.parent)),
        role=cast("str | None", values.get("role", box.role)),
        sort_order=cast(int, values.get("sortOrder", box.sort_order)),
    )
    if "isSubscribed" not in values:
        return after
    without = box.subscribers - {who}
    return replace(after, subscribers=without | {who} if values["isSubscribed"] else without)
