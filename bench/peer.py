"""The comparison with another server: pairs of figures, what they are held against, and the cells of their tables.

Only what is read off ``BesideResult`` and ``DeliveryResult`` may live here. Faster is told of the medians; CPU is that
of all processes of a server for one operation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.aims import DELIVERY_PEER_AIM, PEER_AIM, Verdict
from bench.result import BesideResult, DeliveryResult, Report

CPU_AIM = 1.0  # our CPU seconds over the peer's
# Cyrus IMAP of August 2026, its newest line, at 10,000 messages and with one client: p50 in ms. Not of this run.
NEWEST_CYRUS = {
    "Core/echo": 2.0,
    "Mailbox/get": 3.0,
    "query of 50": 6.5,
    "with total": 15.0,
    "position 5000": 9.5,
    "common word": 53.0,
    "50 list rows": 56.0,
    "one body": 48.0,
    "first screen": 72.0,
    "keyword 1": 6.0,
    "keyword 50": 14.0,
    "upload + import": 22.0,
}
_NEWEST_AT = 10_000

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A title, a head, and rows below it."""

    title: str
    head: Cells
    rows: list[Cells]


@dataclass(frozen=True, slots=True)
class _Judged:
    """How many times faster one row from so many clients was; ``cpu`` is ours over theirs, None when not read."""

    row: str
    clients: int
    aim: float
    faster: float
    cpu: float | None

    def verdicts(self, peer: str) -> Iterator[Verdict]:
        whose = f"{self.row}, {self.clients} client{'s' if self.clients > 1 else ''}"
        yield Verdict(f"{whose}, times faster than {peer}", self.aim, self.faster, "×", at_least=True)
        if self.cpu is not None:
            yield Verdict(f"{whose}, CPU over that of {peer}", CPU_AIM, self.cpu, "×")

    @property
    def told(self) -> str:
        """The verdicts in a word."""
        missed = [word for word, verdict in zip(("speed", "CPU"), self.verdicts(""), strict=False) if not verdict.holds]
        return f"MISS {' and '.join(missed)}" if missed else "ok"


@dataclass(frozen=True, slots=True)
class _Pair:
    ours: BesideResult
    theirs: BesideResult

    @property
    def judged(self) -> _Judged:
        mine, other = self.ours, self.theirs
        cpu = mine.cpu / other.cpu if other.cpu else None
        return _Judged(mine.row, mine.clients, PEER_AIM, other.time.p50 / mine.time.p50, cpu)


@dataclass(frozen=True, slots=True)
class _DeliveryPair:
    ours: DeliveryResult
    theirs: DeliveryResult

    @property
    def judged(self) -> _Judged:
        mine, other = self.ours, self.theirs
        cpu = mine.cpu / other.cpu if other.cpu else None
        return _Judged("deliveries", mine.connections, DELIVERY_PEER_AIM, mine.rate.p50 / other.rate.p50, cpu)


def judge(report: Report) -> list[Verdict]:
    """A verdict for the speed and for the CPU of each row, and of deliveries."""
    judged = [*(pair.judged for pair in _pairs(report)), *(pair.judged for pair in _deliveries(report))]
    return [verdict for one in judged for verdict in one.verdicts(report.peer)]


def tables(report: Report) -> list[Table]:
    """One for a single client, one for each larger number, one for deliveries; none when nothing was compared."""
    pairs = _pairs(report)
    found = [
        _alone(report, [pair for pair in pairs if pair.ours.clients == clients])
        if clients == 1
        else _crowd(report, clients, [pair for pair in pairs if pair.ours.clients == clients])
        for clients in sorted({pair.ours.clients for pair in pairs})
    ]
    deliveries = _deliveries(report)
    return [*found, _delivered(report, deliveries)] if deliveries else found


