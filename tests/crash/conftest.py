"""As many kills as asked for on the command line, each a test of its own with its number as seed."""

import random

import pytest

from tests.crash.failing import FAILURES
from tests.crash.faults import POINTS

_LIVES_A_KILL = 4
"""Lives of a household to every kill of a server, which takes many times as long."""

_KILLS_A_RECORD = 10
"""Kills of a server to every life whose disk is recorded and cut at many moments."""

_PAIRS = {"failures": len(FAILURES) ** 2, "ends": len(FAILURES) * len(POINTS)}
"""How many pairs there are of two failures, and of a failure and an end."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kills = metafunc.config.getoption("kills")
    if "kill" in metafunc.fixturenames:
        metafunc.parametrize("kill", range(kills))
    if "life" in metafunc.fixturenames:
        metafunc.parametrize("life", range(kills * _LIVES_A_KILL))
    for name, all_ in _PAIRS.items():
        if name in metafunc.fixturenames:
            wanted = min(all_, metafunc.config.getoption("pairs"))
            metafunc.parametrize(name, random.Random(name).sample(range(all_), wanted))
    if "record" in metafunc.fixturenames:
        metafunc.parametrize("record", range(max(1, kills // _KILLS_A_RECORD)))
