"""How long the change of a keyword by one user waits at most while something long is asked for beside it.

Only this one measurement may live here; each job is a declaration of what is asked for, by a call or a command, and of
why it goes in slices or cannot. One thread writes, so what holds it is what others wait for. RFC 8620 §3.10.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any, TypeAlias

import orjson

from bench import server
from bench.account import MAIL, Account, Call, Login, Prepared, answers
from bench.corpus import Corpus
from bench.events import events
from bench.maildir import write_maildir
from bench.process import Process
from bench.result import HoldingResult

_ALONE = 2.0  # seconds
_BEFORE = 0.05  # seconds in which the changes get going
_AT_ONCE = 500
_MOST = 10_000
_HELD = "Held"
_LEAVER, _NEIGHBOUR = "leaver", "neighbour"
_CONTACTS, _CALENDARS = (f"urn:ietf:params:jmap:{each}" for each in ("contacts", "calendars"))
_BATCHES, _READS = "yes: a batch is a job", "no need: it only reads"
_CALL, _OBJECT, _COMMAND = "no: one call", "no: one object", "no: one command"

Ask: TypeAlias = Callable[[Account], Call]
"""The call, after whatever it needs has been made or looked up."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for, by a call or by a command, and whether it goes in slices."""

    name: str
    asked: Ask | tuple[str, ...]
    slices: str
    capability: str = MAIL


def measure(folder: Path, messages: int, say: Callable[[str], None]) -> tuple[HoldingResult, ...]:
    """Every job once, in a store of its own with two users who get so many messages, and a third who waits.

    At most 10,000, however large the other stores are.
    """
    messages = min(messages, _MOST)
    data, given = folder / "holding", folder / "holding.given"
    try:
        say(f"loading {messages:,} messages to change them beside another user")
        corpus = Corpus()
        write_maildir(corpus.messages(messages), given / "held")
        write_maildir(corpus.messages(2 * messages, messages), given / "more")
        server.fresh(data)
        for user in (_LEAVER, _NEIGHBOUR):
            server.create(data, user)
        server.ran(data, "import", "--user", server.USER, "--mailbox", _HELD, str(given / "held"))
        with server.serve(data) as process:
            return tuple(_run(data, process, declared(corpus, given, messages), say))
    finally:
        shutil.rmtree(given, ignore_errors=True)


def declared(corpus: Corpus, given: Path, messages: int) -> tuple[Job, ...]:
    """The jobs in their order: some leave behind what the next ones change."""
    count, held = min(_AT_ONCE, messages), f"{messages:,}"
    own = ("--user", server.USER)
    return (
        Job(f"import of {held} messages", ("import", "--user", _LEAVER, str(given / "more")), _BATCHES),
        Job("`verify`", ("verify",), _READS),
        Job("`backup`", ("backup", str(given / "backup.tar")), _READS),
        Job(f"{count} emails imported in one call", _imported(corpus, count), _CALL),
        Job(f"{count} keywords", _updated(count, {"keywords/$flagged": True}), _CALL),
        Job(f"{count} times `$seen`", _updated(count, {"keywords/$seen": True}), _CALL),
        Job(f"{count} moves", _moved(count), _CALL),
        Job(f"{count} emails destroyed in one call", _destroyed(count), _CALL),
        Job(f"{count} drafts of 3 KB created in one call", _drafts(count), _CALL),
        Job("a draft with 24 MB attached", _attached(24_000_000), _OBJECT),
        Job(f"{count} cards created in one call", _cards(corpus, count), _CALL, _CONTACTS),
        Job(f"{count} events created in one call", _events(count), _CALL, _CALENDARS),
        Job(f"`rebuild counters` of {held}", ("rebuild", "counters", *own), "no: lists are gone while it counts"),
        Job(f"`rebuild threads` of {held}", ("rebuild", "threads", *own), "no: ids change with threads"),
        Job(f"a mailbox of {held} goes with its emails", _emptied, _OBJECT),
        Job(f"a user with {held} messages is removed", ("user", "remove", "--yes", _LEAVER), _COMMAND),
    )


def _run(data: Path, process: Process, jobs: Sequence[Job], say: Callable[[str], None]) -> Iterator[HoldingResult]:
    with ExitStack() as stack:

        def account(user: str, capability: str) -> Account:
            return stack.enter_context(closing(Account(Login(process.url, user, server.PASSWORD), capability)))

        changes = _changes(account(_NEIGHBOUR, MAIL))
        asking = {each: account(server.USER, each) for each in (MAIL, _CONTACTS, _CALENDARS)}
        process.rest()
        waits, cpu = _waits(process, changes, lambda: time.sleep(_ALONE))
        alone = median(waits)
        yield HoldingResult("nothing", max(waits), max(cpu), alone, "")
        for job in jobs:
            say(f"a keyword changed beside: {job.name}")
            action = _ready(data, job, asking[job.capability])
            process.rest()
            waits, cpu = _waits(process, changes, action)
            yield HoldingResult(job.name, max(waits), max(cpu), alone, job.slices)


