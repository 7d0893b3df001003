"""Id, Int, UnsignedInt, Date and UTCDate (RFC 8620 §1.2 to §1.4): what they may be, and times both ways."""

import re
from datetime import UTC, datetime

ID = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(?!0+[Z+-])(\d+))?(Z|[+-]\d\d:[0-5]\d)\Z",
    re.ASCII,
)
LARGEST = 2**53 - 1


def is_id(value: object) -> bool:
    """Whether a value may be an Id (RFC 8620 §1.2)."""
    return isinstance(value, str) and ID.match(value) is not None


def is_integer(value: object, low: int = -LARGEST, high: int = LARGEST) -> bool:
    """Whether a value is an Int in a range; true and false are not (RFC 8620 §1.3)."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def parse_date(text: str) -> datetime | None:
    """The moment that a Date names (RFC 8620 §1.4); None for any other text.

    Letters are upper case, and a fraction of a second is not zero. A leap second counts as the second before.
    """
    found = _DATE.match(text)
    if not found:
        return None
    head = text[:17] + ("59" if found[6] == "60" else found[6])
    fraction = f".{found[7][:6]:0<6}" if found[7] else ""
    zone = "+00:00" if found[8] == "Z" else found[8]
    try:
        moment = datetime.fromisoformat(head + fraction + zone)
        return moment.astimezone(UTC) if found[8] == "Z" else moment
    except (ValueError, OverflowError):
        return None


def parse_utc(text: str) -> int | None:
    """Epoch milliseconds of a UTCDate; None for any other text."""
    moment = parse_date(text) if text.endswith("Z") else None
    return None if moment is None else round(moment.timestamp() * 1000)


def format_utc(milliseconds: int) -> str:
    """The UTCDate of epoch milliseconds; the fraction only when there is one."""
    seconds, rest = divmod(milliseconds, 1000)
    text = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{text}.{rest:03d}".rstrip("0") + "Z" if rest else text + "Z"
