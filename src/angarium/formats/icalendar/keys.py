"""Keys of JSCalendar objects made from what iCalendar has: always the same for the same value.

draft-ietf-calext-jscalendar-icalendar §2.1.3: JSID, else UUID version 5 of the value in the draft's namespace.
"""

from hashlib import sha1
from typing import Final
from uuid import UUID

from angarium.formats.primitives import ID

_NAMESPACE: Final = UUID("7f1e1965-ae73-4454-b088-232c90730ce2").bytes


def of_value(value: str) -> str:
    """The UUIDv5 of a value."""
    digest = sha1(_NAMESPACE + value.encode("utf-8", "replace"), usedforsecurity=False).digest()
    octets = digest[:6] + bytes([digest[6] & 0x0F | 0x50, digest[7], digest[8] & 0x3F | 0x80]) + digest[9:16]
    text = octets.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def of_uid(uid: str) -> str:
    """A UID as it is, where it may be a key."""
    return uid if ID.match(uid) else of_value(uid)


def given(jsid: str | None) -> str | None:
    """A JSID, where it may be a key."""
    return jsid if jsid is not None and ID.match(jsid) else None
