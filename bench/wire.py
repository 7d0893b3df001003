"""Octets that each row puts on the wire, as it is and when the client accepts gzip.

Only counting may live here; nothing is timed. Rows of several requests count them all.
"""

from collections.abc import Iterable
from dataclasses import replace

from bench.measure import Samples, Subject, sample
from bench.result import WireResult
from bench.rows import Row

_ROUNDS = 2  # an even number leaves every flag as it was
_FIRST_TURN = 1_000_000  # beyond the turns of the timed run, so that new mail is new


def measure(subject: Subject, rows: Iterable[Row]) -> tuple[WireResult, ...]:
    """Count for every row that does not itself ask for compression."""
    return tuple(_count(subject, row) for row in rows if row.accept_encoding == "identity")


def _count(subject: Subject, row: Row) -> WireResult:
    plain, packed = Samples(turn=_FIRST_TURN), Samples(turn=_FIRST_TURN + _ROUNDS)
    sample(subject, row, _ROUNDS, plain)
    sample(subject, replace(row, accept_encoding="gzip"), _ROUNDS, packed)
    return WireResult(row.name, plain.sent, plain.received, packed.received, packed.encoding or "identity")
