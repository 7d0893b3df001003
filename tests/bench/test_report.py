from dataclasses import replace

import orjson
import pytest
from bench.aims import judge
from bench.report import sections, table
from bench.result import (
    BesideResult,
    DeliveryResult,
    HoldingResult,
    ImportCost,
    InsideResult,
    Machine,
    MemoryResult,
    OlderResult,
    PushResult,
    Report,
    RowResult,
    StartupResult,
    WireResult,
)
from bench.server import Load
from bench.spread import Spread

from bench import aims

_MACHINE = Machine("2026-01-02", 2, 4 * 2**30, "Linux", {"Python": "3.11"})


def _row(
    name: str,
    seconds: float,
    messages: int = 100,
    subject: str = "ours",
    commits: int = 0,
    syncs: float | None = None,
) -> RowResult:
    time, echo = Spread(9, seconds, seconds * 2), Spread(9, 0.001, 0.002)
    return RowResult(name, subject, messages, time, echo, 0.0005, 0.0001, commits, 300, 900, syncs)


_REPORT = Report(
    machine=_MACHINE,
    ours="ours",
    peer="peer:80",
    peer_product="Peer 1.0",
    beside=(
        BesideResult("query of 50", "ours", 100, 1, Spread(9, 0.002, 0.003), 0.001, 500.0),
        BesideResult("query of 50", "peer:80", 100, 1, Spread(9, 0.008, 0.009), 0.001, 125.0),
    ),
    fsync=Spread(9, 0.002, 0.003),
    bare=_row("bare echo", 0.0008),
    loads=(Load(100, 2.0, 70_000_000),),
    rows=(
        _row("query of 50", 0.002),
        _row("query of 50", 0.005, messages=1000),
        _row("keyword 1", 0.0065, commits=1),
    ),
    wire=(WireResult("query of 50", 300, 1000, 250, "gzip"), WireResult("from", 300, 80, 80, "identity")),
    memory=(MemoryResult(aims.IDLE, 70_000_000), MemoryResult(aims.UPLOAD, 12_000_000)),
    push=(
        PushResult("WebSocket", "one process", Spread(9, 0.016, 0.02), Spread(9, 0.001, 0.002)),
        PushResult("WebSocket", "worker to first", Spread(9, 0.016, 0.02), Spread(9, 0.001, 0.002)),
    ),
    startup=(
        StartupResult(0, Spread(9, 0.5, 0.6)),
        StartupResult(1000, Spread(9, 0.55, 0.7)),
        StartupResult(1000, Spread(9, 0.6, 5.5), killed=True, log=4_000_000),
    ),
    delivery=(
        DeliveryResult("ours", 1, 400, Spread(4, 350.0, 360.0)),
        DeliveryResult("lmtp:24", 1, 400, Spread(4, 50.0, 55.0)),
        DeliveryResult("ours", 8, 400, Spread(4, 700.0, 710.0)),
        DeliveryResult("lmtp:24", 8, 400, Spread(4, 140.0, 150.0)),
        DeliveryResult("ours", 1, 400, Spread(4, 200.0, 210.0), delay=0.001),
        DeliveryResult("ours", 8, 400, Spread(4, 560.0, 570.0), delay=0.001),
    ),
    holding=(
        HoldingResult("nothing", 0.004, 0.003, 0.002, ""),
        HoldingResult("500 moves", 0.25, 0.1, 0.002, "no: one call"),
        HoldingResult("`rebuild threads`", 0.3, 0.2, 0.002, "no: ids change"),
    ),
    card_import=ImportCost(100, 50_000, 9.0, 10.0, 90_000_000),
    event_import=ImportCost(100, 60_000, 8.0, 10.0, 80_000_000),
    card_rows=(_row("cards by text", 0.009), _row("50 cards", 0.005)),
    older=(
        OlderResult("mailboxes", Spread(9, 0.002, 0.003), Spread(9, 0.0025, 0.004), 0.001, 0.0012),
        OlderResult("50 events", Spread(9, 0.002, 0.003), Spread(9, 0.003, 0.004), 0.001, 0.0012),
    ),
    inside=InsideResult(Spread(9, 0.5, 0.6), Spread(9, 0.1, 0.2), Spread(9, 0.001, 0.002), Spread(9, 0.02, 0.03)),
)


def _verdict(beginning: str) -> tuple[float, bool]:
    found = min((verdict for verdict in judge(_REPORT) if verdict.aim.startswith(beginning)), key=lambda one: one.aim)
    return round(found.measured, 3), found.holds


def test_rows_are_judged_as_multiples_of_the_echo_beside_them() -> None:
    assert _verdict("query of 50 at 100 messages, times Core/echo") == (2.0, True)
    assert _verdict("query of 50 at 1,000 messages, times Core/echo") == (5.0, False)


def test_news_has_more_time_between_processes() -> None:
    assert _verdict("news by WebSocket, one process") == (16.0, False)
    assert _verdict("news by WebSocket, worker to first") == (16.0, True)
    assert "worker to first" in sections(_REPORT)["push"]


def test_deliveries_are_judged_beside_the_peer_and_by_what_more_connections_bring() -> None:
    assert _verdict("deliveries on 1 connections, times the rate of lmtp:24") == (7.0, True)
    assert _verdict("deliveries on 8 connections, times the rate of lmtp:24") == (5.0, False)
    assert _verdict("deliveries on 8 connections, times our rate on 1") == (2.0, False)
    assert "| lmtp:24            |       as it is |           8 |" in sections(_REPORT)["delivery"]


