"""The spread of repeated timings: how many, their median, and their ninetieth percentile.

Only arithmetic on numbers may live here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Spread:
    """Count, p50 and p90 of a sample, in the unit of the sample."""

    count: int
    p50: float
    p90: float

    @classmethod
    def of(cls, sample: Sequence[float]) -> Self:
        """The spread of a sample that is not empty (ValueError)."""
        ordered = sorted(sample)
        return cls(len(ordered), percentile(ordered, 0.5), percentile(ordered, 0.9))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of an ascending sample lies, interpolated linearly (ValueError if empty)."""
    if not ordered:
        raise ValueError("a percentile of nothing")
    at = share * (len(ordered) - 1)
    low, high = math.floor(at), math.ceil(at)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
