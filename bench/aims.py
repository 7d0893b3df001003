"""The aims of the project as tables, and the verdict on a report.

Only limits and their comparison may live here: no timing, no text layout. A figure that was not measured has no
verdict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.curves import curves
from bench.result import Report, RowResult

# Multiples of Core/echo in the same run, at the median; rows that commit, beyond what their fsyncs take alone.
ROW_AIMS = {"query of 50": 3.0, "50 list rows": 4.0, "first screen": 12.0, "keyword 1": 5.0, "upload + import": 12.0}
ECHO_AIM = 1.5  # multiples of the bare ASGI echo
GROWTH_AIM = 1.5  # multiple at the largest store over that at the smallest
GROWTH_AIMS = {"common word": 3.0}
STARTUP_AIM = 1.2  # first answer on the largest store over that on an empty one
KILLED_AIM = 5.0  # seconds to the first answer after SIGKILL, at the ninetieth percentile
INSIDE_AIM = 1.5  # first answer inside a test over importing the dependencies
BACK_AIM = 10.0  # going back to the beginning, times an echo
PEER_AIM = 5.0  # times faster than the peer
DELIVERY_PEER_AIM = 6.0  # times the peer's rate
DELIVERY_GROWTH_AIM = 2.5  # our rate at the most connections over that at one

IDLE = "idle"
SERVING = "serving the largest mailbox"
UPLOAD = "added by an upload of 50 MB"
IMPORT = "importing an mbox"
EVENT_SOURCE = "added by one idle event source"
WEB_SOCKET = "added by one idle WebSocket"
MEMORY_AIMS = {
    IDLE: 80_000_000,
    SERVING: 150_000_000,
    UPLOAD: 10_000_000,
    IMPORT: 200_000_000,
    EVENT_SOURCE: 100_000,
    WEB_SOCKET: 100_000,
}
# The same, for contacts and for calendars.
CARD_AIMS = {
    "cards by text": 8.0,
    "cards by common text": 8.0,
    "cards by common text, by name": 8.0,
    "50 cards": 6.0,
    "changes after one card": 3.0,
}
EVENT_AIMS = {"month": 40.0, "50 events": 8.0, "50 instances": 8.0, "changes after one event": 3.0}
CARD_IMPORT_AIM = 1.0  # CPU of importing cards, over that of another library that only parses them
EVENT_IMPORT_AIM = 1.0  # the same for events
OLDER_AIM = 1.3  # requests of the older dialect over modern ones for the same things
HOLDING_AIM = 0.25  # seconds for which a request that writes should hold up others
PUSH_AIM = 15.0  # multiples of Core/echo, within one process
PUSH_ACROSS_AIM = 60.0  # and from one process to another


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was aimed at, what came out (same unit), and whether it holds."""

    aim: str
    limit: float
    measured: float
    unit: str
    at_least: bool = False
    broken: str = ""

    @property
    def holds(self) -> bool:
        """Whether the aim is met, on terms that were not ``broken``."""
        if self.broken:
            return False
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def judge(report: Report) -> list[Verdict]:
    """A verdict for each aim whose figures are in the report."""
    parts = (_echo, _rows, _growth, _memory, _startup, _push, _delivery, _contacts, _calendars, _inside, _older)
    return [verdict for part in parts for verdict in part(report)]


def ours(report: Report) -> list[RowResult]:
    """The rows of our own server."""
    return [row for row in report.rows if row.subject == report.ours]


def sizes(rows: Sequence[RowResult]) -> list[int]:
    """The store sizes that were measured, ascending."""
    return sorted({row.messages for row in rows})


def _echo(report: Report) -> Iterator[Verdict]:
    if report.bare:
        yield Verdict("Core/echo, times a bare ASGI echo", ECHO_AIM, 1 / report.bare.multiple, "×")


def _rows(report: Report) -> Iterator[Verdict]:
    fsync = report.fsync.p50 if report.fsync else 0.0
    for row in ours(report):
        if row.row in ROW_AIMS:
            beyond = f", beyond {row.commits} fsync" if row.commits else ""
            name = f"{row.row} at {row.messages:,} messages, times Core/echo{beyond}"
            multiple = row.multiple_beyond(fsync)
            # Faster than the disk alone: then nothing can have reached it before the answer left.
            durable = row.is_durable and multiple > 0
            yield Verdict(name, ROW_AIMS[row.row], multiple, "×", broken="" if durable else "not durable")


