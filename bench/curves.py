"""What a row costs by the size of the store: one curve for each row that was measured at several sizes.

Only the gathering of measured rows and their growth may live here: limits are in ``bench.aims``, the table in
``bench.report``, the picture in ``bench.picture``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bench.result import RowResult


@dataclass(frozen=True, slots=True)
class Curve:
    """One row of one server at each size that was measured, the smallest first."""

    row: str
    points: tuple[RowResult, ...]

    @property
    def growth(self) -> float:
        """Multiples of the echo at the largest store over those at the smallest."""
        return self.points[-1].multiple / self.points[0].multiple

    @property
    def cpu_growth(self) -> float | None:
        """The same of the server's CPU, which other work on the machine disturbs less; None where it was not read."""
        first, last = self.points[0].server_cpu, self.points[-1].server_cpu
        return last / first if first else None


def curves(rows: Iterable[RowResult]) -> list[Curve]:
    """The curve of each row that has more than one point, in the order of the rows."""
    by_name: dict[str, dict[int, RowResult]] = {}
    for row in rows:
        by_name.setdefault(row.row, {})[row.messages] = row
    return [
        Curve(name, tuple(sized[messages] for messages in sorted(sized)))
        for name, sized in by_name.items()
        if len(sized) > 1
    ]
