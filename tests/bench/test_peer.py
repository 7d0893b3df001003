from dataclasses import replace

import pytest
from bench.peer import judge, tables
from bench.result import BesideResult, DeliveryResult, Machine, Report
from bench.spread import Spread

_MACHINE = Machine("2026-01-02", 2, 4 * 2**30, "Linux", {"Python": "3.11"})


def _row(subject: str, seconds: float, cpu: float, clients: int = 1, row: str = "query of 50") -> BesideResult:
    return BesideResult(row, subject, 10_000, clients, Spread(9, seconds, seconds * 2), cpu, clients / seconds)


_REPORT = Report(
    machine=_MACHINE,
    ours="ours",
    peer="cyrus",
    peer_product="Cyrus IMAP 1",
    beside=(
        replace(_row("ours", 0.001, 0.001), quick=0.001),
        replace(_row("cyrus", 0.008, 0.004), quick=0.004),
        _row("ours", 0.01, 0.003, clients=16),
        _row("cyrus", 0.04, 0.002, clients=16),
        _row("ours", 0.001, 0.001, row="only ours"),
    ),
    beside_delivery=(
        DeliveryResult("ours", 1, 200, Spread(4, 350.0, 360.0), 0.001),
        DeliveryResult("cyrus", 1, 200, Spread(4, 50.0, 55.0), 0.004),
    ),
)


@pytest.mark.parametrize(
    ("aim", "measured", "holds"),
    [
        ("query of 50, 1 client, times faster than cyrus", 8.0, True),
        ("query of 50, 1 client, CPU over that of cyrus", 0.25, True),
        ("query of 50, 16 clients, times faster than cyrus", 4.0, False),
        ("query of 50, 16 clients, CPU over that of cyrus", 1.5, False),
        ("deliveries, 1 client, times faster than cyrus", 7.0, True),
    ],
)
def test_each_row_is_to_be_faster_by_far_for_no_more_cpu(aim: str, measured: float, holds: bool) -> None:
    (found,) = (verdict for verdict in judge(_REPORT) if verdict.aim == aim)
    assert (round(found.measured, 3), found.holds) == (measured, holds)


def test_a_table_for_one_client_another_for_many_and_one_for_deliveries() -> None:
    alone, crowd, delivered = tables(_REPORT)
    assert alone.rows[0] == [
        *("query of 50", "10,000", "1.00", "2.00", "8.00", "16.00", "8.0", "4.0"),
        *("1.00", "4.00", "0.25", "6.5", "ok"),
    ]
    assert crowd.rows[0][-1] == "MISS speed and CPU"
    assert delivered.rows[0][1:4] == ["350", "50", "7.0"]
    assert all(len(row) == len(table.head) for table in (alone, crowd, delivered) for row in table.rows)


def test_cpu_that_cannot_be_read_is_not_judged() -> None:
    unread = replace(_REPORT, beside=(_row("ours", 0.001, 0.001), _row("cyrus", 0.008, 0.0)), beside_delivery=())
    assert [verdict.aim for verdict in judge(unread)] == ["query of 50, 1 client, times faster than cyrus"]
    assert "not read" in tables(unread)[0].rows[0]


def test_nothing_is_compared_with_nobody() -> None:
    assert judge(Report(machine=_MACHINE, ours="ours")) == []
    assert tables(Report(machine=_MACHINE, ours="ours")) == []