def _alone(report: Report, pairs: Sequence[_Pair]) -> Table:
    peer, newest = report.peer, _newest(pairs)
    head = ["row", "of", "p50 ms", "p90", f"{peer} p50 ms", "p90", "× faster", "× if quick"]
    head += ["CPU ms", f"{peer} CPU ms", "CPU, ×"]
    rows = []
    for pair in pairs:
        mine, other = pair.ours, pair.theirs
        times = (mine.time.p50, mine.time.p90, other.time.p50, other.time.p90)
        quick = f"{other.quick / mine.quick:.1f}" if mine.quick and other.quick else ""
        cells = [mine.row, f"{mine.objects:,}", *map(_ms, times), f"{pair.judged.faster:.1f}", quick]
        cells += _cpu(pair.judged, pair)
        if newest:
            cells.append(f"{newest[mine.row]:.1f}" if mine.row in newest else "")
        rows.append([*cells, pair.judged.told])
    return Table("One client", [*head, *(["× newest line"] if newest else []), ""], rows)


def _crowd(report: Report, clients: int, pairs: Sequence[_Pair]) -> Table:
    peer = report.peer
    head = ["row", "a second", f"{peer} a second", "p50 ms", "p90", f"{peer} p50 ms", "p90", "× faster"]
    rows = []
    for pair in pairs:
        mine, other = pair.ours, pair.theirs
        times = (mine.time.p50, mine.time.p90, other.time.p50, other.time.p90)
        rates = (f"{mine.rate:,.0f}", f"{other.rate:,.0f}")
        judged = pair.judged
        rows.append([mine.row, *rates, *map(_ms, times), f"{judged.faster:.1f}", *_cpu(judged, pair), judged.told])
    return Table(f"{clients} clients at once", [*head, "CPU ms", f"{peer} CPU ms", "CPU, ×", ""], rows)


def _delivered(report: Report, pairs: Sequence[_DeliveryPair]) -> Table:
    peer = report.peer
    head = ["deliveries by LMTP", "a second", f"{peer} a second", "× faster", "CPU ms", f"{peer} CPU ms", "CPU, ×", ""]
    rows = []
    for pair in pairs:
        judged = pair.judged
        on = f"on {judged.clients} connection{'s' if judged.clients > 1 else ''}"
        rates = [f"{pair.ours.rate.p50:,.0f}", f"{pair.theirs.rate.p50:,.0f}", f"{judged.faster:.1f}"]
        rows.append([on, *rates, *_cpu(judged, pair), judged.told])
    return Table("Deliveries", head, rows)


def _cpu(judged: _Judged, pair: _Pair | _DeliveryPair) -> Cells:
    if judged.cpu is None:
        return [_ms(pair.ours.cpu), "not read", ""]
    return [_ms(pair.ours.cpu), _ms(pair.theirs.cpu), f"{judged.cpu:.2f}"]


def _newest(pairs: Sequence[_Pair]) -> dict[str, float]:
    """How many times as fast as Cyrus's newest line, by row, where its figures are of as much mail."""
    if not any(pair.theirs.subject == "cyrus" for pair in pairs):
        return {}
    found = [pair.ours for pair in pairs if pair.ours.row in NEWEST_CYRUS and pair.ours.objects == _NEWEST_AT]
    return {mine.row: NEWEST_CYRUS[mine.row] / 1000 / mine.time.p50 for mine in found}


def _pairs(report: Report) -> list[_Pair]:
    theirs = {(result.row, result.clients): result for result in report.beside if result.subject == report.peer}
    mine = [result for result in report.beside if result.subject == report.ours]
    return [_Pair(result, other) for result in mine if (other := theirs.get((result.row, result.clients)))]


def _deliveries(report: Report) -> list[_DeliveryPair]:
    theirs = {result.connections: result for result in report.beside_delivery if result.subject == report.peer}
    mine = [result for result in report.beside_delivery if result.subject == report.ours]
    return [_DeliveryPair(result, other) for result in mine if (other := theirs.get(result.connections))]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f}"
