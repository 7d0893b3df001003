"""A server process under measurement: started from its command line, awaited, read, stopped.

Only what every server needs lives here; the commands themselves are in ``bench.server``. The process is ready when the
line ``listening on http://HOST:PORT`` stands in its log.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.resources import Watched

_LISTENING = re.compile(r"listening on (https?://\S+)")
_POLL = 0.002
_READY_WITHIN = 120.0
_STOP_WITHIN = 20.0


class StartError(Exception):
    """The server ended, or did not say where it listens, in time."""


class Process(Watched):
    """A running server; ``url`` is where it listens and ``pids`` every process of it that ran when it became ready."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._log = log
        self._log_from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment())
        try:
            self.url = self._await_line()
        except BaseException:
            self.stop()
            raise
        super().__init__(self._child.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and wait for it."""
        self._child.send_signal(signal.SIGTERM)  # does nothing to one that has been waited for
        try:
            self._child.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def kill(self) -> None:
        """End the server and all that it has started as a crash would, and wait for it."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        self._child.wait()

    def told(self, after: str) -> str:
        """The word that the server wrote behind these words, '' when it did not write them."""
        return (self._said().rpartition(after)[2].split() or [""])[0] if after in self._said() else ""

    def _await_line(self) -> str:
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            if found := _LISTENING.search(self._said()):
                return found[1].rstrip("/.,")
            if self._child.poll() is not None:
                break
            time.sleep(_POLL)
        raise StartError(
            f"{self._child.args!r} is not listening (exit code {self._child.poll()}): {self._said()[-2000:]}"
        )

    def _said(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._log_from)
            return log.read().decode("utf-8", "replace")


def environment() -> dict[str, str]:
    """Our environment without settings of the server, so that it runs with its defaults; output is not buffered.

    Nor may it forbid to keep compiled modules: a program that is installed has them, and starts in half the time.
    """
    ours = (name for name in os.environ if name.startswith("ANGARIUM_"))
    left_out = {*ours, "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | {"PYTHONUNBUFFERED": "1"}
