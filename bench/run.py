"""One run of the benchmark: loads the stores, starts the servers, takes every measurement, and gathers the report.

Only the order of things may live here; each measurement has its own module. Rows run one after the other, in several
passes over all of them, so that a slow minute of the machine falls on all.
"""

import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import apsw

from bench import (
    calendars,
    compare,
    contacts,
    delivery,
    fsync,
    holding,
    inside,
    memory,
    older,
    push,
    resources,
    server,
    sides,
    startup,
    syncs,
    wire,
)
from bench.account import Account
from bench.client import Connection, Origin
from bench.corpus import Corpus
from bench.crowd import CLIENTS
from bench.delivery import Taker
from bench.ground import discover
from bench.measure import Meter, Samples, Subject, Unseen, even_shares, sample, sample_bare
from bench.process import Process
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
from bench.rows import ECHO, Row, declared
from bench.server import Load
from bench.settings import Settings
from bench.spread import Spread

OURS = "angarium"
CYRUS = "cyrus"
_PASSES = 4
_DELIVERY_ROUNDS = 100  # beside a peer that takes 27 messages a second
_STARTS = 9
_PROBES = 200
_ON_MAIL = {"rows", "wire", "memory", "startup"}  # parts that need a store full of mail
_VERSIONED = ("angarium", "uvicorn", "orjson", "apsw")


