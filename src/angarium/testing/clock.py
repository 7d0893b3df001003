"""The clock of a server in a test: real time until the test sets it, and from then on wherever the test puts it."""

import time
from datetime import datetime

from angarium.formats.primitives import parse_utc


class Clock:
    """Epoch milliseconds as the server sees them; once set it stands still but for `advance`."""

    def __init__(self) -> None:
        self._stands: int | None = None

    def __call__(self) -> int:
        """The time in epoch milliseconds."""
        return time.time_ns() // 1_000_000 if self._stands is None else self._stands

    def set(self, moment: str | int | datetime) -> None:
        """Stand at a moment: a UTCDate, epoch milliseconds, or a datetime with its zone. ValueError for others."""
        self._stands = _milliseconds(moment)

    def advance(self, seconds: float) -> None:
        """Go on by so many seconds from what the time is now, and stand there."""
        self._stands = self() + round(seconds * 1000)

    def run(self) -> None:
        """Go with real time again."""
        self._stands = None


def _milliseconds(moment: str | int | datetime) -> int:
    match moment:
        case datetime() if moment.tzinfo is None:
            raise ValueError("a datetime needs a time zone, such as datetime.UTC, to name a moment")
        case datetime():
            return round(moment.timestamp() * 1000)
        case str():
            parsed = parse_utc(moment)
            if parsed is None:
                raise ValueError(f"{moment!r} is no UTCDate such as 2026-01-31T09:00:00Z")
            return parsed
    return int(moment)
