"""Synthetic ids: an instance by the id of its event and its recurrence id (JMAP calendars §5.5)."""

import re
from typing import Final

_SYNTHETIC: Final = re.compile(r"([A-Za-z]\d{1,18})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\Z", re.ASCII)


def synthetic(event: str, recurrence_id: str) -> str:
    """The id of an instance: letters and digits of the recurrence id after that of the event."""
    return f"{event}-{recurrence_id.replace('-', '').replace(':', '')}"


def split(given: str) -> tuple[str, str | None]:
    """The event that an id names, and the recurrence id when it names an instance."""
    found = _SYNTHETIC.match(given) if "-" in given else None
    if found is None:
        return given, None
    event, year, month, day, hour, minute, second = found.groups()
    return event, f"{year}-{month}-{day}T{hour}:{minute}:{second}"
