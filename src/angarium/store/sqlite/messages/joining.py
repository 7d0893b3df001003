"""Which thread a message belongs to (RFC 8621 §3): it shares a message-id and the base subject with one of its emails.

Each thread owns hashes of message-id and subject. Threads stop growing at `MOST_EMAILS`, so that nobody can make one
that costs everybody (and the newest thread takes over the keys).
"""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import apsw

from angarium.store.sqlite.messages.ids import EVERYWHERE

MOST_EMAILS: Final = 200

_OWNER: Final = "SELECT thread FROM thread_key WHERE account = ? AND key = ?"
_SIZE: Final = f"""
SELECT count(*) FROM mailbox_email INDEXED BY mailbox_thread
WHERE account = ? AND thread = ? AND mailbox = {EVERYWHERE}
"""


class Joining(NamedTuple):
    """The thread that a message joins (None: it begins one), and those whose emails move there with it."""

    thread: int | None
    moved: tuple[int, ...] = ()


def keys_of(message_ids: Sequence[str], subject: str) -> list[int]:
    """The keys of a message, each a signed 64-bit hash; white space and case of the base subject do not matter."""
    told = "".join(subject.split()).casefold().encode("utf-8", "surrogatepass")
    return [_key(message_id.encode("utf-8", "surrogatepass"), told) for message_id in dict.fromkeys(message_ids)]


def _key(message_id: bytes, subject: bytes) -> int:
    digest = blake2b(message_id + b"\0" + subject, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def find(connection: apsw.Connection, account: int, keys: Sequence[int]) -> Joining:
    """The largest thread with room that owns one of the keys, and every other that fits into it."""
    if not keys:
        return Joining(None)
    owners: set[int] = {thread for (thread,) in connection.executemany(_OWNER, [(account, key) for key in keys])}
    return choose({thread: connection.execute(_SIZE, (account, thread)).get for thread in owners})


def choose(sizes: Mapping[int, int]) -> Joining:
    """Of threads with these sizes the largest with room for one more, and every other that then fits into it."""
    room = MOST_EMAILS - 1
    chosen: list[int] = []
    for thread, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        if size <= room:
            chosen.append(thread)
            room -= size
    return Joining(chosen[0], tuple(chosen[1:])) if chosen else Joining(None)


def own(connection: apsw.Connection, account: int, thread: int, keys: Sequence[int]) -> None:
    """Let a thread own keys, whoever did before."""
    connection.executemany(
        "INSERT INTO thread_key (account, key, thread) VALUES (?, ?, ?) "
        "ON CONFLICT (account, key) DO UPDATE SET thread = excluded.thread WHERE thread <> excluded.thread",
        [(account, key, thread) for key in keys],
    )


def hand_over(connection: apsw.Connection, account: int, thread: int, heir: int) -> None:
    """Give all keys of a thread to another."""
    connection.execute("UPDATE thread_key SET thread = ? WHERE account = ? AND thread = ?", (heir, account, thread))


def disown(connection: apsw.Connection, account: int, thread: int) -> None:
    """Forget the keys of a thread that has ended."""
    connection.execute("DELETE FROM thread_key WHERE account = ? AND thread = ?", (account, thread))
