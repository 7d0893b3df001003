"""How soon a server inside a test answers, and what its way back to the beginning costs a test.

Only this one measurement may live here. Each start has a new interpreter, and one that imports the same dependencies
beside it; what a test does between two ways back is a few echoes.
"""

import http.client
import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

from angarium.testing import Server, User
from bench.result import InsideResult
from bench.spread import Spread

_ECHOES = 20
_ECHO = json.dumps({"using": ["urn:ietf:params:jmap:core"], "methodCalls": [["Core/echo", {}, "c"]]})

_DEPENDENCIES = """
import sys
before = set(sys.modules)
import angarium.testing
names = set(sys.modules) - before
print(" ".join(name for name in sys.modules if name in names and not name.startswith("angarium")))
"""
_IMPORT = """
import importlib, sys, time
began = time.perf_counter()
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print(time.perf_counter() - began)
"""
_START = """
import time
from angarium.testing import Server
import urllib.request
began = time.perf_counter()
with Server() as server:
    ann = server.add_user("ann")
    request = urllib.request.Request(f"{server.url}/.well-known/jmap")
    request.add_header("Authorization", ann.authorization)
    urllib.request.urlopen(request).close()
    print(time.perf_counter() - began)
"""


def measure(starts: int, rounds: int) -> InsideResult:
    """Start so often, each in a new interpreter, and go back so often in one server."""
    names = _run(_DEPENDENCIES).split()
    imports, firsts = [], []
    for _ in range(starts):
        imports.append(float(_run(_IMPORT, *names)))
        firsts.append(float(_run(_START)))
    echoes, restores = _going_back(rounds)
    return InsideResult(Spread.of(imports), Spread.of(firsts), Spread.of(echoes), Spread.of(restores))


def _run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def _going_back(rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of echoes, and of going back after each few of them."""
    echoes, restores = [], []
    with Server() as server:
        beginning = server.snapshot()
        for _ in range(rounds):
            ann = server.add_user("ann")
            ann.add_message(subject="what a test leaves")
            echoes += _echoes(server, ann)
            began = time.perf_counter()
            server.restore(beginning)
            restores.append(time.perf_counter() - began)
    return echoes, restores


def _echoes(server: Server, user: User) -> list[float]:
    """Seconds of echoes over one connection, the first of which signs in and does not count."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    headers = {"Authorization": user.authorization, "Content-Type": "application/json"}
    taken = []
    try:
        for _ in range(_ECHOES):
            began = time.perf_counter()
            connection.request("POST", "/jmap/", _ECHO, headers)
            connection.getresponse().read()
            taken.append(time.perf_counter() - began)
    finally:
        connection.close()
    return taken[1:]
