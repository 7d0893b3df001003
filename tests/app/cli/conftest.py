"""The program, and exports read back as plain values."""

from pathlib import Path

import pytest

from tests.app.cli.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")
