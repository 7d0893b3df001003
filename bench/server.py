"""The command lines of the servers under measurement, and data folders of ours that hold the corpus.

Only commands and the reuse of loaded folders may live here. A folder is reused when its marker says that it holds the
same corpus.
"""

import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from bench import resources
from bench.account import Login
from bench.corpus import VERSION, Corpus
from bench.maildir import write_maildir
from bench.process import Process, environment
from bench.syncs import delayed

USER = "bench"
PASSWORD = "bench-on-loopback"
_POLL = 0.01
_PART = 50_000


class CommandError(Exception):
    """A command of the server failed."""


@dataclass(frozen=True, slots=True)
class Load:
    """How an import went: messages, seconds, and the peak memory of the command in octets."""

    messages: int
    seconds: float
    peak: int


def command(*arguments: str) -> list[str]:
    """A command line of the server that is installed beside this interpreter."""
    return [str(Path(sys.executable).with_name("angarium")), *arguments]


def serve(data: Path, *more: str, sync_delay: float = 0.0) -> Process:
    """Start our server on a free port of the loopback; each sync may take so many seconds longer (NoCountError)."""
    line = command("serve", "--data", str(data), "--listen", "127.0.0.1:0", *more)
    return Process(delayed(line, sync_delay) if sync_delay else line, _log(data))


def bare_echo(folder: Path) -> Process:
    """Start the bare ASGI echo that ``Core/echo`` is held against."""
    return Process([sys.executable, "-m", "bench.bare_echo"], folder / "bare-echo.log")


def login(process: Process) -> Login:
    """The sign-in of the account that ``create`` made."""
    return Login(process.url, USER, PASSWORD)


def create(data: Path, user: str = USER) -> None:
    """Make a data folder with one user, or one user more in it."""
    data.mkdir(parents=True, exist_ok=True)
    ran(data, "user", "add", user, "--password-stdin", said=PASSWORD + "\n")


def fresh(data: Path) -> Path:
    """Make a data folder with one user anew, whatever it held."""
    shutil.rmtree(data, ignore_errors=True)
    create(data)
    return data


def import_mail(data: Path, source: Path) -> tuple[float, int]:
    """Import a Maildir or mbox with no server running; returns seconds and the command's peak memory in octets."""
    return ran(data, "import", "--user", USER, str(source))


def ran(data: Path, *arguments: str, said: str = "") -> tuple[float, int]:
    """Run a command on a data folder, beside its server or without; returns seconds and its peak memory in octets."""
    return _run(command(*arguments, "--data", str(data)), _log(data), said)


def loaded(folder: Path, corpus: Corpus, messages: int) -> tuple[Path, Load]:
    """A data folder with the first ``messages`` of the corpus: an earlier one when its marker fits, else a new one.

    A load that was cut short goes on: an import skips what the account has.
    """
    data, marker = folder / str(messages), folder / f"{messages}.json"
    recipe = {"version": VERSION, "seed": corpus.seed, "messages": messages}
    kept = orjson.loads(marker.read_bytes()) if marker.exists() else {}
    if kept.get("recipe") == recipe:
        load = Load(**kept["load"])
    else:
        marker.unlink(missing_ok=True)
        fresh(data)
        load = Load(0, 0.0, 0)
    while load.messages < messages:
        load = _further(load, data, folder / f"{messages}.maildir", corpus, messages)
        marker.write_bytes(orjson.dumps({"recipe": recipe, "load": asdict(load)}))
    return data, load


def _further(load: Load, data: Path, maildir: Path, corpus: Corpus, messages: int) -> Load:
    """Import one part more, so that the corpus never lies beside the store as a whole."""
    until = min(load.messages + _PART, messages)
    shutil.rmtree(maildir, ignore_errors=True)
    try:
        write_maildir(corpus.messages(until, load.messages), maildir)
        seconds, peak = import_mail(data, maildir)
    finally:
        shutil.rmtree(maildir, ignore_errors=True)
    return Load(until, load.seconds + seconds, max(load.peak, peak))


def _log(data: Path) -> Path:
    return data.with_name(data.name + ".log")


def _run(arguments: list[str], log: Path, said: str) -> tuple[float, int]:
    started, peak = time.perf_counter(), 0
    with log.open("ab") as out:
        child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=out, stderr=out, env=environment())
    assert child.stdin is not None
    with child.stdin:
        child.stdin.write(said.encode())
    while child.poll() is None:
        peak = max(peak, resources.peak(resources.tree(child.pid)))
        time.sleep(_POLL)
    if child.returncode:
        raise CommandError(f"{arguments!r} ended with {child.returncode}: {log.read_text(errors='replace')[-2000:]}")
    return time.perf_counter() - started, peak
