"""Starting and stopping servers again and again leaves no thread, descriptor, file or memory behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.figures import Tally

PROGRAM = """
import ctypes, gc, json, os, sys, tempfile, threading, urllib.request
from pathlib import Path
from angarium.testing import Server

made, make = [], tempfile.mkdtemp

def making(*arguments, **options):
    made.append(make(*arguments, **options))
    return made[-1]

tempfile.mkdtemp = making

def once():
    with Server() as server:
        ann = server.add_user("ann@example.com")
        ann.add_message(subject="hello")
        request = urllib.request.Request(f"{server.url}/.well-known/jmap")
        request.add_header("Authorization", ann.authorization)
        urllib.request.urlopen(request).close()

def held():
    gc.collect()
    getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)(0)  # what the allocator only keeps is no leak
    octets = int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    left = sum(os.path.exists(folder) for folder in made)
    return {"threads": threading.active_count(), "handles": len(os.listdir("/proc/self/fd")), "files": left}, octets

for _ in range(60):
    once()
assert len(made) >= 60
before, octets = held()
for _ in range(int(sys.argv[1])):
    once()
after, grown = held()
print(json.dumps([before, after, grown / octets]))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells what a process holds so")
def test_starts_and_stops_leave_nothing_behind(pytestconfig: pytest.Config, tmp_path: Path, tally: Tally) -> None:
    starts = str(pytestconfig.getoption("--starts"))
    # One arena: else what threads have let go of looks like growth until each of them has been used.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", PROGRAM, starts]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=7_200, check=False)
    assert ran.returncode == 0, ran.stderr
    before, after, grown = json.loads(ran.stdout)
    assert after == before
    assert grown <= 1.05
    tally.add(starts=int(starts))
