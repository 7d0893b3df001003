"""How long tombstones stay: at least 30 days and the newest 100,000 of an account; older states are then refused."""

import apsw

from angarium.store.contract import AccountKey
from angarium.store.sqlite.changelog import ALL

KEEP_SECONDS = 30 * 24 * 3600
KEEP_NEWEST = 100_000


def prune(connection: apsw.Connection, account: AccountKey, now: int, keep_newest: int = KEEP_NEWEST) -> int:
    """Remove an account's old tombstones and record the state below which changes cannot be told; how many went.

    `now` in epoch seconds.
    """
    bound: int | None = connection.execute(
        "SELECT destroyed FROM tombstone WHERE account = ? ORDER BY destroyed DESC LIMIT 1 OFFSET ?",
        (account, keep_newest),
    ).get
    # Up to the first young one, not simply the old ones: the clock may have gone back between two of them.
    young: int | None = connection.execute(
        "SELECT min(destroyed) FROM tombstone WHERE account = ? AND at > ?", (account, now - KEEP_SECONDS)
    ).get
    floor: int | None = connection.execute(
        "SELECT max(destroyed) FROM tombstone WHERE account = ? AND destroyed <= ? AND destroyed < ?",
        (account, bound or 0, ALL if young is None else young),
    ).get
    if floor is None:
        return 0
    connection.execute("DELETE FROM tombstone WHERE account = ? AND destroyed <= ?", (account, floor))
    removed = connection.changes()
    connection.execute("UPDATE account SET floor = ? WHERE id = ?", (floor, account))
    return removed
