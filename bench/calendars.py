"""Calendars: the rows of an account with many events beside ``Core/echo``.

Only these measurements may live here; the events are in ``bench.events``. A month that nobody has looked at yet is a
row of its own. JMAP calendars §5.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from angarium.datatypes.calendars.ingest import checked
from angarium.formats.icalendar import write
from bench import objects, server
from bench.account import Account, Call, JmapError
from bench.beside import imported_beside
from bench.events import AFTER, BEFORE, COMMON_EVERY, COMMON_TITLE, EVENTS, FAR_AFTER, FAR_BEFORE, IN_MONTH, events
from bench.ground import Ground, without_mail
from bench.measure import Subject
from bench.objects import POOL, Measured
from bench.result import ImportCost
from bench.rows import Api, Check, Row, Step

_AT_ONCE = 250
_NEW_YORK = {"timeZone": "America/New_York"}
_BY_START = [{"property": "start"}]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server speaks of events: its capability, what ends a time in a filter, and what it is not asked for.

    ``zoned`` is whether a query can have a time zone, ``endless`` whether recurrences go on for centuries.
    """

    capability: str
    moment: str = ""
    zoned: bool = True
    endless: bool = True

    def month(self, account: str, after: str, before: str, **more: str) -> Call:
        """The query for the instances between two times."""
        arguments = {
            "accountId": account,
            "filter": {"after": after + self.moment, "before": before + self.moment},
            "sort": _BY_START,
            "expandRecurrences": True,
        }
        return ("CalendarEvent/query", arguments | more, "q")


STANDARD = Dialect("urn:ietf:params:jmap:calendars")


@dataclass(frozen=True, slots=True)
class Pool:
    """Ids of events and of instances in the month, and how many such instances there are."""

    events: Sequence[str]
    instances: Sequence[str]
    in_month: int


def measure(ours: str, folder: Path, rounds: int, say: Callable[[str], None]) -> Measured:
    """Import the events into a store of their own; make them in another one, and run the rows there."""
    imported = _imported(folder, say)
    with (
        server.serve(server.fresh(folder / "calendars")) as process,
        closing(Account(server.login(process), STANDARD.capability)) as account,
    ):
        say(f"making {EVENTS:,} events")
        _load(account)
        process.rest()
        found = pool(account)
        if found.in_month < IN_MONTH:
            raise JmapError(f"the month holds {found.in_month} instances, not {IN_MONTH}")
        say(f"{EVENTS:,} events: {rounds} rounds of each row")
        subject = Subject(ours, account, without_mail(account.id, EVENTS), process)
        return Measured(imported, subject, objects.run(subject, declared(found, EVENTS), rounds))


def declared(pool: Pool, count: int, dialect: Dialect = STANDARD) -> tuple[Row, ...]:
    """The rows on an account of so many events."""
    finds = _finds_month(pool.in_month)
    month = _fixed(dialect, AFTER, BEFORE)
    zoned = Row("month, seen from New York", (_fixed(dialect, AFTER, BEFORE, **_NEW_YORK),), finds)
    far = Row("month in 200 years", (_fixed(dialect, FAR_AFTER, FAR_BEFORE),), finds)
    titled = objects.query("CalendarEvent", filter={"title": COMMON_TITLE}, sort=_BY_START)
    return (
        Row("month", (month,), finds),
        *([zoned] if dialect.zoned else []),
        Row("50 instances", (objects.get("CalendarEvent", pool.instances),), objects.gets_page),
        *([far] if dialect.endless else []),
        Row("month after one event", (month,), finds, before=(_edit(pool, "Seen"),)),
        Row("events by title", (titled,), objects.finds(count // COMMON_EVERY)),
        Row("50 events", (objects.get("CalendarEvent", pool.events),), objects.gets_page),
        Row(
            "changes after one event",
            (objects.changes("CalendarEvent"),),
            objects.one_changed,
            before=(_edit(pool, "Read"),),
        ),
        Row("one event", (_edit(pool, "Kept"),), objects.one_updated, commits=1),
        # Last, as it drives the other months out of memory.
        *([Row("month never looked at", (_new_month(dialect),), finds)] if dialect.endless else []),
    )


def pool(account: Account, dialect: Dialect = STANDARD) -> Pool:
    """What an account holds."""
    whole = account.call(("CalendarEvent/query", {"accountId": account.id, "limit": POOL}, "q"))[0][1]["ids"]
    instances = account.call(dialect.month(account.id, AFTER, BEFORE))[0][1]["ids"]
    return Pool(whole, instances[:POOL], len(instances))


def _imported(folder: Path, say: Callable[[str], None]) -> ImportCost:
    file = folder / "events.ics"
    try:
        file.write_bytes(write(map(checked, events(EVENTS)), "-//Angarium//bench//EN"))
        say(f"importing {EVENTS:,} events, and parsing them with icalendar")
        return imported_beside(server.fresh(folder / "imported"), file, "bench.icalendar_parse", EVENTS)
    finally:
        file.unlink(missing_ok=True)


def _load(account: Account) -> None:
    calendar = account.call(("Calendar/get", {"accountId": account.id, "ids": None}, "c"))[0][1]["list"][0]["id"]
    made = [{**event, "calendarIds": {calendar: True}} for event in events(EVENTS)]
    for at in range(0, EVENTS, _AT_ONCE):
        create = {str(number): event for number, event in enumerate(made[at : at + _AT_ONCE])}
        account.call(("CalendarEvent/set", {"accountId": account.id, "create": create}, "s"))


def _fixed(dialect: Dialect, after: str, before: str, **more: str) -> Step:
    return lambda ground, _turn, _earlier: Api([dialect.month(ground.account, after, before, **more)])


def _new_month(dialect: Dialect) -> Step:
    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        year = 2028 + turn
        return Api([dialect.month(ground.account, f"{year}-03-01T00:00:00", f"{year}-04-01T00:00:00")])

    return step


def _finds_month(usual: int) -> Check:
    return lambda _ground, got: len(got[-1][1]["ids"]) > 0.9 * usual


def _edit(pool: Pool, word: str) -> Step:
    """Writes another description into one event, and tells the state before."""
    return objects.edit("CalendarEvent", pool.events, lambda turn: {"description": f"{word} {turn}"})
