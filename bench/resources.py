"""What processes have used, read from the kernel (Linux): CPU to the nanosecond, memory now and at its peak.

Only readings may live here. The CPU clock of a process (clock_getcpuclockid(3)) counts all its threads, also those that
ended, which ``/proc/PID/stat`` does only to the hundredth of a second. The peak is that of the program, not what it
inherited at fork.
"""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_KIB = 1024
_IDLE_SHARE = 0.05  # of one core
_SCHED_CLOCK = 2  # CPUCLOCK_SCHED: user and system time of every thread, in nanoseconds


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident octets of one process, now and at its peak."""

    resident: int
    peak: int


def tree(pid: int) -> tuple[int, ...]:
    """A process and everything it has started that still runs."""
    found = [pid]
    for parent in found:
        found += _children(parent)
    return tuple(found)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    try:
        return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def wanting_a_core(samples: int = 20, pause: float = 0.05) -> float:
    """How many threads beside the asking one run or wait for a core, as the mean of so many looks."""
    found = 0
    for _ in range(samples):
        running, _, _ = Path("/proc/loadavg").read_text().split()[3].partition("/")
        found += int(running) - 1
        time.sleep(pause)
    return found / samples


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that the processes have used so far; one that has ended counts nothing."""
    return sum(_cpu_nanoseconds(pid) for pid in pids) / 1e9


def _cpu_nanoseconds(pid: int) -> int:
    try:
        return time.clock_gettime_ns(~pid << 3 | _SCHED_CLOCK)
    except OSError:
        return 0


def ended_cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time of their children that have ended and been waited for, to the hundredth of a second."""
    return sum(_ended_ticks(pid) for pid in pids) / os.sysconf("SC_CLK_TCK")


def _ended_ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(fields[13]) + int(fields[14])  # cutime and cstime, proc(5)


def memory(pid: int) -> Memory | None:
    """Memory of a process, or None when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = dict(line.split(":", 1) for line in lines)
    if "VmHWM" not in fields:  # ended, not yet waited for
        return None
    return Memory(_octets(fields["VmRSS"]), _octets(fields["VmHWM"]))


def _octets(field: str) -> int:
    return int(field.split()[0]) * _KIB


def peak(pids: Iterable[int]) -> int:
    """The highest peak of any one of the processes, in octets."""
    return max((found.peak for pid in pids if (found := memory(pid))), default=0)


def forget_peak(pids: Iterable[int]) -> None:
    """Make the peak of each process what it holds now (proc(5), clear_refs)."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


class Watched:
    """A process and what it had started when this was made; ``pids`` are all of them."""

    def __init__(self, pid: int) -> None:
        self.pids = tree(pid)

    def cpu(self) -> float:
        """CPU seconds that they have used so far."""
        return cpu_seconds(self.pids)

    def settle(self) -> None:
        """Wait until what an operation put off is done: about six idle milliseconds, at most half a second."""
        self._calm(step=0.003, steps=2, longest=0.5)

    def rest(self) -> None:
        """Wait until long work, such as indexing, is done: half an idle second, at most ten minutes."""
        self._calm(step=0.1, steps=5, longest=600.0)

    def _calm(self, step: float, steps: int, longest: float) -> None:
        deadline = time.monotonic() + longest
        calm, before = 0, self.cpu()
        while calm < steps and time.monotonic() < deadline:
            time.sleep(step)
            now = self.cpu()
            calm = calm + 1 if now - before < step * _IDLE_SHARE else 0
            before = now


class Family(Watched):
    """A process and all that it starts, also later; what has ended still counts."""

    def cpu(self) -> float:
        """CPU seconds that all of them have used so far."""
        self.pids = tree(self.pids[0])
        return super().cpu() + ended_cpu_seconds(self.pids)

    def rest(self) -> None:
        """The same, but for two seconds and a half: an indexer may look for work only once a second."""
        self._calm(step=0.1, steps=25, longest=600.0)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def machine_memory() -> int:
    """Octets of main memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