def _ready(data: Path, job: Job, account: Account) -> Callable[[], object]:
    """The job with everything made that is no part of it."""
    if isinstance(job.asked, tuple):
        command = job.asked
        return lambda: server.ran(data, *command)
    request = account.api([job.asked(account)])
    return lambda: answers(request.send().body)


def _waits(
    process: Process, changes: Sequence[Prepared], action: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Seconds of each change, one after the other until the action has ended, and of the server's CPU meanwhile."""
    ended, waits, cpu = Event(), list[float](), list[float]()

    def change() -> None:
        for request in cycle(changes):
            before, started = process.cpu(), time.perf_counter()
            response = request.send()
            waits.append(time.perf_counter() - started)
            cpu.append(process.cpu() - before)
            answers(response.body)
            if ended.is_set():
                return

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        time.sleep(_BEFORE)
        try:
            action()
        finally:
            ended.set()
        changing.result()
    return waits, cpu


def _changes(account: Account) -> tuple[Prepared, ...]:
    """Requests that set a keyword on a message, and take it off again."""
    made = account.call(_draft_call(account, {"new": {}}))[0][1]["created"]["new"]["id"]
    return tuple(
        account.api([_set(account, "Email", update={made: {"keywords/$flagged": value}})]) for value in (True, None)
    )


def _imported(corpus: Corpus, count: int) -> Ask:
    def ask(account: Account) -> Call:
        into = {_container(account, "Mailbox", name=_HELD): True}
        uploads = (account.upload(corpus.single(number)).send().body for number in range(count))
        blobs = [orjson.loads(body)["blobId"] for body in uploads]
        emails = {str(number): {"blobId": blob, "mailboxIds": into} for number, blob in enumerate(blobs)}
        return ("Email/import", {"accountId": account.id, "emails": emails}, "i")

    return ask


def _updated(count: int, patch: dict[str, Any]) -> Ask:
    return lambda account: _set(account, "Email", update=dict.fromkeys(_newest(account, count), patch))


def _moved(count: int) -> Ask:
    def ask(account: Account) -> Call:
        patch = {"mailboxIds": {_container(account, "Mailbox", role="inbox"): True}}
        return _updated(count, patch)(account)

    return ask


def _destroyed(count: int) -> Ask:
    return lambda account: _set(account, "Email", destroy=_newest(account, count))


def _drafts(count: int) -> Ask:
    text = {"bodyValues": {"t": {"value": "Thank you for the bulletin. " * 107}}, "textBody": [{"partId": "t"}]}
    return lambda account: _draft_call(account, {str(at): {"subject": f"Draft {at}", **text} for at in range(count)})


def _attached(size: int) -> Ask:
    def ask(account: Account) -> Call:
        blob = orjson.loads(account.upload(b"\1" * size, "application/octet-stream").send().body)["blobId"]
        return _draft_call(account, {"new": {"attachments": [{"blobId": blob, "type": "application/octet-stream"}]}})

    return ask


def _cards(corpus: Corpus, count: int) -> Ask:
    def ask(account: Account) -> Call:
        into = {"addressBookIds": {_container(account, "AddressBook"): True}}
        people = enumerate(corpus.vocabulary.people[at % len(corpus.vocabulary.people)] for at in range(count))
        create = {
            str(at): {**into, "name": {"full": person.name}, "emails": {"e": {"address": person.address}}}
            for at, person in people
        }
        return _set(account, "ContactCard", create=create)

    return ask


def _events(count: int) -> Ask:
    def ask(account: Account) -> Call:
        into = {"calendarIds": {_container(account, "Calendar"): True}}
        return _set(account, "CalendarEvent", create={str(at): each | into for at, each in enumerate(events(count))})

    return ask


def _emptied(account: Account) -> Call:
    return _set(account, "Mailbox", destroy=[_container(account, "Mailbox", name=_HELD)], onDestroyRemoveEmails=True)


def _draft_call(account: Account, drafts: dict[str, dict[str, Any]]) -> Call:
    into = {"mailboxIds": {_container(account, "Mailbox", role="drafts"): True}, "keywords": {"$draft": True}}
    return _set(account, "Email", create={key: {**into, **draft} for key, draft in drafts.items()})


def _newest(account: Account, count: int) -> list[str]:
    """Ids of the messages that came last."""
    sort = [{"property": "receivedAt", "isAscending": False}]
    found = account.call(("Email/query", {"accountId": account.id, "sort": sort, "limit": count}, "q"))
    ids: list[str] = found[0][1]["ids"]
    return ids


def _container(account: Account, kind: str, **known: str) -> str:
    """The id of the first mailbox, address book or calendar of which this is known."""
    listed = account.call((f"{kind}/get", {"accountId": account.id, "ids": None}, "g"))[0][1]["list"]
    found: str = next(each["id"] for each in listed if known.items() <= each.items())
    return found


def _set(account: Account, kind: str, **given: Any) -> Call:
    return (f"{kind}/set", {"accountId": account.id, **given}, "s")
