"""The deterministic calendar of the benchmark: events as people have them, a third recurring, some since 1995.

Event ``n`` is the same however many are asked for. Only what is sent to make them may live here. The month is the one
that ``AFTER`` and ``BEFORE`` enclose; in the first 10,000 events ``IN_MONTH`` instances fall into it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from bench.vocabulary import Vocabulary, build

SEED = 5545
EVENTS = 10_000
AFTER, BEFORE = "2026-10-01T00:00:00", "2026-11-01T00:00:00"
IN_MONTH = 3_000
"""Instances of the first 10,000 events in the month, at the least."""

FAR_AFTER, FAR_BEFORE = "2226-10-01T00:00:00", "2226-11-01T00:00:00"
COMMON_TITLE = "Stocktaking"
COMMON_EVERY = 20
"""Events to one that has this title."""

_FIRST = date(1995, 1, 2)
_DAYS = (date(2027, 6, 30) - _FIRST).days
_ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Melbourne", None)
_WEEKDAYS = ("mo", "tu", "we", "th", "fr")


def events(count: int) -> Iterator[dict[str, Any]]:
    """The first so many, without ``calendarIds``."""
    vocabulary = build(SEED)
    for number in range(count):
        yield event(vocabulary, number)


def event(vocabulary: Vocabulary, number: int) -> dict[str, Any]:
    """One event."""
    rng = Random(f"{SEED} event {number}")
    recurs = number % 3 == 0
    start = _FIRST + timedelta(days=rng.randrange(_DAYS if not recurs else _DAYS - 400))
    found: dict[str, Any] = {
        "uid": f"bench-event-{number}",
        "title": COMMON_TITLE if number % COMMON_EVERY == 0 else rng.choice(vocabulary.sentences["ascii"])[:40],
        "description": "\n".join(vocabulary.prose(rng, "ascii", 200)) if number % 2 else "",
        "start": f"{start}T{rng.randrange(7, 20):02}:{rng.choice((0, 15, 30, 45)):02}:00",
        "timeZone": rng.choice(_ZONES),
        "duration": rng.choice(("PT30M", "PT1H", "PT2H")),
        "locations": {"1": {"name": f"Room {rng.randrange(40)}"}},
        "alerts": {"1": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT15M"}, "action": "display"}},
    }
    if number % 10 == 0:
        found |= {"start": f"{start}T00:00:00", "timeZone": None, "duration": "P1D", "showWithoutTime": True}
    if number % 8 == 0:
        found["participants"] = {str(at): _participant(vocabulary, rng, at) for at in range(rng.randrange(2, 6))}
    if recurs:
        found["recurrenceRule"] = _rule(rng, number // 3, start)
    return found


def _participant(vocabulary: Vocabulary, rng: Random, at: int) -> dict[str, Any]:
    person = vocabulary.person(rng)
    roles = {"owner": True, "required": True} if at == 0 else {"required": True}
    return {"name": person.name, "calendarAddress": f"mailto:{person.address}", "roles": roles}


def _rule(rng: Random, number: int, start: date) -> dict[str, Any]:
    """Of a hundred, one daily, seven weekly, fifteen monthly, ten yearly without an end; the rest have ended."""
    kind = number % 100
    if kind < 1:
        return {"frequency": "daily"}
    if kind < 8:
        return {"frequency": "weekly", "byDay": [{"day": day} for day in rng.sample(_WEEKDAYS, rng.randrange(1, 3))]}
    if kind < 23:
        return {"frequency": "monthly", "byDay": [{"day": rng.choice(_WEEKDAYS), "nthOfPeriod": rng.randrange(1, 4)}]}
    if kind < 33:
        return {"frequency": "yearly"}
    until = start + timedelta(days=rng.randrange(30, 400))
    return {"frequency": "weekly", "until": f"{min(until, date(2026, 9, 1))}T23:59:59"}
