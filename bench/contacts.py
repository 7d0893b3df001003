"""Contacts: what a large address book costs to import, and its rows beside ``Core/echo``.

Only these measurements may live here; the cards are in ``bench.cards``. The import is held against a parser of others
that stores nothing, run on the same file. RFC 9610 §2, §3.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import objects, server
from bench.account import Account, Arguments, JmapError
from bench.beside import imported_beside
from bench.cards import BLOCK, COMMON_TOWN, MATCHES, RARE_EVERY, RARE_TOWN, cards
from bench.ground import without_mail
from bench.measure import Subject
from bench.objects import POOL, Measured
from bench.rows import Row

COUNT = 20_000


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server speaks of cards: its capability, the type, the order by name, and the patch that writes a note."""

    capability: str
    kind: str
    by_name: tuple[str, ...]
    note: Callable[[str], Arguments]


STANDARD = Dialect(
    "urn:ietf:params:jmap:contacts",
    "ContactCard",
    ("name/surname", "name/given"),
    lambda text: {"notes": {"n": {"note": text}}},
)


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
    with server.serve(data) as process, closing(Account(server.login(process), STANDARD.capability)) as account:
        process.rest()
        say(f"{COUNT:,} cards: {rounds} rounds of each row")
        subject = Subject(ours, account, without_mail(account.id, COUNT), process)
        rows = declared(pool(account, COUNT), COUNT)
        return Measured(imported, subject, objects.run(subject, rows, rounds))


def declared(ids: Sequence[str], count: int, dialect: Dialect = STANDARD) -> tuple[Row, ...]:
    """The rows on an account of so many cards; ``ids`` are some of theirs."""
    kind = dialect.kind
    rare, common = objects.finds(count // RARE_EVERY), objects.finds(count * MATCHES // BLOCK)
    by_name = [{"property": name} for name in dialect.by_name]
    edit = objects.edit(kind, ids, lambda turn: dialect.note(f"Seen {turn} times"))
    of_town = {"filter": {"text": COMMON_TOWN}}
    return (
        Row("cards by text", (objects.query(kind, filter={"text": RARE_TOWN}),), rare),
        Row("cards by common text", (objects.query(kind, **of_town),), common),
        Row("cards by common text, by name", (objects.query(kind, **of_town, sort=by_name),), common),
        Row("50 cards", (objects.get(kind, ids),), objects.gets_page),
        Row("changes after one card", (objects.changes(kind),), objects.one_changed, before=(edit,)),
        Row("one card", (edit,), objects.one_updated, commits=1),
    )


def pool(account: Account, count: int, dialect: Dialect = STANDARD) -> list[str]:
    """Ids of some cards of an account that holds so many (JmapError when it does not)."""
    arguments = {"accountId": account.id, "limit": POOL, "calculateTotal": True}
    got = account.call((f"{dialect.kind}/query", arguments, "q"))[0][1]
    if got["total"] != count:
        raise JmapError(f"the account holds {got['total']} cards, not {count}")
    ids: list[str] = got["ids"]
    return ids
