"""How often a server waits for its disk in one operation, and what it does when each wait is longer, by strace.

Only what strace does with the calls that wait for a disk may live here. It counts apart from what is timed, since a
watched process is slow; to have the calls take longer it stops the process at no other. Where strace is missing or may
not attach there is neither.
"""

import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Samples, Subject, clear, take
from bench.rows import Row

_NAMES = "fsync,fdatasync,sync_file_range,msync,syncfs"
_CALL = re.compile(rf"\b(?:{_NAMES.replace(',', '|')})\(".encode())
_MICROSECONDS = 1_000_000
_ATTACH_WITHIN = 10.0
_ROUNDS = 10  # even, so that every flag is left as it was
_FIRST_TURN = 2_000_000  # beyond the turns of every other measurement


class NoCountError(Exception):
    """System calls cannot be watched here."""


def per_operation(subject: Subject, pids: Sequence[int], row: Row) -> float:
    """How many times a row makes the server wait for its disk, as a mean over several (NoCountError)."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls"
        with watching(pids, log):
            made = take(subject, row, _ROUNDS, Samples(turn=_FIRST_TURN))
            subject.meter.settle()
        clear(subject, made)
        return count(log.read_bytes()) / _ROUNDS


def count(calls: bytes) -> int:
    """How many of the calls that strace wrote down wait for a disk."""
    return len(_CALL.findall(calls))


def delayed(command: Sequence[str], seconds: float) -> list[str]:
    """A command line that runs another one, in which each call that waits for a disk takes longer (NoCountError).

    The other is the process that is started; strace stands beside it.
    """
    late = f"inject={_NAMES}:delay_exit={round(seconds * _MICROSECONDS)}"
    tracer = [_strace(), "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={_NAMES}", "-e", late]
    if subprocess.run([*tracer, "true"], capture_output=True, check=False).returncode:
        raise NoCountError("strace may not attach here")
    return [*tracer, *command]


@contextmanager
def watching(pids: Sequence[int], log: Path) -> Iterator[None]:
    """Have strace write the calls that wait for a disk into ``log``, whole once this is left (NoCountError)."""
    found = _strace()
    attach = [argument for pid in pids for argument in ("-p", str(pid))]
    said = log.with_name("said")
    with said.open("wb") as out:
        command = [found, "-f", "-e", f"trace={_NAMES}", "-o", str(log), *attach]
        tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        _await_attached(tracer, said, len(pids))
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()


def _strace() -> str:
    found = shutil.which("strace")
    if not found:
        raise NoCountError("strace is not installed")
    return found


def _await_attached(tracer: subprocess.Popen[bytes], said: Path, processes: int) -> None:
    deadline = time.monotonic() + _ATTACH_WITHIN
    while said.read_bytes().count(b"attached") < processes:
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise NoCountError(said.read_text(errors="replace").strip())
        time.sleep(0.01)
