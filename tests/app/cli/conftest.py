"""The program, by itself and with a user."""

from pathlib import Path

import pytest

from tests.app.cli.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")


@pytest.fixture
def ann(program: Program) -> Program:
    program.user("ann")
    return program
