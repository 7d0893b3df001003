"""As many kills as asked for on the command line, each a test of its own with its number as seed."""

import pytest

_LIVES_A_KILL = 4
"""Lives of a household to every kill of a server, which takes many times as long."""

_KILLS_A_RECORD = 10
"""Kills of a server to every life whose disk is recorded and cut at many moments."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kills = metafunc.config.getoption("kills")
    if "kill" in metafunc.fixturenames:
        metafunc.parametrize("kill", range(kills))
    if "life" in metafunc.fixturenames:
        metafunc.parametrize("life", range(kills * _LIVES_A_KILL))
    if "pair" in metafunc.fixturenames:
        metafunc.parametrize("pair", range(kills))
    if "record" in metafunc.fixturenames:
        metafunc.parametrize("record", range(max(1, kills // _KILLS_A_RECORD)))
