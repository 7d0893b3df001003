"""`python -m tests.fuzz.guided`: every target under a coverage-guided fuzzer, for as many executions as told.

The fuzzer is atheris, of the group `fuzz`; the tests do without it. Each target runs in a process of its own, begins
with its corpus, and is told in one row of a table: executions, those a second, places reached, what it ended in. An
input that fails is written to build/fuzz/<target>/ and belongs in the corpus once it is mended.
"""

import argparse
import importlib
import logging
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BUILD = Path("build/fuzz")
_LONGEST = 4_096
_SECONDS_AN_INPUT = 10
_MEMORY_MB = 2_048
_STATE = re.compile(r"^#(\d+)\s.*?cov: (\d+)", re.MULTILINE)


def main() -> int:
    """Run targets, print the table, write it to build/fuzz.md; 1 when any of them failed."""
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), help="all of them unless named")
    parser.add_argument("--runs", type=int, default=1_000_000, help="executions of each")
    parser.add_argument("--seconds", type=int, default=3_600, help="and no longer than this for each")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    lines = [
        f"Seed {given.seed}; {os.cpu_count()} processors, Python {platform.python_version()}.",
        "",
        "| Target | Executions | a second | Places reached | Ended |",
        "|---|---|---|---|---|",
    ]
    failed = False
    for target in given.targets:
        row, good = _run(target, given.runs, given.seconds, given.seed)
        lines.append(row)
        print(row, flush=True)
        failed |= not good
    BUILD.with_suffix(".md").write_text("\n".join(lines) + "\n")
    return int(failed)


def _run(target: str, runs: int, seconds: int, seed: int) -> tuple[str, bool]:
    folder = BUILD / target
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "found").mkdir(parents=True)
    options = {
        "runs": runs,
        "max_total_time": seconds,
        "seed": seed,
        "max_len": _LONGEST,
        "timeout": _SECONDS_AN_INPUT,
        "rss_limit_mb": _MEMORY_MB,
        "artifact_prefix": f"{folder}/",
    }
    command = [sys.executable, "-m", "tests.fuzz.guided", "--one", target]
    command += [f"-{name}={value}" for name, value in options.items()]
    command += [str(folder / "found"), str(HERE / "corpus" / target)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    (folder / "log").write_text(done.stdout + done.stderr)
    states = [(int(count), int(places)) for count, places in _STATE.findall(done.stderr)]
    count, places = states[-1] if states else (0, 0)
    took = re.search(r"Done \d+ runs in (\d+) second", done.stderr)
    rate = f"{count / max(1, int(took[1])):.0f}" if took else "–"
    ended = "well" if done.returncode == 0 else f"failed, see {folder}"
    return f"| {target} | {count:,} | {rate} | {places:,} | {ended} |", done.returncode == 0


def one(target: str, arguments: Sequence[str]) -> None:
    """Be the process of one target."""
    atheris: Any = importlib.import_module("atheris")  # not there unless somebody fuzzes
    logging.disable()
    with atheris.instrument_imports(include=["angarium"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup(["fuzz", *arguments], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
