"""Lays out a report as Markdown tables, one section for each part that was measured.

Only layout may live here: figures come from ``bench.result``, verdicts from ``bench.aims``. The same tables go to the
terminal and into the document.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bench import aims, peer
from bench.curves import Curve, curves
from bench.result import ImportCost, Report, RowResult

_COLUMNS = ["row", "p50 ms", "p90 ms", "CPU ms", "client ms", "echo ms", "× echo", "fsyncs"]


def sections(report: Report) -> dict[str, str]:
    """Markdown by section name; a part that was not measured has no section."""
    laid_out = {name: lay_out(report) for name, lay_out in SECTIONS.items()}
    return {name: text for name, text in laid_out.items() if text}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its first column to the left and the others to the right, padded to be read as plain text."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(line, widths) for line in [lines[0], rule, *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(padded)} |"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f}"


def _mb(octets: int) -> str:
    return f"{octets / 1e6:.1f}" if octets >= 1_000_000 else f"{octets / 1e6:.3f}"


def _where(report: Report) -> str:
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    lines = [f"{machine.date}: {machine.cores} cores, {machine.memory / 2**30:.0f} GiB, {machine.system}; {versions}."]
    if report.fsync:
        disk = report.fsync
        lines.append(f"One small write and its fsync alone take {_ms(disk.p50)} ms here (p90 {_ms(disk.p90)} ms).")
    return "\n".join(lines)


def _machine(report: Report) -> str:
    if report.beside and not (report.rows or report.loads):
        return ""  # a comparison alone says so itself, and leaves what another run wrote
    lines = [
        f"Importing {load.messages:,} messages took {load.seconds:.1f} s "
        f"({load.messages / load.seconds:,.0f} a second), {_mb(load.peak)} MB at the peak."
        for load in report.loads
    ]
    return "\n".join([_where(report), *lines, *(f"Note: {note}." for note in report.notes)]) + _busy(report)


def _aims(report: Report) -> str:
    verdicts = aims.judge(report)
    if not verdicts:
        return ""
    return table(
        ["aim", "limit", "measured", "verdict"],
        (
            [
                verdict.aim,
                f"{'≥' if verdict.at_least else '≤'} {verdict.limit:g} {verdict.unit}",
                f"{verdict.measured:.2f} {verdict.unit}",
                "ok" if verdict.holds else f"MISS {verdict.broken}".strip(),
            ]
            for verdict in verdicts
        ),
    )


def _rows(report: Report) -> str:
    rows = aims.ours(report)
    blocks = [] if report.bare is None else [("Bare ASGI echo, and Core/echo beside it", [report.bare])]
    blocks += [(f"{size:,} messages", [row for row in rows if row.messages == size]) for size in aims.sizes(rows)]
    return "\n\n".join(f"{title}:\n\n{table(_COLUMNS, map(_row, block))}" for title, block in blocks)


def _row(row: RowResult) -> list[str]:
    times = (row.time.p50, row.time.p90, row.server_cpu, row.client_cpu, row.echo.p50)
    return [row.row, *map(_ms, times), f"{row.multiple:.2f}", "" if row.syncs is None else f"{row.syncs:g}"]


def _growth(report: Report) -> str:
    found = curves(aims.ours(report))
    if not found:
        return ""
    sizes = [f"{point.messages:,}" for point in found[0].points]
    head = ["row", *(f"{size}: ms" for size in sizes), *(f"{size}: × echo" for size in sizes)]
    head += ["growth", "at most", "CPU growth"]
    return table(head, map(_curve, found)) + _busy(report)


def _busy(report: Report) -> str:
    """A warning behind figures that come from a machine with much else to do."""
    machine = report.machine
    if not machine.is_busy:
        return ""
    return (
        f"\n\nNote: when this run began {machine.load:.0f} processes wanted {machine.cores} cores; only CPU tells much."
    )


def _curve(curve: Curve) -> list[str]:
    times = [_ms(point.time.p50) for point in curve.points]
    multiples = [f"{point.multiple:.2f}" for point in curve.points]
    cpu = "" if curve.cpu_growth is None else f"{curve.cpu_growth:.2f}"
    return [curve.row, *times, *multiples, f"{curve.growth:.2f}", f"{aims.growth_limit(curve.row):g}", cpu]


def _wire(report: Report) -> str:
    if not report.wire:
        return ""
    return table(
        ["row", "sent", "received", "with gzip", "saved"],
        (
            [
                wire.row,
                f"{wire.sent:,}",
                f"{wire.received:,}",
                f"{wire.compressed:,}" if wire.encoding != "identity" else "not compressed",
                f"{1 - wire.compressed / wire.received:.0%}" if wire.encoding != "identity" else "",
            ]
            for wire in report.wire
        ),
    )


def _memory(report: Report) -> str:
    if not report.memory:
        return ""
    return table(
        ["peak memory of one process", "MB"], ([reading.what, _mb(reading.octets)] for reading in report.memory)
    )


def _startup(report: Report) -> str:
    if not report.startup:
        return ""
    return table(
        ["messages in the store", "after", "MB in the log", "first answer p50 ms", "p90 ms"],
        (
            [
                f"{start.messages:,}",
                "SIGKILL" if start.killed else "a stop",
                _mb(start.log),
                _ms(start.time.p50),
                _ms(start.time.p90),
            ]
            for start in report.startup
        ),
    )


def _push(report: Report) -> str:
    if not report.push:
        return ""
    return table(
        ["news of a change", "place", "p50 ms", "p90 ms", "echo ms", "× echo"],
        (
            [push.way, push.place, _ms(push.time.p50), _ms(push.time.p90), _ms(push.echo.p50), f"{push.multiple:.2f}"]
            for push in report.push
        ),
    )


def _delivery(report: Report) -> str:
    if not report.delivery:
        return ""
    return table(
        ["deliveries by LMTP", "each sync", "connections", "messages in a run", "p50 a second", "p90 a second"],
        (
            [
                result.subject,
                f"{_ms(result.delay)} ms longer" if result.delay else "as it is",
                f"{result.connections}",
                f"{result.messages:,}",
                f"{result.rate.p50:,.0f}",
                f"{result.rate.p90:,.0f}",
            ]
            for result in report.delivery
        ),
    )


def _contacts(report: Report) -> str:
    imported = report.card_import
    if imported is None:
        return ""
    told = _import(imported, "cards", "vobject")
    return f"{told}\n\n{table(_COLUMNS, map(_row, report.card_rows))}"


def _import(imported: ImportCost, things: str, parser: str) -> str:
    return (
        f"Importing {imported.count:,} {things} in {_mb(imported.octets)} MB took {imported.cpu:.1f} s of CPU and "
        f"{_mb(imported.peak)} MB at the peak; {parser} took {imported.parsed:.1f} s of CPU to parse them."
    )


def _calendars(report: Report) -> str:
    if not report.event_rows:
        return ""
    told = _import(report.event_import, "events", "icalendar") + "\n\n" if report.event_import else ""
    return f"{told}{table(_COLUMNS, map(_row, report.event_rows))}"


def _inside(report: Report) -> str:
    if report.inside is None:
        return ""
    found = report.inside
    told = (
        ("importing the dependencies, in a new interpreter", found.imports),
        ("`Server()` to its first answer, in another", found.first),
        ("Core/echo", found.echo),
        ("going back to the beginning", found.restore),
    )
    return table(["a server inside a test", "p50 ms", "p90 ms"], ([what, _ms(s.p50), _ms(s.p90)] for what, s in told))


def _older(report: Report) -> str:
    if not report.older:
        return ""
    return table(
        ["older dialect", "p50 ms", "p90 ms", "CPU ms", "modern p50 ms", "p90 ms", "CPU ms", "× modern"],
        (
            [
                pair.row,
                *(_ms(value) for value in (pair.older.p50, pair.older.p90, pair.older_cpu)),
                *(_ms(value) for value in (pair.modern.p50, pair.modern.p90, pair.modern_cpu)),
                f"{pair.multiple:.2f}",
            ]
            for pair in report.older
        ),
    )


def _holding(report: Report) -> str:
    if not report.holding:
        return ""
    over = f"over {aims.HOLDING_AIM * 1000:.0f} ms"
    told = table(
        ["beside it", "CPU ms", "keyword waited, ms", "× alone", "", "in slices"],
        (
            [
                each.job,
                f"{each.cpu * 1000:.0f}",
                f"{each.longest * 1000:.0f}",
                f"{each.multiple:.0f}",
                over if each.longest > aims.HOLDING_AIM else "",
                each.slices,
            ]
            for each in report.holding
        ),
    )
    return f"The change alone: {_ms(report.holding[0].alone)} ms at the median.\n\n{told}{_busy(report)}"


def _peer(report: Report) -> str:
    verdicts = peer.judge(report)
    if not verdicts:
        return ""
    missed = [f"{verdict.aim}: {verdict.measured:.2f}" for verdict in verdicts if not verdict.holds]
    told = f"{len(verdicts) - len(missed)} of {len(verdicts)} aims hold" + ("; not:" if missed else ".")
    listed = "\n".join(f"- {one}" for one in missed)
    blocks = [f"{found.title}:\n\n{table(found.head, found.rows)}" for found in peer.tables(report)]
    return "\n\n".join(filter(None, (_where(report), f"{report.peer_product}: {told}", listed, *blocks)))


SECTIONS: Mapping[str, Callable[[Report], str]] = {
    "machine": _machine,
    "aims": _aims,
    "rows": _rows,
    "growth": _growth,
    "wire": _wire,
    "memory": _memory,
    "startup": _startup,
    "push": _push,
    "delivery": _delivery,
    "holding": _holding,
    "contacts": _contacts,
    "calendars": _calendars,
    "inside": _inside,
    "older": _older,
    "peer": _peer,
}
