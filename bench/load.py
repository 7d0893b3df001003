"""Loads the corpus into an account by upload and ``Email/import``, for a peer that has no command of ours.

Only loading over the protocol may live here. It goes on where an earlier load stopped, since the corpus comes in a
fixed order (RFC 8620 §6.1, RFC 8621 §4.8).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from time import gmtime, strftime

import orjson

from bench.account import Account, Arguments, Call, JmapError
from bench.corpus import BLOCK, Corpus, Message
from bench.ground import ensure_mailboxes

_EXPECTED_BATCH = 50


def load(account: Account, corpus: Corpus, messages: int, say: Callable[[str], None]) -> None:
    """Bring an account up to the first ``messages`` of the corpus (JmapError when it holds more, or other mail)."""
    mailboxes = ensure_mailboxes(account)
    held = sum(mailbox["totalEmails"] for mailbox in mailboxes.values())
    if held > messages:
        raise JmapError(f"the account holds {held} messages already: {messages} cannot be measured on it")
    ids = {name: mailbox["id"] for name, mailbox in mailboxes.items()}
    size = min(_EXPECTED_BATCH, account.limits["maxObjectsInSet"])
    waiting = (message for message in corpus.messages(messages, held - held % BLOCK) if message.number >= held)
    for batch in _batches(waiting, size):
        account.call(_import(account, ids, batch))
        if batch[-1].number % 1000 >= 1000 - size:
            say(f"loaded {batch[-1].number + 1} of {messages}")


def _batches(messages: Iterator[Message], size: int) -> Iterator[list[Message]]:
    while batch := list(islice(messages, size)):
        yield batch


def _import(account: Account, mailboxes: dict[str, str], batch: Sequence[Message]) -> Call:
    emails = {f"m{message.number}": _email(account, mailboxes, message) for message in batch}
    return ("Email/import", {"accountId": account.id, "emails": emails}, "i")


def _email(account: Account, mailboxes: dict[str, str], message: Message) -> Arguments:
    return {
        "blobId": orjson.loads(account.upload(message.raw).send().body)["blobId"],
        "mailboxIds": {mailboxes[message.mailbox]: True},
        "keywords": dict.fromkeys(sorted(message.keywords), True),
        "receivedAt": strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(message.received)),
    }
