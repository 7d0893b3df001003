"""The two servers of a comparison, started and loaded with the same: ours, and Cyrus or whatever the user names.

Only bringing them up may live here. Beside Cyrus both take their mail by LMTP, and cards and events of the same octets;
any other peer is loaded by upload and ``Email/import`` and has mail only. What is kept is used again.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from angarium.datatypes.calendars.ingest import checked
from angarium.formats.icalendar import write
from bench import calendars, cards, contacts, cyrus, dav, events, kept, server
from bench.account import Account, Login
from bench.client import Origin
from bench.corpus import VERSION, Corpus
from bench.crowd import CLIENTS
from bench.delivery import Taker, place_of
from bench.deposit import deposit
from bench.ground import discover, ensure_mailboxes
from bench.load import load
from bench.measure import Meter, Subject, Unseen
from bench.process import Process
from bench.resources import Family

CARDS = 2_000
EVENTS = 2_000
_PRODUCT = "-//Angarium//bench//EN"
# Cyrus refuses vCard 2.1: those cards say the same as version 3.0.
_VCARDS = tuple("3.0" if version == "2.1" else version for version in cards.VERSIONS)


@dataclass(frozen=True, slots=True)
class Loading:
    """What both servers are to hold, the first message that no run has stored yet, and how many processes ours has."""

    corpus: Corpus
    messages: int
    first_single: int
    workers: int
    say: Callable[[str], None]

    @property
    def recipe(self) -> kept.Recipe:
        """What a marker says of it; the mail is looked at instead, and what is missing is added."""
        return {"version": VERSION, "seed": self.corpus.seed, "cards": CARDS, "events": EVENTS}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the servers: how it speaks of cards and events, and where it takes mail that is not among the rows."""

    name: str
    login: Login
    meter: Meter
    mail: Subject
    book: contacts.Dialect = contacts.STANDARD
    agenda: calendars.Dialect = calendars.STANDARD
    taker: Taker | None = None
    product: str = ""


@contextmanager
def ours(name: str, folder: Path, loading: Loading) -> Iterator[Side]:
    """Our server with everything."""
    data, marker = folder / "beside", folder / "beside.json"
    if not kept.fits(marker, loading.recipe):
        _import(server.fresh(data), folder, loading)
        kept.keep(marker, loading.recipe)
    with _serve(data, loading, "--lmtp", "127.0.0.1:0") as process:
        login = server.login(process)
        with closing(Account(login)) as account:
            deposit(account, place_of(process), loading.corpus, loading.messages, loading.say)
            yield _side(name, login, account, Family(process.pids[0]), loading)


@contextmanager
def beside_cyrus(name: str, folder: Path, script: Path, loading: Loading) -> Iterator[Side]:
    """Cyrus with everything, started by the script and stopped at the end."""
    root, marker = folder / "cyrus", folder / "cyrus.json"
    folder.chmod(folder.stat().st_mode | 0o011)  # its processes run as a user of their own
    held = kept.fits(marker, loading.recipe)
    try:
        running = cyrus.start(script, root, afresh=not held)
        meter = Family(running.pid)
        with closing(Account(running.login)) as account:
            if not held:
                loading.say(f"{name}: putting {CARDS:,} cards and {EVENTS:,} events")
                dav.put(running.login, cyrus.ADDRESS_BOOK, "text/vcard", _cards())
                dav.put(running.login, cyrus.CALENDAR, "text/calendar", _events())
                running.allow_filing(set(ensure_mailboxes(account)) - {"Inbox"})
                kept.keep(marker, loading.recipe)
            deposit(account, running.place, loading.corpus, loading.messages, loading.say)
            side = _side(name, running.login, account, meter, loading)
            taker = Taker(name, running.other_place, meter)
            product = running.product()
            yield replace(side, book=cyrus.CONTACTS, agenda=cyrus.CALENDARS, taker=taker, product=product)
    finally:
        cyrus.stop(script, root)


@contextmanager
def ours_imported(name: str, folder: Path, loading: Loading) -> Iterator[Side]:
    """Our server with the mail alone."""
    data, _ = server.loaded(folder, loading.corpus, loading.messages)
    with _serve(data, loading) as process, closing(Account(server.login(process))) as account:
        yield _side(name, server.login(process), account, Family(process.pids[0]), loading)


@contextmanager
def beside_peer(name: str, login: Login, pid: int, loading: Loading) -> Iterator[Side]:
    """Any server that runs already, with the mail alone; ``pid`` is its first process, 0 when it is elsewhere."""
    with closing(Account(login)) as account:
        load(account, loading.corpus, loading.messages, loading.say)
        yield _side(name, login, account, Family(pid) if pid else Unseen(), loading)


def name_of(login: Login) -> str:
    """How tables name a peer that the user gave by its address."""
    origin = Origin.of(login.url)
    return f"{origin.host}:{origin.port}"


def _serve(data: Path, loading: Loading, *more: str) -> Process:
    """Our server, to which one user may send as many requests at once as there are clients."""
    config = data.with_name(data.name + ".toml")
    config.write_text(f"[limits]\nmax_concurrent_requests = {CLIENTS}\nmax_concurrent_upload = {CLIENTS}\n")
    return server.serve(data, "--config", str(config), "--workers", str(loading.workers), *more)


def _side(name: str, login: Login, account: Account, meter: Meter, loading: Loading) -> Side:
    loading.say(f"{name}: waiting until it rests")
    meter.rest()
    ground = discover(account, loading.messages, loading.first_single)
    return Side(name, login, meter, Subject(name, account, ground, meter), product=name)


def _import(data: Path, folder: Path, loading: Loading) -> None:
    loading.say(f"importing {CARDS:,} cards and {EVENTS:,} events")
    for name, things in (("cards.vcf", _cards()), ("events.ics", _events())):
        file = folder / name
        file.write_bytes(b"".join(things))
        server.import_mail(data, file)
        file.unlink()


def _cards() -> Iterable[bytes]:
    return cards.cards(CARDS, _VCARDS)


def _events() -> Iterable[bytes]:
    return (write([checked(event)], _PRODUCT) for event in events.events(EVENTS))
