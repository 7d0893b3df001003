"""``python -m bench``: runs what the command line asks for, prints the tables, and writes the files.

Only the program's beginning and end may live here.
"""

import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

import orjson

from bench import aims, peer
from bench.account import JmapError
from bench.client import HttpError
from bench.crowd import CrowdError
from bench.curves import curves
from bench.markers import MarkerError, replace_sections
from bench.picture import growth
from bench.process import StartError
from bench.report import SECTIONS, sections
from bench.result import Report
from bench.run import run
from bench.server import CommandError
from bench.settings import read

# Not the system's temporary folder: that may be memory, where a commit costs nothing.
_BUILD = Path("build")
_PICTURE = "growth.svg"  # beside the document


def main() -> None:
    """Run the benchmark."""
    settings = read()
    if settings.markdown:  # before hours of work, not after
        replace_sections(settings.markdown.read_text(), dict.fromkeys(SECTIONS, ""))
    with ExitStack() as stack:
        if settings.keep:
            folder = settings.keep
        else:
            _BUILD.mkdir(exist_ok=True)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=_BUILD)))
        folder.mkdir(parents=True, exist_ok=True)
        report = run(settings, folder.resolve(), _say)
    laid_out = sections(report)
    for name, text in laid_out.items():
        print(f"\n## {name}\n\n{text}")
    if settings.json:
        settings.json.write_bytes(_json(report))
    if settings.markdown:
        document = settings.markdown.read_text()
        settings.markdown.write_text(replace_sections(document, laid_out))
        if found := curves(aims.ours(report)):
            settings.markdown.with_name(_PICTURE).write_text(growth(found))


def _json(report: Report) -> bytes:
    """Everything that was measured, and what it was held against."""
    measured = {field.name: getattr(report, field.name) for field in fields(report)}
    judged = [
        {"aim": one.aim, "limit": one.limit, "at_least": one.at_least, "measured": one.measured, "holds": one.holds}
        for one in (*aims.judge(report), *peer.judge(report))
    ]
    return orjson.dumps(measured | {"aims": judged}, option=orjson.OPT_INDENT_2)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped
    try:
        main()
    except (CommandError, CrowdError, HttpError, JmapError, MarkerError, OSError, StartError) as error:
        sys.exit(f"bench: {error}")