def test_deliveries_on_a_slower_disk_are_judged_by_themselves() -> None:
    assert _verdict("deliveries on 8 connections, times our rate on 1 where a sync takes 1 ms longer") == (2.8, True)
    assert "| ours               | 1.00 ms longer |           8 |" in sections(_REPORT)["delivery"]


def test_a_durable_row_is_judged_beyond_what_its_fsyncs_take_alone() -> None:
    assert _verdict("keyword 1 at 100 messages") == (4.5, True)


@pytest.mark.parametrize(
    "row",
    [
        _row("keyword 1", 0.0065, commits=1, syncs=0.9),  # seen to skip the disk
        _row("keyword 1", 0.0015, commits=1),  # faster than the disk
        _row("upload + import", 0.0035, commits=2, syncs=2),  # faster than the disk twice
    ],
)
def test_a_row_that_did_not_wait_for_the_disk_misses_its_aim(row: RowResult) -> None:
    (verdict,) = judge(Report(machine=_MACHINE, ours="ours", fsync=_REPORT.fsync, rows=(row,)))
    assert not verdict.holds
    assert (
        "MISS not durable" in sections(Report(machine=_MACHINE, ours="ours", fsync=_REPORT.fsync, rows=(row,)))["aims"]
    )


def test_the_echo_is_judged_against_the_bare_one_beside_it() -> None:
    assert _verdict("Core/echo") == (1.25, True)


def test_growth_is_that_of_the_multiple() -> None:
    assert _verdict("query of 50, 1,000 over 100 messages") == (2.5, False)


def test_memory_and_startup_are_judged() -> None:
    assert _verdict("memory idle") == (70.0, True)
    assert _verdict("memory added") == (12.0, False)
    assert _verdict("first answer, ") == (1.1, True)
    assert _verdict("first answer after SIGKILL, 1,000 messages") == (5.5, False)


def test_contacts_are_judged_beside_the_echo_and_another_parser() -> None:
    assert _verdict("cards by text, of 100, times Core/echo") == (9.0, False)
    assert _verdict("50 cards, of 100, times Core/echo") == (5.0, True)
    assert _verdict("CPU of importing 100 cards") == (0.9, True)
    assert _verdict("CPU of importing 100 events") == (0.8, True)
    assert "9.0 s of CPU" in sections(_REPORT)["contacts"]


def test_a_server_inside_a_test_is_judged_by_imports_and_echoes() -> None:
    assert _verdict("first answer inside a test") == (0.2, True)
    assert _verdict("going back between tests") == (20.0, False)


def test_the_older_dialect_is_judged_beside_modern_calls() -> None:
    assert _verdict("mailboxes in the older dialect") == (1.25, True)
    assert _verdict("50 events in the older dialect") == (1.5, False)
    assert "1.25" in sections(_REPORT)["older"]


def test_what_was_not_measured_has_neither_verdict_nor_section() -> None:
    empty = Report(machine=_MACHINE, ours="ours")
    assert judge(empty) == []
    assert list(sections(empty)) == ["machine"]


def test_every_part_that_was_measured_has_a_section() -> None:
    laid_out = sections(_REPORT)
    assert list(laid_out) == [
        "machine",
        "aims",
        "rows",
        "growth",
        "wire",
        "memory",
        "startup",
        "push",
        "delivery",
        "holding",
        "contacts",
        "inside",
        "older",
        "peer",
    ]
    assert "2.00 ms here" in laid_out["machine"]
    assert "100 messages took 2.0 s (50 a second)" in laid_out["machine"]
    assert "MISS" in laid_out["aims"]
    assert "75%" in laid_out["wire"]
    assert "not compressed" in laid_out["wire"]
    assert _cells(laid_out["growth"])[-1] == ["query of 50", "2.00", "5.00", "2.00", "5.00", "2.50", "1.5", "1.00"]
    assert laid_out["holding"].startswith("The change alone: 2.00 ms")
    assert _cells(laid_out["holding"])[-2] == ["500 moves", "100", "250", "125", "", "no: one call"]
    assert _cells(laid_out["holding"])[-1] == [
        "`rebuild threads`",
        "200",
        "300",
        "150",
        "over 250 ms",
        "no: ids change",
    ]
    assert _cells(laid_out["startup"])[-1] == ["1,000", "SIGKILL", "4.0", "600.00", "5500.00"]
    assert "Peer 1.0: 1 of 2 aims hold; not:" in laid_out["peer"]
    assert "- query of 50, 1 client, times faster than peer:80: 4.00" in laid_out["peer"]


def _cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]


def test_a_comparison_alone_leaves_the_other_sections_as_they_are() -> None:
    alone = Report(machine=_MACHINE, ours="ours", peer="peer:80", peer_product="Peer", beside=_REPORT.beside)
    assert list(sections(alone)) == ["peer"]


def test_a_table_is_markdown_that_lines_up() -> None:
    assert table(["row", "ms"], [["a", "1.00"], ["longer", "22.00"]]) == (
        "| row    |    ms |\n| ------ | ----: |\n| a      |  1.00 |\n| longer | 22.00 |"
    )


def test_a_run_beside_other_work_says_so() -> None:
    laid_out = sections(replace(_REPORT, machine=replace(_MACHINE, load=7.2)))
    for name in ("machine", "growth", "holding"):
        assert "7 processes wanted 2 cores" in laid_out[name]
        assert "wanted" not in sections(_REPORT)[name]


def test_a_report_is_json() -> None:
    assert orjson.loads(orjson.dumps(_REPORT))["rows"][0]["time"] == {"count": 9, "p50": 0.002, "p90": 0.004}
