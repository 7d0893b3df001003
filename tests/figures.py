"""What long runs counted, kept as JSON in build/figures/ until `python -m tests.report` writes the tables of it.

Every file says on which machine and when it was made. A run that goes on for hours writes its file as it goes.
"""

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path("build/figures")


def machine() -> dict[str, Any]:
    """The date (UTC), processors, memory in octets, system and Python."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def keep(name: str, figures: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Write the figures of a run, whole or not at all."""
    place = folder / f"{name}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(".new")
    new.write_text(json.dumps({**figures, "machine": machine()}, indent=1) + "\n")
    new.replace(place)


def kept(name: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """The figures of the last run, if there was one."""
    place = folder / f"{name}.json"
    return json.loads(place.read_text()) if place.exists() else None


class Tally:
    """Counts what a run did, and keeps it at each count when it is to be published; `about` is told with it."""

    def __init__(self, name: str, about: Mapping[str, Any], publish: bool, folder: Path = FOLDER) -> None:
        self.counted: Counter[str] = Counter()
        self.failed: dict[str, str] = {}
        self._name = name
        self._about = about
        self._publish = publish
        self._folder = folder
        self._parts: dict[str, Tally] = {}

    def part(self, name: str) -> "Tally":
        """One of several that count at the same time."""
        if name not in self._parts:
            self._parts[name] = Tally(f"{self._name}/{name}", self._about, self._publish, self._folder)
        return self._parts[name]

    def add(self, **counted: int) -> None:
        """Count."""
        self.counted.update(counted)
        self._keep()

    def fail(self, test: str, why: str) -> None:
        """Note a failure."""
        self.failed[test] = why
        self._keep()

    def _keep(self) -> None:
        if self._publish:
            keep(self._name, {**self._about, "counted": dict(self.counted), "failed": self.failed}, self._folder)
