"""Contacts: what a large address book costs to import, and its rows beside ``Core/echo``.

Only these measurements may live here; the cards are in ``bench.cards``. The import is held against a parser of others
that stores nothing, run on the same file. RFC 9610 §2, §3.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench import server
from bench.account import Account, Arguments, Call, JmapError
from bench.beside import imported_beside
from bench.cards import BLOCK, COMMON_TOWN, MATCHES, RARE_EVERY, RARE_TOWN, cards
from bench.ground import PAGE, Ground, without_mail
from bench.measure import Samples, Subject, even_shares, sample
from bench.result import ImportCost
from bench.rows import Api, Check, Row, Step, ids_asked

CONTACTS = "urn:ietf:params:jmap:contacts"
COUNT = 20_000
_PASSES = 2
_POOL = 500
_BY_NAME = [{"property": "name/surname"}, {"property": "name/given"}]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out: the import, and the samples of each row."""

    imported: ImportCost
    subject: Subject
    rows: Sequence[tuple[Row, Samples]]


def measure(ours: str, folder: Path, rounds: int, say: Callable[[str], None]) -> Measured:
    """Import an address book into an empty store, then run the rows on it."""
    file, data = folder / "cards.vcf", server.fresh(folder / "contacts")
    try:
        with file.open("wb") as out:
            out.writelines(cards(COUNT))
        say(f"importing {COUNT:,} cards, and parsing them with vobject")
        imported = imported_beside(data, file, "bench.vobject_parse", COUNT)
    finally:
        file.unlink(missing_ok=True)
    with server.serve(data) as process, closing(Account(server.login(process), CONTACTS)) as account:
        process.rest()
        say(f"{COUNT:,} cards: {rounds} rounds of each row, in {_PASSES} passes")
        subject = Subject(ours, account, without_mail(account.id, COUNT), process)
        rows = [(row, Samples()) for row in declared(_pool(account))]
        for share in even_shares(rounds, _PASSES):
            for row, taken in rows:
                sample(subject, row, share, taken)
    return Measured(imported, subject, rows)


def declared(pool: Sequence[str]) -> tuple[Row, ...]:
    """The rows; ``pool`` are ids of cards."""
    towns = {RARE_TOWN: COUNT // RARE_EVERY, COMMON_TOWN: COUNT * MATCHES // BLOCK}
    return (
        Row("cards by text", _query(RARE_TOWN), _finds(towns[RARE_TOWN])),
        Row("cards by common text", _query(COMMON_TOWN), _finds(towns[COMMON_TOWN])),
        Row("cards by common text, by name", _query(COMMON_TOWN, sort=_BY_NAME), _finds(towns[COMMON_TOWN])),
        Row("50 cards", (_get(pool),), lambda _, got: len(got[0][1]["list"]) == PAGE),
        Row("changes after one card", (_changes,), _one_changed, before=(_edit(pool),)),
        Row("one card", (_edit(pool),), lambda _, got: len(got[-1][1]["updated"]) == 1, commits=1),
    )


def _pool(account: Account) -> list[str]:
    got = account.call(("ContactCard/query", {"accountId": account.id, "limit": _POOL, "calculateTotal": True}, "q"))
    if got[0][1]["total"] != COUNT:
        raise JmapError(f"the account holds {got[0][1]['total']} cards, not {COUNT}")
    ids: list[str] = got[0][1]["ids"]
    return ids


def _query(word: str, **extra: object) -> tuple[Step, ...]:
    def step(ground: Ground, _turn: int, _earlier: Sequence[bytes]) -> Api:
        arguments: Arguments = {"accountId": ground.account, "filter": {"text": word}, "limit": PAGE, **extra}
        return Api([("ContactCard/query", arguments, "q")])

    return (step,)


def _finds(count: int) -> Check:
    return lambda _, got: len(got[0][1]["ids"]) == min(PAGE, count)


def _get(pool: Sequence[str]) -> Step:
    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        return Api([("ContactCard/get", {"accountId": ground.account, "ids": ids_asked(turn, pool, PAGE)}, "g")])

    return step


def _edit(pool: Sequence[str]) -> Step:
    """Writes another note into one card, and tells the state before."""

    def step(ground: Ground, turn: int, _earlier: Sequence[bytes]) -> Api:
        account = {"accountId": ground.account}
        patch = {ids_asked(turn, pool, 1)[0]: {"notes": {"n": {"note": f"Seen {turn} times"}}}}
        return Api(
            [
                ("ContactCard/get", account | {"ids": []}, "g"),
                ("ContactCard/set", account | {"update": patch}, "s"),
            ]
        )

    return step


def _changes(ground: Ground, _turn: int, earlier: Sequence[bytes]) -> Api:
    state = orjson.loads(earlier[-1])["methodResponses"][0][1]["state"]
    return Api([("ContactCard/changes", {"accountId": ground.account, "sinceState": state}, "c")])


def _one_changed(_ground: Ground, got: Sequence[Call]) -> bool:
    changes = got[0][1]
    return [len(changes[kind]) for kind in ("created", "updated", "destroyed")] == [0, 1, 0]
