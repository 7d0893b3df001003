"""The process of one target under atheris: traces the parser's own functions, counts, and ends what does not end.

Only what lies in the modules that a target is for is traced, since to trace all that a check calls takes longer than
the check. The words of a dictionary are the constants of those functions and the words of the corpus.
"""

import gc
import importlib
import logging
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

from tests.figures import FOLDER, keep, kept

CORPUS = Path(__file__).with_name("corpus")
KEPT = FOLDER / "fuzz"
OWN = {
    "message": ("angarium.formats.message", "angarium.datatypes.mail.ingest"),
    "headers": ("angarium.formats.message",),
    "words": ("angarium.formats.message",),
    "html": ("angarium.formats.message",),
    "json": ("angarium.formats.json",),
    "pointers": ("angarium.formats.json", "angarium.formats.pointer", "angarium.formats.patch"),
    "search": ("angarium.formats.searchtext",),
    "vcard": ("angarium.formats.vcard", "angarium.formats.contentline"),
    "icalendar": ("angarium.formats.icalendar", "angarium.formats.contentline"),
    "recurrence": ("angarium.formats.recurrence", "angarium.formats.icalendar.recur"),
    "mbox": ("angarium.formats.mailstore",),
    "request": ("angarium.engine", "angarium.formats"),
    "filters": ("angarium.engine", "angarium.datatypes", "angarium.store"),
    "legacy": ("angarium.protocols.legacy", "angarium.engine"),
    "lmtp": ("angarium.protocols.lmtp", "angarium.flows.deliver"),
}
"""Modules whose branches guide the fuzzer."""

_SECONDS_OF_WORK = 10
_EVERY = 200
"""Executions between two notes of how far it is."""

_WORD = re.compile(rb"[\w@=/$#:;.-]{2,24}")


class Stuck(AssertionError):
    """One input took more than `_SECONDS_OF_WORK` of the processor."""


class Counted:
    """A target that notes executions and the seconds of the processor in a file as it goes."""

    def __init__(self, target: Callable[[bytes], None], name: str) -> None:
        self._target = target
        self._name = name
        self._before = kept(name, KEPT) or {}
        self._executions: int = self._before.get("executions", 0)
        self._seconds: float = self._before.get("seconds", 0.0) - time.process_time()
        signal.signal(signal.SIGPROF, _stuck)

    def __call__(self, octets: bytes) -> None:
        # By the processor's time: a run may be stopped for hours by whoever needs the machine, and continued.
        signal.setitimer(signal.ITIMER_PROF, _SECONDS_OF_WORK)
        self._target(octets)
        self._executions += 1
        if self._executions % _EVERY == 0:
            now = {"executions": self._executions, "seconds": self._seconds + time.process_time()}
            keep(self._name, {**self._before, **now}, KEPT)


def _stuck(number: int, frame: FrameType | None) -> None:
    raise Stuck(f"more than {_SECONDS_OF_WORK} seconds of work")


def run(name: str, folder: Path, options: Sequence[str]) -> None:
    """Fuzz until libFuzzer ends the process."""
    atheris: Any = importlib.import_module("atheris")  # not there unless somebody fuzzes
    patch: Any = importlib.import_module("atheris.instrument_bytecode").patch_code
    logging.disable()
    from tests.fuzz.targets import TARGETS

    seeds = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    for octets in seeds:
        TARGETS[name](octets)  # imports what is imported late
    functions = list(_functions(OWN[name]))
    words = {word for octets in seeds for word in _WORD.findall(octets)}
    words |= {word for function in functions for word in _constants(function.__code__)}
    (folder / "words").write_text("".join(f'"{_escaped(word)}"\n' for word in sorted(words)))
    for function in functions:
        function.__code__ = patch(function.__code__, trace_dataflow=False)
    atheris.Setup(["fuzz", *options, f"-dict={folder / 'words'}"], Counted(TARGETS[name], name))
    atheris.Fuzz()


def _functions(own: tuple[str, ...]) -> Iterator[FunctionType]:
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and (found.__module__ or "").startswith(own):
            yield found


def _constants(code: CodeType) -> Iterable[bytes]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _constants(constant)
        elif isinstance(constant, str | bytes):
            octets = constant.encode() if isinstance(constant, str) else constant
            if _WORD.fullmatch(octets):
                yield octets


def _escaped(word: bytes) -> str:
    return "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else f"\\x{octet:02X}" for octet in word)