@dataclass(slots=True)
class _Gathered:
    bare: RowResult | None = None
    loads: list[Load] = field(default_factory=list)
    rows: list[RowResult] = field(default_factory=list)
    wire: tuple[WireResult, ...] = ()
    memory: list[MemoryResult] = field(default_factory=list)
    startup: tuple[StartupResult, ...] = ()
    push: tuple[PushResult, ...] = ()
    delivery: tuple[DeliveryResult, ...] = ()
    holding: tuple[HoldingResult, ...] = ()
    card_import: ImportCost | None = None
    event_import: ImportCost | None = None
    card_rows: tuple[RowResult, ...] = ()
    event_rows: tuple[RowResult, ...] = ()
    inside: InsideResult | None = None
    older: tuple[OlderResult, ...] = ()
    peer: str = ""
    peer_product: str = ""
    beside: list[BesideResult] = field(default_factory=list)
    beside_delivery: list[DeliveryResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Bench:
    settings: Settings
    folder: Path
    corpus: Corpus
    rows: Sequence[Row]
    say: Callable[[str], None]
    gathered: _Gathered = field(default_factory=_Gathered)


def run(settings: Settings, folder: Path, say: Callable[[str], None]) -> Report:
    """Everything that the settings ask for, with data under ``folder``; ``say`` is told how it goes."""
    corpus = Corpus()
    rows = _chosen(settings, declared(corpus))
    bench = _Bench(settings, folder, corpus, rows, say)
    load_before = resources.wanting_a_core()  # the system's own average remembers what ended a minute ago
    disk = fsync.probe(folder, _PROBES)
    for size in settings.messages if _ON_MAIL & set(settings.parts) else ():
        _at_size(bench, size)
        disk += fsync.probe(folder, _PROBES)  # again and again, since a shared disk has slow minutes
    if "memory" in settings.parts:
        _memory(bench)
    if "startup" in settings.parts:
        _startup(bench)
    if "push" in settings.parts:
        _push(bench)
    if "delivery" in settings.parts:
        bench.gathered.delivery = tuple(
            delivery.measure(OURS, folder, _taker(settings), settings.rounds, say, sync_delay=delivery.SYNC_DELAY)
        )
    if "holding" in settings.parts:
        bench.gathered.holding = holding.measure(folder, settings.messages[0], say)
    if "contacts" in settings.parts:
        _contacts(bench)
    if "calendars" in settings.parts:
        _calendars(bench)
    if "peer" in settings.parts and (settings.cyrus or settings.peer):
        _beside(bench)
    if "inside" in settings.parts:
        say("a server inside a test")
        bench.gathered.inside = inside.measure(_STARTS, settings.rounds)
    if "older" in settings.parts:
        bench.gathered.older = older.measure(folder, settings.rounds, say)
    found = bench.gathered
    return Report(
        machine=_machine(load_before),
        ours=OURS,
        peer=found.peer,
        peer_product=found.peer_product,
        fsync=Spread.of(disk),
        bare=found.bare,
        loads=tuple(found.loads),
        rows=tuple(found.rows),
        wire=found.wire,
        memory=tuple(found.memory),
        startup=found.startup,
        push=found.push,
        delivery=found.delivery,
        holding=found.holding,
        card_import=found.card_import,
        event_import=found.event_import,
        card_rows=found.card_rows,
        event_rows=found.event_rows,
        inside=found.inside,
        older=found.older,
        beside=tuple(found.beside),
        beside_delivery=tuple(found.beside_delivery),
        notes=tuple(found.notes),
    )


def _at_size(bench: _Bench, size: int) -> None:
    bench.say(f"loading {size:,} messages")
    data, loaded = server.loaded(bench.folder, bench.corpus, size)
    bench.gathered.loads.append(loaded)
    largest = size == bench.settings.messages[-1]
    with server.serve(data) as process, closing(Account(server.login(process))) as account:
        bench.say("waiting for the server to finish what the import left to do")
        process.rest()
        ours = _subject(OURS, account, size, process)
        if "rows" in bench.settings.parts:
            _rows(bench, ours, size, _syncs(bench, ours, process))
        if largest:
            _at_largest(bench, ours, process)


def _at_largest(bench: _Bench, ours: Subject, process: Process) -> None:
    parts = bench.settings.parts
    if "rows" in parts:
        bench.gathered.bare = _bare(bench, ours)
    if {"rows", "memory"} <= set(parts):
        bench.gathered.memory.append(memory.serving(process))
    if "memory" in parts:
        bench.gathered.memory.append(memory.upload(process, ours.account))
    if "wire" in parts:
        bench.gathered.wire = wire.measure(ours, bench.rows)


def _syncs(bench: _Bench, ours: Subject, process: Process) -> dict[str, float]:
    """How often each row that commits waits for the disk; empty, with a note, where that cannot be seen."""
    bench.say("counting fsyncs")
    try:
        return {row.name: syncs.per_operation(ours, process.pids, row) for row in bench.rows if row.commits}
    except syncs.NoCountError as error:
        note = f"fsyncs were not counted: {error}"
        if note not in bench.gathered.notes:
            bench.gathered.notes.append(note)
        return {}


def _subject(name: str, account: Account, size: int, meter: Meter) -> Subject:
    return Subject(name, account, discover(account, size, _first_single()), meter)


def _first_single() -> int:
    # From the clock, so that no two runs on a kept folder store the same new mail.
    return int(time.time()) * 10_000_000


def _rows(bench: _Bench, ours: Subject, size: int, counted: Mapping[str, float]) -> None:
    samples = {row.name: Samples() for row in bench.rows}
    for turn, rounds in enumerate(even_shares(bench.settings.rounds, _PASSES), start=1):
        bench.say(f"{size:,} messages: pass {turn} of {_PASSES}, {len(bench.rows)} rows, {rounds} rounds each")
        for row in bench.rows:
            sample(ours, row, rounds, samples[row.name])
    bench.gathered.rows += [_result(row, ours, samples[row.name], counted.get(row.name)) for row in bench.rows]


def _beside(bench: _Bench) -> None:
    """Every row beside another server, at the smallest size, when there is one."""
    settings, found = bench.settings, bench.gathered
    loading = sides.Loading(bench.corpus, settings.messages[0], _first_single(), settings.workers, bench.say)
    with _both(bench, loading) as (ours, peer):
        found.peer, found.peer_product = peer.name, peer.product
        found.beside = compare.mail((ours, peer), _chosen(settings, (ECHO, *bench.rows)), settings.rounds, bench.say)
        if peer.taker:
            found.beside += compare.objects((ours, peer), settings.only, settings.rounds, bench.say)
            rounds = min(settings.rounds, _DELIVERY_ROUNDS)
            found.beside_delivery = delivery.measure(OURS, bench.folder, peer.taker, rounds, bench.say, (1, CLIENTS))


@contextmanager
def _both(bench: _Bench, loading: sides.Loading) -> Iterator[tuple[sides.Side, sides.Side]]:
    settings, folder = bench.settings, bench.folder
    with ExitStack() as stack:
        if settings.cyrus:
            ours = stack.enter_context(sides.ours(OURS, folder, loading))
            peer = stack.enter_context(sides.beside_cyrus(CYRUS, folder, settings.cyrus, loading))
        else:
            assert settings.peer is not None
            name = sides.name_of(settings.peer)
            ours = stack.enter_context(sides.ours_imported(OURS, folder, loading))
            peer = stack.enter_context(sides.beside_peer(name, settings.peer, settings.peer_pid, loading))
        yield ours, peer


def _chosen(settings: Settings, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not settings.only or row.name.startswith(settings.only)]


def _bare(bench: _Bench, ours: Subject) -> RowResult:
    bench.say("bare ASGI echo")
    with server.bare_echo(bench.folder) as process, Connection(Origin.of(process.url)) as connection:
        taken = sample_bare(ours, connection, process, bench.settings.rounds)
    bare = Row("bare echo", ECHO.steps, ECHO.check)
    return _result(bare, replace(ours, name="bare"), taken, None)


def _result(row: Row, subject: Subject, taken: Samples, seen: float | None) -> RowResult:
    return RowResult(
        row=row.name,
        subject=subject.name,
        messages=subject.ground.messages,
        time=Spread.of(taken.row),
        echo=Spread.of(taken.echo),
        server_cpu=sum(taken.server_cpu) / len(taken.server_cpu),
        client_cpu=sum(taken.client_cpu) / len(taken.client_cpu),
        commits=row.commits,
        sent=taken.sent,
        received=taken.received,
        syncs=seen,
    )


def _taker(settings: Settings) -> Taker | None:
    place = settings.lmtp_peer
    return Taker(place.name, place, Unseen()) if place else None


def _memory(bench: _Bench) -> None:
    bench.say("memory at rest, and importing an mbox")
    imported, note = memory.mbox(bench.folder, bench.corpus, bench.settings.messages[-1])
    bench.gathered.memory[:0] = [memory.idle(bench.folder)]
    bench.gathered.memory.append(imported)
    bench.gathered.notes.append(note)


def _startup(bench: _Bench) -> None:
    bench.say(f"starting {_STARTS} times on an empty store and on the largest")
    largest = bench.settings.messages[-1]
    folders = {0: server.fresh(bench.folder / "empty"), largest: bench.folder / str(largest)}
    stopped = startup.measure(folders, _STARTS)
    bench.say(f"killing it amid writes and starting again, {_STARTS} times")
    bench.gathered.startup = (*stopped, startup.after_kill(largest, folders[largest], _STARTS))


def _push(bench: _Bench) -> None:
    bench.say("news of changes, in one process and across two, and idle streams")
    bench.gathered.push = push.latency(bench.folder, bench.settings.rounds)
    bench.gathered.memory += push.idle(bench.folder)


def _contacts(bench: _Bench) -> None:
    measured = contacts.measure(OURS, bench.folder, bench.settings.rounds, bench.say)
    bench.gathered.card_import = measured.imported
    bench.gathered.card_rows = tuple(_result(row, measured.subject, taken, None) for row, taken in measured.rows)


def _calendars(bench: _Bench) -> None:
    measured = calendars.measure(OURS, bench.folder, bench.settings.rounds, bench.say)
    bench.gathered.event_import = measured.imported
    bench.gathered.event_rows = tuple(_result(row, measured.subject, taken, None) for row, taken in measured.rows)


def _machine(load_before: float) -> Machine:
    versions = {"Python": platform.python_version(), "SQLite": apsw.sqlite_lib_version()}
    return Machine(
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        cores=resources.cores(),
        memory=resources.machine_memory(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        versions=versions | {name: version(name) for name in _VERSIONED},
        load=load_before,
    )
