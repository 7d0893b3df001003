"""Operations that make anew what follows from the stored mail and cards: counters, threads, full text."""

import re
from typing import cast

from angarium.app.operations.services import Arguments, Services, account_number
from angarium.datatypes.contacts import cards
from angarium.datatypes.mail.ingest import new_message
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.store.contract import (
    AccountKey,
    BlobHash,
    MessageQuery,
    NewMessage,
    SearchText,
    Snapshot,
    ThreadFacts,
    Transaction,
    Window,
)

_TOGETHER = 500
_INDEXED = 50  # messages that are parsed while the writer is held
_CARDS_INDEXED = 200
_HEADER = 1 << 20
_HEADER_END = re.compile(rb"\n\r?\n")


def counters(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """rebuild.counters {account}: lists, keyword index and counters; gives how many mailboxes had wrong counters."""
    account = account_number(arguments)
    return services.store.write(lambda transaction: transaction.messages.recount(account)).result(), b""


def threads(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """rebuild.threads {account}: gives how many mails got another thread, and thus another id."""
    account = account_number(arguments)
    known = services.store.read(lambda snapshot: _all_thread_facts(snapshot, account))

    def job(transaction: Transaction) -> int:
        def fetch(blob: BlobHash) -> ThreadFacts:
            return known.get(blob) or _thread_facts(transaction, blob)

        return transaction.messages.rethread(account, fetch)

    return services.store.write(job).result(), b""


def search(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """rebuild.search {account, after}: the next few mails; gives what to pass as `after` next, null at the end."""
    account, after = account_number(arguments), cast("int | None", arguments.get("after"))

    def job(transaction: Transaction) -> int | None:
        def fetch(blob: BlobHash) -> SearchText:
            message = _parsed(transaction, blob, None)
            return message.search if message else SearchText()

        return transaction.messages.reindex(account, fetch, after, _INDEXED)

    return services.store.write(job).result(), b""


def cards_search(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """rebuild.cards {account, after}: the next few cards; gives what to pass as `after` next, null at the end."""
    account, after = account_number(arguments), cast("str | None", arguments.get("after"))
    return services.store.write(lambda view: cards.reindex(view, account, after, _CARDS_INDEXED)).result(), b""


def indexed_together() -> int:
    """How many mails one `rebuild.search` does."""
    return _INDEXED


def _all_thread_facts(snapshot: Snapshot, account: AccountKey) -> dict[BlobHash, ThreadFacts]:
    """What threads follow from, read before the writer is taken."""
    ids = snapshot.messages.query(account, MessageQuery(None, ()), Window()).ids
    facts: dict[BlobHash, ThreadFacts] = {}
    for start in range(0, len(ids), _TOGETHER):
        for stored in snapshot.messages.stored(account, ids[start : start + _TOGETHER]).values():
            facts[stored.blob] = _thread_facts(snapshot, stored.blob)
    return facts


def _thread_facts(snapshot: Snapshot, blob: BlobHash) -> ThreadFacts:
    """Message-ids and base subject; a mail whose octets are damaged has neither, and a thread of its own."""
    message = _parsed(snapshot, blob, _HEADER)
    return (message.thread_ids, message.thread_subject) if message else ((), "")


def _parsed(snapshot: Snapshot, blob: BlobHash, header: int | None) -> NewMessage | None:
    """A message read anew: all of it, or the header within so many octets; None when its octets are damaged."""
    try:
        content = snapshot.blobs.open(blob)
        octets = content[: len(content) if header is None else header]
        end = _HEADER_END.search(octets) if header is not None else None
        return new_message(octets[: end.end()] if end else octets, (), (), 0)
    except (KeyError, OSError, FormatError):
        return None
