"""Where an email is filed: mailboxes that exist, at least one, and keywords as they are kept (RFC 8621 §4.1.1)."""

from collections.abc import Mapping
from typing import Final, cast

from angarium.datatypes.blobs import BlobId
from angarium.datatypes.mail.keywords import KEYWORDS, normalized
from angarium.datatypes.mail.mailbox import existing
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.shapes import Shape, map_of, nullable, reference, true, utc_date
from angarium.formats.json import JSON
from angarium.formats.primitives import parse_utc
from angarium.store.contract import Stored

MOST_MAILBOXES: Final = 100
"""In which one email may be."""

MAILBOX_IDS: Final[Shape] = map_of(reference, true)
RECEIVED_AT: Final[Shape] = nullable(utc_date)

FILING: Final[Mapping[str, Shape]] = {"mailboxIds": MAILBOX_IDS, "keywords": KEYWORDS, "receivedAt": RECEIVED_AT}
"""The properties that do not come from the message itself."""


def mailboxes(call: Call, value: JSON) -> frozenset[str]:
    """The checked set of mailboxes; SetError when it is empty, too large, or names what is not there."""
    wanted = frozenset(cast("dict[str, JSON]", value))
    if not wanted:
        raise invalid_properties("mailboxIds: an email is in at least one mailbox", "mailboxIds")
    if len(wanted) > MOST_MAILBOXES:
        raise SetError(SetErrorType.TOO_MANY_MAILBOXES, f"an email is in at most {MOST_MAILBOXES} mailboxes")
    unknown = wanted - existing(call.snapshot.records, call.account.key, wanted)
    if unknown:
        raise invalid_properties(f"mailboxIds: there is no mailbox {', '.join(sorted(unknown)[:5])}", "mailboxIds")
    return wanted


def keywords(value: JSON) -> frozenset[str]:
    """The set of keywords in lower case; SetError tooManyKeywords."""
    return normalized(cast("dict[str, JSON]", value))


def moment(value: JSON) -> int | None:
    """Epoch milliseconds of a checked UTCDate."""
    return parse_utc(value) if isinstance(value, str) else None


def resolved(call: Call, value: JSON) -> dict[str, JSON]:
    """mailboxIds with `#creationId`s replaced; SetError for one that stands for nothing."""
    ids: dict[str, JSON] = {}
    for name, item in cast("dict[str, JSON]", value).items():
        mailbox = call.resolve(name)
        if mailbox is None:
            raise invalid_properties(f"mailboxIds: nothing was created as '{name}'", "mailboxIds")
        ids[mailbox] = item
    return ids


def created(stored: Stored) -> dict[str, JSON]:
    """What a client is told of an email that was just stored (RFC 8621 §4.6 to §4.8)."""
    return {"id": stored.id, "blobId": str(BlobId(stored.blob)), "threadId": stored.thread, "size": stored.size}
