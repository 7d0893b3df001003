"""Brings an account to the corpus by LMTP, on our server and on another alike, and puts the rest right over JMAP.

Only loading may live here. Mail is filed by its recipient's detail (RFC 5233); keywords, which LMTP cannot say, are set
afterwards. On either server mail bears the time of its delivery. Messages are known by their Message-ID, so that a load
or a run that was broken off is made good by the next one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bench.account import Account, JmapError
from bench.corpus import BLOCK, Corpus, Message
from bench.deliver import Letter, deliver, stuffed
from bench.delivery import Place
from bench.ground import ensure_mailboxes

CONNECTIONS = 8
_PAGE = 250
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class _Held:
    id: str
    keywords: frozenset[str]


def deposit(account: Account, place: Place, corpus: Corpus, messages: int, say: Callable[[str], None]) -> None:
    """Bring an account to exactly the first ``messages`` of the corpus (JmapError)."""
    ensure_mailboxes(account)
    held, other = _held(account, messages)
    for at in range(0, len(other), _PAGE):
        account.call(("Email/set", {"accountId": account.id, "destroy": other[at : at + _PAGE]}, "d"))
    if len(held) < messages:
        deliver((place.host, place.port), CONNECTIONS, _letters(place, corpus, messages, held, say))
        held, _ = _held(account, messages)
    if len(held) < messages:
        # A server may know what it has taken before, and not take it again.
        raise JmapError(f"{len(held)} of {messages} messages came in; remove the kept folder and load again")
    _mark(account, corpus, held, say)


def _letters(
    place: Place, corpus: Corpus, messages: int, held: Mapping[int, _Held], say: Callable[[str], None]
) -> Iterator[Letter]:
    for message in corpus.messages(messages, min(set(range(messages)) - set(held)) // BLOCK * BLOCK):
        if message.number in held:
            continue
        if message.number % _TOLD_EVERY == 0:
            say(f"{place.name}: {message.number:,} of {messages:,} messages")
        recipient = place.recipient if message.mailbox == "Inbox" else place.filed(message.mailbox)
        yield Letter(recipient, stuffed(message.raw))


def _mark(account: Account, corpus: Corpus, held: Mapping[int, _Held], say: Callable[[str], None]) -> None:
    """Set the keywords of each message that has others."""
    wrong = [message for message in corpus.messages(len(held)) if held[message.number].keywords != message.keywords]
    if wrong:
        say(f"setting the keywords of {len(wrong):,} messages")
    for at in range(0, len(wrong), _PAGE):
        update = {held[message.number].id: {"keywords": _keywords(message)} for message in wrong[at : at + _PAGE]}
        account.call(("Email/set", {"accountId": account.id, "update": update}, "s"))


def _keywords(message: Message) -> dict[str, bool]:
    return dict.fromkeys(sorted(message.keywords), True)


def _held(account: Account, messages: int) -> tuple[dict[int, _Held], list[str]]:
    """The messages of the corpus that an account holds, and the ids of its other mail."""
    found: dict[int, _Held] = {}
    other = []
    query = {"accountId": account.id, "sort": [{"property": "receivedAt"}], "limit": _PAGE}
    at, ids = 0, ["first"]
    while ids:
        ids = account.call(("Email/query", query | {"position": at}, "q"))[0][1]["ids"]
        get = {"accountId": account.id, "ids": ids, "properties": ["messageId", "keywords"]}
        for email in account.call(("Email/get", get, "g"))[0][1]["list"]:
            local, _, domain = (email["messageId"] or [""])[0].partition(".")
            number = int(local) if local.isdecimal() and domain.endswith("@bench.example") else messages
            if number < messages and number not in found:
                found[number] = _Held(email["id"], frozenset(email["keywords"]))
            else:
                other.append(email["id"])
        at += len(ids)
    return found, other
