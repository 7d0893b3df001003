"""The log: one line for each event with the time, its weight, what happened and to whom; never mail, never passwords.

Events are written as `what happened key=value …`; a traceback follows on lines of its own.
"""

import logging
import sys
from datetime import UTC, datetime

_QUIET = ("asyncio", "uvicorn.error")
"""Loggers of libraries, heard only from warnings on."""


class _Line(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 -- as inherited
        del datefmt
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        record.levelname = record.levelname.lower()
        return super().format(record)


def configure_logs(level: str) -> None:
    """Send the log to standard error from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
