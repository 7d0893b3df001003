"""What the rows of contacts and of calendars share: steps on any type of object, and the loop that measures them.

Only what more than one type needs may live here; what is asked of one type stays in ``bench.contacts`` and
``bench.calendars``. RFC 8620 §5.1 to §5.3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from bench.account import Arguments, Call
from bench.ground import PAGE, Ground
from bench.measure import Samples, Subject, even_shares, sample
from bench.result import ImportCost
from bench.rows import Api, Check, Row, Step, ids_asked

POOL = 500
_PASSES = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out: the import, and the samples of each row."""

    imported: ImportCost
    subject: Subject
    rows: Sequence[tuple[Row, Samples]]


def run(subject: Subject, rows: Sequence[Row], rounds: int) -> list[tuple[Row, Samples]]:
    """Each row ``rounds`` times, in a few passes over all of them."""
    taken = [(row, Samples()) for row in rows]
    for share in even_shares(rounds, _PASSES):
        for row, samples in taken:
            sample(subject, row, share, samples)
    return taken


def query(kind: str, **extra: object) -> Step:
    """The first page of a query."""

    def step(ground: Ground, _turn: int, _earlier: Sequence[bytes]) -> Api:
        arguments: Arguments = {"accountId": ground.account, "limit": PAGE, **extra}
        return Api([(f"{kind}/query", arguments, "q")])

    return step


def finds(count: int) -> Check:
    """The first page of so many."""
    return lambda _, got: len(got[0][1]["ids"]) == min(PAGE, count)


def get(kind: str, pool: Sequence[str]) -> Step:
    """A page of objects, another one at each turn."""

    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        return Api([(f"{kind}/get", {"accountId": ground.account, "ids": ids_asked(turn, pool, PAGE)}, "g")])

    return step


def gets_page(_ground: Ground, got: Sequence[Call]) -> bool:
    """A page of objects came."""
    return len(got[0][1]["list"]) == PAGE


def edit(kind: str, pool: Sequence[str], patch: Callable[[int], Arguments]) -> Step:
    """Tells the state, then changes one object by what ``patch`` makes of a new number."""

    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        account = {"accountId": ground.account}
        update = {ids_asked(turn, pool, 1)[0]: patch(ground.first_single + turn)}
        return Api([(f"{kind}/get", account | {"ids": []}, "g"), (f"{kind}/set", account | {"update": update}, "s")])

    return step


def one_updated(_ground: Ground, got: Sequence[Call]) -> bool:
    """One object was changed."""
    return len(got[-1][1]["updated"]) == 1


def changes(kind: str) -> Step:
    """What has changed since the state that an ``edit`` told."""

    def step(ground: Ground, _turn: int, earlier: Sequence[bytes]) -> Api:
        state = orjson.loads(earlier[-1])["methodResponses"][0][1]["state"]
        return Api([(f"{kind}/changes", {"accountId": ground.account, "sinceState": state}, "c")])

    return step


def one_changed(_ground: Ground, got: Sequence[Call]) -> bool:
    """One object is told as updated, and nothing else."""
    told = got[0][1]
    return [len(told[which]) for which in ("created", "updated", "destroyed")] == [0, 1, 0]
