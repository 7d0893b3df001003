from bench.curves import curves
from bench.result import RowResult
from bench.spread import Spread


def _row(name: str, messages: int, seconds: float, echo: float = 0.001, cpu: float = 0.0) -> RowResult:
    return RowResult(name, "ours", messages, Spread(9, seconds, 1.0), Spread(9, echo, 1.0), cpu, 0.0, 0, 0, 0)


def test_growth_compares_the_largest_store_with_the_smallest_whatever_the_order() -> None:
    rows = [_row("a", 1000, 0.003), _row("a", 100, 0.002), _row("a", 10_000, 0.005)]
    (curve,) = curves(rows)
    assert [point.messages for point in curve.points] == [100, 1000, 10_000]
    assert curve.growth == 2.5


def test_growth_is_of_the_multiple_so_that_a_slower_machine_is_no_growth() -> None:
    (curve,) = curves([_row("a", 100, 0.002), _row("a", 1000, 0.004, echo=0.002)])
    assert curve.growth == 1.0


def test_growth_of_cpu_is_told_where_it_was_read() -> None:
    rows = [_row("a", 100, 1.0, cpu=0.002), _row("a", 200, 1.0, cpu=0.003), _row("b", 100, 1.0), _row("b", 200, 1.0)]
    assert [curve.cpu_growth for curve in curves(rows)] == [1.5, None]


def test_a_row_of_one_size_has_no_curve() -> None:
    assert [curve.row for curve in curves([_row("a", 100, 1.0), _row("b", 100, 1.0), _row("b", 200, 1.0)])] == ["b"]
