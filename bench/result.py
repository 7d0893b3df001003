"""What a run measured, as values: the shape of the JSON file and the input of every table.

Only plain frozen values may live here: seconds, octets, counts. Figures that follow from them are computed where they
are shown.
"""

from dataclasses import dataclass, field

from bench.server import Load
from bench.spread import Spread


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a run took place: ``memory`` in octets, versions as text, ``load`` what wanted a core before it."""

    date: str
    cores: int
    memory: int
    system: str
    versions: dict[str, str]
    load: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether other work had the cores when the run began."""
        return self.load > self.cores


@dataclass(frozen=True, slots=True)
class RowResult:
    """One row on one server: spreads in seconds; of one operation mean CPU seconds, and octets on the wire.

    ``commits`` is how often the row must wait for the disk at the least, ``syncs`` how often it was seen to (None: not
    seen).
    """

    row: str
    subject: str
    messages: int
    time: Spread
    echo: Spread
    server_cpu: float
    client_cpu: float
    commits: int
    sent: int
    received: int
    syncs: float | None = None

    @property
    def multiple(self) -> float:
        """How many times the echo beside it the row took, at the median."""
        return self.time.p50 / self.echo.p50

    def multiple_beyond(self, fsync: float) -> float:
        """The same without the seconds that its commits' fsyncs take alone; below zero, the disk was not waited for."""
        return (self.time.p50 - self.commits * fsync) / self.echo.p50

    @property
    def is_durable(self) -> bool:
        """Whether it was not seen to wait for the disk less often than it must."""
        return self.syncs is None or self.syncs >= self.commits


@dataclass(frozen=True, slots=True)
class WireResult:
    """Octets of one operation on the wire, headers included: sent, received, and received when gzip is accepted."""

    row: str
    sent: int
    received: int
    compressed: int
    encoding: str


@dataclass(frozen=True, slots=True)
class MemoryResult:
    """One memory reading in octets; ``what`` names its aim."""

    what: str
    octets: int


@dataclass(frozen=True, slots=True)
class StartupResult:
    """Seconds from starting the process to the first signed-in answer, for a store of so many messages.

    ``killed``: the server before it was, amid writes that left so many octets in the ``log`` (at the median).
    """

    messages: int
    time: Spread
    killed: bool = False
    log: int = 0


@dataclass(frozen=True, slots=True)
class PushResult:
    """Seconds from the answer to a change until another client has its news, beside echoes of the changing client."""

    way: str
    place: str
    time: Spread
    echo: Spread

    @property
    def multiple(self) -> float:
        """How many times the echo it took, at the median."""
        return self.time.p50 / self.echo.p50


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """Messages that one server took by LMTP, all on disk: how many in each run, and the spread of messages a second.

    ``cpu`` is the mean of CPU seconds for a message, with what was put off (0: not read); each sync was made to take
    ``delay`` seconds longer.
    """

    subject: str
    connections: int
    messages: int
    rate: Spread
    cpu: float = 0.0
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class BesideResult:
    """One row on one of two servers that took it in turns, from so many clients at once.

    ``objects`` is how many there are of what the row asks for; ``time`` in seconds of one operation, ``cpu`` mean
    seconds of one operation (0: not read), ``rate`` operations a second of all clients together. ``quick`` is the
    median with a client that acknowledges at once what it receives (0: not tried).
    """

    row: str
    subject: str
    objects: int
    clients: int
    time: Spread
    cpu: float
    rate: float
    quick: float = 0.0


@dataclass(frozen=True, slots=True)
class ImportCost:
    """An import of so many cards or events from a file of so many octets: CPU seconds, peak memory in octets.

    ``parsed`` is the CPU that another library takes only to parse the file.
    """

    count: int
    octets: int
    cpu: float
    parsed: float
    peak: int


@dataclass(frozen=True, slots=True)
class InsideResult:
    """A server inside a test, in seconds: ``imports`` of its dependencies and ``first`` answer, each in an interpreter
    of its own, then an ``echo`` beside going back to the beginning.
    """

    imports: Spread
    first: Spread
    echo: Spread
    restore: Spread


@dataclass(frozen=True, slots=True)
class OlderResult:
    """One pair of requests for the same things: modern calls, and calls of the dialect before RFC 8620.

    Spreads in seconds, and the mean CPU seconds of the server.
    """

    row: str
    modern: Spread
    older: Spread
    modern_cpu: float
    older_cpu: float

    @property
    def multiple(self) -> float:
        """How many times the modern calls the older ones took, at the median."""
        return self.older.p50 / self.modern.p50


@dataclass(frozen=True, slots=True)
class HoldingResult:
    """How long the change of a keyword waited at the longest beside a job, and ``alone`` at the median, in seconds.

    ``cpu`` is how many seconds the server used at the most while one change waited. ``slices`` says whether the job
    goes in slices, and why not.
    """

    job: str
    longest: float
    cpu: float
    alone: float
    slices: str

    @property
    def multiple(self) -> float:
        """How many times as long it waited as with nothing beside it."""
        return self.longest / self.alone


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a run measured; a part that was not run is empty. ``peer`` names the other server."""

    machine: Machine
    ours: str
    peer: str = ""
    peer_product: str = ""
    fsync: Spread | None = None
    bare: RowResult | None = None
    loads: tuple[Load, ...] = ()
    rows: tuple[RowResult, ...] = ()
    wire: tuple[WireResult, ...] = ()
    memory: tuple[MemoryResult, ...] = ()
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
    beside: tuple[BesideResult, ...] = ()
    beside_delivery: tuple[DeliveryResult, ...] = ()
    notes: tuple[str, ...] = field(default=())
