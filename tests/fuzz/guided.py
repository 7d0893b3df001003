"""`python -m tests.fuzz.guided`: every target under a coverage-guided fuzzer, for as many executions as told.

The fuzzer is atheris, of the group `fuzz`; the tests do without it. Each target runs in processes of its own, most
executions with short inputs and a share with long ones, and begins with its corpus. build/figures/fuzz/<target>.json
tells of it; a run that was stopped goes on with `--continue`. An input that fails is written to
build/fuzz/<target>/failed/ and belongs in the corpus once it is mended.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.figures import keep, kept
from tests.fuzz.traced import CORPUS, KEPT, OWN, run

BUILD = Path("build/fuzz")
STAGES = ((0.75, 300), (0.95, 1_000), (1.0, 4_096))
"""Up to which share of the executions inputs have at most so many octets, or as many as the longest of the corpus."""

_NOTHING: dict[str, Any] = {"executions": 0, "seconds": 0.0, "places": 0, "failed": []}
_NEVER = 10**8
_MEMORY_MB = 2_048
_MEMORY_FOLDER = Path("/dev/shm")
"""Where stores are made, whose commits then wait for no disk."""
_DONE = re.compile(r"Done (\d+) runs in")
_PLACES = re.compile(r"^#\d+\s.*?cov: (\d+)", re.MULTILINE)


def main() -> int:
    """Run targets; 1 when any of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(OWN), help="all of them unless named")
    parser.add_argument("--runs", type=int, default=1_000_000, help="executions of each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--continue", action="store_true", dest="on", help="where the last run was stopped")
    given = parser.parse_args()
    ended = [_target(name, given.runs, given.seed, given.on) for name in given.targets]  # also after one that failed
    return int(not all(ended))


def _target(name: str, runs: int, seed: int, on: bool) -> bool:
    folder = BUILD / name
    if not on:
        shutil.rmtree(folder, ignore_errors=True)
        (KEPT / f"{name}.json").unlink(missing_ok=True)
    for part in ("found", "failed"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    good, longest = True, max(path.stat().st_size for path in (CORPUS / name).iterdir())
    for share, octets in STAGES:
        before = {**_NOTHING, **(kept(name, KEPT) or {}), "seed": seed, "wanted": runs}
        wanted = int(runs * share) - before["executions"]
        if not good or wanted <= 0:
            continue
        keep(name, before, KEPT)
        good, places = _stage(name, folder, wanted, max(octets, longest), seed + before["executions"])
        now = {**before, **(kept(name, KEPT) or {}), "places": places}
        now["failed"] = sorted(path.name for path in (folder / "failed").iterdir())
        keep(name, now, KEPT)
        print(
            f"{name}: {now['executions']:,} executions, {now['seconds']:.0f} s, {places:,} places",
            *now["failed"],
            flush=True,
        )
    return good


def _stage(name: str, folder: Path, runs: int, longest: int, seed: int) -> tuple[bool, int]:
    """One process; whether it ended well, and the places that it reached."""
    options = {
        "runs": runs,
        "seed": seed,
        "max_len": longest,
        "timeout": _NEVER,  # by the clock; the process itself looks at the work
        "report_slow_units": _NEVER,  # by the clock too: a process that was stopped for a while is not slow
        "rss_limit_mb": _MEMORY_MB,
        "reload": 0,
        "artifact_prefix": f"{folder}/failed/",
    }
    command = [sys.executable, "-m", "tests.fuzz.guided", "--one", name, *(f"-{k}={v}" for k, v in options.items())]
    command += [str(folder / "found"), str(CORPUS / name)]
    scratch = TemporaryDirectory(prefix="angarium-fuzz-", dir=_MEMORY_FOLDER if _MEMORY_FOLDER.is_dir() else None)
    with scratch as place, (folder / f"log-{longest}").open("w+", errors="replace") as log:
        environment = {**os.environ, "TMPDIR": place}
        ended = subprocess.run(command, stdout=log, stderr=log, env=environment, check=False).returncode
        log.seek(0)
        said = log.read()
    places = _PLACES.findall(said)
    return ended == 0 and _DONE.search(said) is not None, int(places[-1]) if places else 0


def one(name: str, options: Sequence[str]) -> None:
    """Be the process of a stage."""
    run(name, BUILD / name, options)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main())
