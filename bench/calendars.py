"""Calendars: the rows of an account with many events beside ``Core/echo``.

Only these measurements may live here; the events are in ``bench.events``. A month that nobody has looked at yet is a
row of its own. JMAP calendars §5.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from angarium.datatypes.calendars.ingest import checked
from angarium.formats.icalendar import write
from bench import server
from bench.account import Account, Call, JmapError
from bench.beside import imported_beside
from bench.events import AFTER, BEFORE, COMMON_EVERY, COMMON_TITLE, EVENTS, FAR_AFTER, FAR_BEFORE, IN_MONTH, events
from bench.ground import PAGE, Ground, without_mail
from bench.measure import Samples, Subject, even_shares, sample
from bench.result import ImportCost
from bench.rows import Api, Check, Row, Step, ids_asked

CALENDARS = "urn:ietf:params:jmap:calendars"
_PASSES = 2
_POOL = 500
_AT_ONCE = 250
_NEW_YORK = {"timeZone": "America/New_York"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out: the import, and the samples of each row."""

    imported: ImportCost
    subject: Subject
    rows: Sequence[tuple[Row, Samples]]


def measure(ours: str, folder: Path, rounds: int, say: Callable[[str], None]) -> Measured:
    """Import the events into a store of their own; make them in another one, and run the rows there."""
    imported = _imported(folder, say)
    with (
        server.serve(server.fresh(folder / "calendars")) as process,
        closing(Account(server.login(process), CALENDARS)) as account,
    ):
        say(f"making {EVENTS:,} events")
        _load(account)
        process.rest()
        say(f"{EVENTS:,} events: {rounds} rounds of each row, in {_PASSES} passes")
        subject = Subject(ours, account, without_mail(account.id, EVENTS), process)
        rows = [(row, Samples()) for row in declared(*_pools(account))]
        for share in even_shares(rounds, _PASSES):
            for row, taken in rows:
                sample(subject, row, share, taken)
    return Measured(imported, subject, rows)


def declared(pool: Sequence[str], instances: Sequence[str]) -> tuple[Row, ...]:
    """The rows; the pools are ids of events, and of instances in the month."""
    return (
        Row("month", _fixed(AFTER, BEFORE), _finds_month),
        Row("month, seen from New York", _fixed(AFTER, BEFORE, **_NEW_YORK), _finds_month),
        Row("50 instances", (_get(instances),), _gets_page),
        Row("month in 200 years", _fixed(FAR_AFTER, FAR_BEFORE), _finds_month),
        Row("month after one event", _fixed(AFTER, BEFORE), _finds_month, before=(_edit(pool, "Seen"),)),
        Row("events by title", (_titled,), _finds(EVENTS // COMMON_EVERY)),
        Row("50 events", (_get(pool),), _gets_page),
        Row("changes after one event", (_changes,), _one_changed, before=(_edit(pool, "Read"),)),
        Row("one event", (_edit(pool, "Kept"),), lambda _, got: len(got[-1][1]["updated"]) == 1, commits=1),
        Row("month never looked at", (_new_month,), _finds_month),  # last, as it drives the others out of memory
    )


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


def _pools(account: Account) -> tuple[list[str], list[str]]:
    whole = account.call(("CalendarEvent/query", {"accountId": account.id, "limit": _POOL}, "q"))[0][1]["ids"]
    instances = account.call(_month(account.id, AFTER, BEFORE))[0][1]["ids"]
    if len(instances) < IN_MONTH:
        raise JmapError(f"the month holds {len(instances)} instances, not {IN_MONTH}")
    return whole, instances[:_POOL]


def _month(account: str, after: str, before: str, **more: str) -> Call:
    arguments = {
        "accountId": account,
        "filter": {"after": after, "before": before},
        "sort": [{"property": "start"}],
        "expandRecurrences": True,
    }
    return ("CalendarEvent/query", arguments | more, "q")


def _fixed(after: str, before: str, **more: str) -> tuple[Step, ...]:
    return (lambda ground, _turn, _earlier: Api([_month(ground.account, after, before, **more)]),)


def _new_month(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
    year = 2028 + turn
    return Api([_month(ground.account, f"{year}-03-01T00:00:00", f"{year}-04-01T00:00:00")])


def _finds_month(_ground: Ground, got: Sequence[Call]) -> bool:
    return len(got[-1][1]["ids"]) > 0.9 * IN_MONTH


def _titled(ground: Ground, _turn: int, _earlier: Sequence[bytes]) -> Api:
    arguments = {"accountId": ground.account, "filter": {"title": COMMON_TITLE}, "limit": PAGE}
    return Api([("CalendarEvent/query", arguments | {"sort": [{"property": "start"}]}, "q")])


def _finds(count: int) -> Check:
    return lambda _, got: len(got[0][1]["ids"]) == min(PAGE, count)


def _get(pool: Sequence[str]) -> Step:
    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        return Api([("CalendarEvent/get", {"accountId": ground.account, "ids": ids_asked(turn, pool, PAGE)}, "g")])

    return step


def _gets_page(_ground: Ground, got: Sequence[Call]) -> bool:
    return len(got[0][1]["list"]) == PAGE


def _edit(pool: Sequence[str], word: str) -> Step:
    """Writes another description into one event, and tells the state before."""

    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        account = {"accountId": ground.account}
        patch = {ids_asked(turn, pool, 1)[0]: {"description": f"{word} {turn}"}}
        return Api(
            [
                ("CalendarEvent/get", account | {"ids": []}, "g"),
                ("CalendarEvent/set", account | {"update": patch}, "s"),
            ]
        )

    return step


def _changes(ground: Ground, _turn: int, earlier: Sequence[bytes]) -> Api:
    state = orjson.loads(earlier[-1])["methodResponses"][0][1]["state"]
    return Api([("CalendarEvent/changes", {"accountId": ground.account, "sinceState": state}, "c")])


def _one_changed(_ground: Ground, got: Sequence[Call]) -> bool:
    changes = got[0][1]
    return [len(changes[kind]) for kind in ("created", "updated", "destroyed")] == [0, 1, 0]
