"""What a run is asked to do, from the command line.

Only options and their reading may live here.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.account import Login
from bench.corpus import BLOCK
from bench.delivery import Place

PARTS = (
    "rows",
    "wire",
    "memory",
    "startup",
    "push",
    "delivery",
    "holding",
    "contacts",
    "calendars",
    "inside",
    "older",
    "peer",
)
_SIZES = (10_000, 100_000)
_ROUNDS = 200
_QUICK_SIZES = (1_000,)
_QUICK_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Sizes ascending; ``peer_pid`` is the root of the peer's processes on this machine, 0 when it is elsewhere.

    ``cyrus`` is the script that brings Cyrus up (``bench.cyrus``).
    """

    messages: tuple[int, ...]
    rounds: int
    parts: tuple[str, ...]
    only: tuple[str, ...]
    peer: Login | None
    peer_pid: int
    cyrus: Path | None
    workers: int
    lmtp_peer: Place | None
    json: Path | None
    markdown: Path | None
    keep: Path | None


def read(arguments: Sequence[str] | None = None) -> Settings:
    """Settings from a command line; a bad one ends the program with status 2 and a reason."""
    given = _parser().parse_args(arguments)
    sizes = given.messages or (_QUICK_SIZES if given.quick else _SIZES)
    return Settings(
        messages=tuple(sorted(sizes)),
        rounds=given.rounds or (_QUICK_ROUNDS if given.quick else _ROUNDS),
        parts=given.parts,
        only=given.only,
        peer=given.peer,
        peer_pid=given.peer_pid,
        cyrus=given.cyrus,
        workers=given.workers,
        lmtp_peer=given.lmtp_peer,
        json=given.json,
        markdown=given.markdown,
        keep=given.keep,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the server; see docs/performance.md.")
    add = parser.add_argument
    add("--messages", type=_sizes, metavar="N,N", help=f"store sizes, in hundreds (default {_SIZES})")
    add("--rounds", type=_positive, metavar="N", help=f"operations of each row at each size (default {_ROUNDS})")
    add("--quick", action="store_true", help=f"a smoke run: {_QUICK_SIZES[0]:,} messages, {_QUICK_ROUNDS} rounds")
    add("--parts", type=_parts, default=PARTS, metavar="P,P", help=f"some of {', '.join(PARTS)}")
    add("--only", type=_names, default=(), metavar="ROW,ROW", help="only rows whose name begins so")
    add(
        "--peer",
        type=_login,
        metavar="URL,USER,PASSWORD",
        help="the same rows on another JMAP server (an empty account)",
    )
    add("--cyrus", type=_script, metavar="SCRIPT", help="every row beside a Cyrus that this script starts and resets")
    add("--workers", type=_positive, default=1, metavar="N", help="processes of ours beside a peer (default 1)")
    add("--peer-pid", type=_positive, default=0, metavar="PID", help="read the CPU of this process tree for the peer")
    add("--lmtp-peer", type=_place, metavar="HOST:PORT,RECIPIENT", help="deliver to another LMTP server as well")
    add("--json", type=Path, metavar="FILE", help="write everything that was measured")
    add(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write the tables between the markers of this document, and the picture of growth beside it",
    )
    add("--keep", type=Path, metavar="DIR", help="keep loaded data folders here, and reuse those that fit")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size.replace("_", "")) for size in text.split(","))
    if any(size < 2 * BLOCK or size % BLOCK for size in sizes):
        raise argparse.ArgumentTypeError(f"sizes are multiples of {BLOCK}, from {2 * BLOCK}: {text}")
    return sizes


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"not a positive number: {text}")
    return number


def _parts(text: str) -> tuple[str, ...]:
    named = _names(text)
    if unknown := set(named) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return named


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _script(text: str) -> Path:
    script = Path(text)
    if not script.is_file():
        raise argparse.ArgumentTypeError(f"no such script: {text}")
    return script


def _place(text: str) -> Place:
    address, comma, recipient = text.partition(",")
    host, colon, port = address.rpartition(":")
    if not (comma and colon and host and recipient and port.isdecimal()):
        raise argparse.ArgumentTypeError("give HOST:PORT,RECIPIENT")
    return Place(host, int(port), recipient)


def _login(text: str) -> Login:
    url, comma, rest = text.partition(",")
    user, second, password = rest.partition(",")
    if not (comma and second and url.startswith(("http://", "https://"))):
        raise argparse.ArgumentTypeError("give URL,USER,PASSWORD")
    return Login(url, user, password)