def _growth(report: Report) -> Iterator[Verdict]:
    for curve in curves(ours(report)):
        small, large = curve.points[0].messages, curve.points[-1].messages
        aim = f"{curve.row}, {large:,} over {small:,} messages"
        yield Verdict(aim, growth_limit(curve.row), curve.growth, "×")


def growth_limit(row: str) -> float:
    """How many times a row may cost at the largest store what it costs at the smallest."""
    return GROWTH_AIMS.get(row, GROWTH_AIM)


def _memory(report: Report) -> Iterator[Verdict]:
    for reading in report.memory:
        yield Verdict(f"memory {reading.what}", MEMORY_AIMS[reading.what] / 1e6, reading.octets / 1e6, "MB")


def _push(report: Report) -> Iterator[Verdict]:
    for push in report.push:
        limit = PUSH_AIM if push.place == "one process" else PUSH_ACROSS_AIM
        yield Verdict(f"news by {push.way}, {push.place}, times Core/echo", limit, push.multiple, "×")


def _startup(report: Report) -> Iterator[Verdict]:
    stopped = sorted((start for start in report.startup if not start.killed), key=lambda start: start.messages)
    if len(stopped) > 1:
        empty, *_, full = stopped
        aim = f"first answer, {full.messages:,} over {empty.messages:,} messages"
        yield Verdict(aim, STARTUP_AIM, full.time.p50 / empty.time.p50, "×")
    for start in report.startup:
        if start.killed:
            yield Verdict(f"first answer after SIGKILL, {start.messages:,} messages", KILLED_AIM, start.time.p90, "s")


def _delivery(report: Report) -> Iterator[Verdict]:
    ours: dict[float, dict[int, float]] = {}
    for result in report.delivery:
        if result.subject == report.ours:
            ours.setdefault(result.delay, {})[result.connections] = result.rate.p50
    for other in report.delivery:
        if other.subject != report.ours:
            aim = f"deliveries on {other.connections} connections, times the rate of {other.subject}"
            yield Verdict(aim, DELIVERY_PEER_AIM, ours[0.0][other.connections] / other.rate.p50, "×", at_least=True)
    for delay, mine in ours.items():
        if len(mine) > 1:
            where = f" where a sync takes {delay * 1000:g} ms longer" if delay else ""
            aim = f"deliveries on {max(mine)} connections, times our rate on {min(mine)}{where}"
            yield Verdict(aim, DELIVERY_GROWTH_AIM, mine[max(mine)] / mine[min(mine)], "×", at_least=True)


def _contacts(report: Report) -> Iterator[Verdict]:
    for row in report.card_rows:
        if row.row in CARD_AIMS:
            aim = f"{row.row}, of {row.messages:,}, times Core/echo"
            yield Verdict(aim, CARD_AIMS[row.row], row.multiple, "×")
    if imported := report.card_import:
        aim = f"CPU of importing {imported.count:,} cards, over vobject's bare parse"
        yield Verdict(aim, CARD_IMPORT_AIM, imported.cpu / imported.parsed, "×")
        yield Verdict("memory importing cards", MEMORY_AIMS[IMPORT] / 1e6, imported.peak / 1e6, "MB")


def _calendars(report: Report) -> Iterator[Verdict]:
    for row in report.event_rows:
        if row.row in EVENT_AIMS:
            yield Verdict(
                f"{row.row}, of {row.messages:,} events, times Core/echo", EVENT_AIMS[row.row], row.multiple, "×"
            )
    if imported := report.event_import:
        aim = f"CPU of importing {imported.count:,} events, over icalendar's bare parse"
        yield Verdict(aim, EVENT_IMPORT_AIM, imported.cpu / imported.parsed, "×")


def _inside(report: Report) -> Iterator[Verdict]:
    if found := report.inside:
        first, restore = found.first.p50 / found.imports.p50, found.restore.p50 / found.echo.p50
        yield Verdict("first answer inside a test, over importing the dependencies", INSIDE_AIM, first, "×")
        yield Verdict("going back between tests, times Core/echo", BACK_AIM, restore, "×")


def _older(report: Report) -> Iterator[Verdict]:
    for pair in report.older:
        yield Verdict(f"{pair.row} in the older dialect, times the modern calls", OLDER_AIM, pair.multiple, "×")
