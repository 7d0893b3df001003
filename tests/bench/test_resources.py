import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bench import resources


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that starts another, holds 60 MB for a moment, and then waits for a line."""
    code = (
        "import subprocess, sys\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "held = b'x' * 60_000_000\ndel held\nprint('ready', flush=True)\ninput()\ninner.communicate()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.communicate(b"\n")


def test_a_tree_holds_what_a_process_started(child: subprocess.Popen[bytes]) -> None:
    pids = resources.tree(child.pid)
    assert pids[0] == child.pid
    assert len(pids) == 2


def test_a_peak_is_remembered_until_it_is_forgotten(child: subprocess.Popen[bytes]) -> None:
    assert resources.peak([child.pid]) > 60_000_000
    resources.forget_peak([child.pid])
    assert resources.peak([child.pid]) < 60_000_000


def test_who_wants_a_core_is_seen_while_it_does() -> None:
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(5)]
    try:
        assert resources.wanting_a_core() >= 3
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def test_cpu_time_is_read_to_the_fraction_of_a_millisecond() -> None:
    before = resources.cpu_seconds([os.getpid()])
    end = time.perf_counter() + 0.002
    while time.perf_counter() < end:
        pass
    assert 0.0001 < resources.cpu_seconds([os.getpid()]) - before < 0.5


def test_a_process_that_has_ended_counts_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert resources.cpu_seconds([ended.pid]) == 0
    assert resources.memory(ended.pid) is None
    assert resources.tree(ended.pid) == (ended.pid,)


def test_the_machine_has_cores_and_memory() -> None:
    assert resources.cores() >= 1
    assert resources.machine_memory() > 2**28


def test_a_family_counts_what_starts_later_and_what_has_ended() -> None:
    code = (
        "import subprocess, sys\n"
        "for line in sys.stdin:\n"
        "    subprocess.run([sys.executable, '-c', 'sum(range(3_000_000))'], check=True)\n"
        "    print('done', flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        family, watched = resources.Family(process.pid), resources.Watched(process.pid)
        before = family.cpu(), watched.cpu()
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        alone = watched.cpu() - before[1]
        assert family.cpu() - before[0] > alone + 0.01
        process.stdin.close()
