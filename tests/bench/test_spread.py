import pytest
from bench.spread import Spread, percentile


def test_percentiles_interpolate_between_neighbours() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert percentile([1.0, 2.0, 3.0, 4.0, 5.0], 0.9) == pytest.approx(4.6)


def test_the_ends_are_the_least_and_the_greatest() -> None:
    assert (percentile([3.0, 9.0], 0), percentile([3.0, 9.0], 1)) == (3.0, 9.0)


def test_a_spread_does_not_need_its_sample_in_order() -> None:
    assert Spread.of([30.0, 10.0, 20.0, 0.0, 40.0]) == Spread(5, 20.0, 36.0)


def test_one_outlier_moves_neither_figure_far() -> None:
    assert Spread.of([1.0] * 99 + [1000.0]) == Spread(100, 1.0, 1.0)


def test_nothing_has_no_spread() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Spread.of([])
