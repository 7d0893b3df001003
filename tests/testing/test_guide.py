"""docs/guide/testing.md: every recipe runs as it stands there, and its tables are true."""

import re
import subprocess
import sys
from pathlib import Path

from angarium.engine.leniency import ROWS
from angarium.testing import DIALS

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "testing.md"


def test_every_recipe_runs(tmp_path: Path) -> None:
    recipes = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.S)
    assert len(recipes) >= 10
    for number, recipe in enumerate(recipes):
        (tmp_path / f"test_recipe_{number}.py").write_text(recipe)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout
    assert f"{len(recipes) + 1} passed" in ran.stdout


def test_the_table_of_departures_is_that_of_lenient_mode() -> None:
    rows = re.findall(r"^\| ([a-z]+-[a-z-]+) \| (.*) \|", GUIDE.read_text("utf-8"), re.M)
    assert rows == [(row.name, row.about) for row in ROWS]


def test_the_table_of_dials_names_each() -> None:
    rows = re.findall(r"^\| (`.*?) \|", GUIDE.read_text("utf-8"), re.M)
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(DIALS)
