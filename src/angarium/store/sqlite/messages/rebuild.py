"""Making anew what follows from the emails: lists and counters, threads, full text (`angarium rebuild`).

Each function leaves the index as if every message had been stored by today's code.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import apsw

from angarium.store.contract import BlobHash, SearchText
from angarium.store.sqlite.messages import counters, entries, joining, quota, textindex
from angarium.store.sqlite.messages.ids import EVERYWHERE, first_document, last_document
from angarium.store.sqlite.messages.threads import ChangeNumbers, Threads

ThreadFacts: TypeAlias = Callable[[BlobHash], tuple[Sequence[str], str]]
"""Message-ids and base subject of a message."""

TextFacts: TypeAlias = Callable[[BlobHash], SearchText]
"""The text of a message."""

_SLICE: Final = """
SELECT document, blob FROM email WHERE document > ? AND document <= ? ORDER BY document LIMIT ?
"""


def recount(connection: apsw.Connection, numbers: ChangeNumbers, account: int) -> int:
    """Make lists, keyword index and counters anew; how many mailboxes had wrong counters."""
    entries.remove_account(connection, account)
    for entry in entries.of_account(connection, account):
        entries.enter(connection, entry)
    before = counters.read_all(connection, account, EVERYWHERE)
    after = counters.of_account(connection, account)
    wrong = counters.apply(connection, account, before, after)
    for mailbox in wrong:
        numbers.touch(account, "Mailbox", mailbox)
    if before.get(EVERYWHERE) != after.get(EVERYWHERE):
        numbers.touch_all(account, quota.KIND)
    return len(wrong)


def rethread(connection: apsw.Connection, numbers: ChangeNumbers, account: int, fetch: ThreadFacts) -> int:
    """Thread all emails anew in order of arrival; how many moved. Emails that stay together keep their thread."""
    groups, owned = _grouped(connection, account, fetch)
    threads = Threads(connection, numbers)
    before = counters.of_account(connection, account)
    connection.execute("DELETE FROM thread_key WHERE account = ?", (account,))
    taken: set[int] = set()
    renewed: set[int] = set()
    left: set[int] = set()
    moved = 0
    for group in sorted(groups, key=lambda members: (-len(members), members[0].id)):
        thread = _heir(group, taken) or threads.begin(account)
        taken.add(thread)
        for entry in group:
            if entry.thread != thread:
                threads.move(entry, thread)
                renewed.add(thread)
                left.add(entry.thread)
                moved += 1
        joining.own(connection, account, thread, owned[group[0].id])
    known: list[tuple[int]] = list(connection.execute("SELECT id FROM thread WHERE account = ?", (account,)))
    for thread in sorted({number for (number,) in known} - taken):  # also one that damage had left without emails
        threads.end(account, thread)
    for thread in sorted((renewed | left) & taken):
        threads.renew(account, thread)
    for mailbox in counters.apply(connection, account, before, counters.of_account(connection, account)):
        numbers.touch(account, "Mailbox", mailbox)
    return moved


def _grouped(
    connection: apsw.Connection, account: int, fetch: ThreadFacts
) -> tuple[list[list[entries.Entry]], dict[int, list[int]]]:
    """The emails of each thread as `joining` would have it, and the keys of each by its first email."""
    rows: list[tuple[int, str]] = list(connection.execute("SELECT id, blob FROM email WHERE account = ?", (account,)))
    blobs = dict(rows)
    groups: dict[int, list[entries.Entry]] = {}
    owner: dict[int, int] = {}
    owned: dict[int, set[int]] = {}
    for entry in entries.of_account(connection, account):
        keys = joining.keys_of(*fetch(BlobHash(blobs[entry.id])))
        thread, moved = joining.choose({owner[key]: len(groups[owner[key]]) for key in keys if key in owner})
        heir = entry.id if thread is None else thread
        groups.setdefault(heir, []).append(entry)
        inherited = set(keys)
        for merged in moved:
            groups[heir] += groups.pop(merged)
            inherited |= {key for key in owned.pop(merged) if owner[key] == merged}
        owner.update(dict.fromkeys(inherited, heir))
        owned.setdefault(heir, set()).update(inherited)
    kept = {heir: [key for key in keys if owner[key] == heir] for heir, keys in owned.items()}
    return list(groups.values()), {members[0].id: kept[heir] for heir, members in groups.items()}


def _heir(group: Sequence[entries.Entry], taken: set[int]) -> int | None:
    """The thread that most of the group is in already, if no other group has it."""
    sizes: dict[int, int] = {}
    for entry in group:
        sizes[entry.thread] = sizes.get(entry.thread, 0) + 1
    free = [thread for thread in sizes if thread not in taken]
    return max(free, key=lambda thread: (sizes[thread], -thread), default=None)


def reindex(
    connection: apsw.Connection, account: int, fetch: TextFacts, after: int | None = None, limit: int = 500
) -> int | None:
    """Index up to `limit` messages after a document key anew; the last key, None at the end."""
    start = first_document(account) - 1 if after is None else after
    slice_: list[tuple[int, str]] = list(connection.execute(_SLICE, (start, last_document(account), limit)))
    for document, blob in slice_:
        textindex.forget(connection, document)
        textindex.enqueue(connection, document, fetch(BlobHash(blob)))
    return slice_[-1][0] if len(slice_) == limit else None
