"""Every row on our server and on another one, in turns: from one client, then from sixteen at once.

Only the order of things may live here. Both servers hold the same: mail that came by LMTP, the same vCards and the same
iCalendar objects (``bench.sides`` sees to that). One server works while the other rests. A row that is slow ends early,
after an even number of rounds. A few rounds are repeated by a client that acknowledges at once (``bench.client``).
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace

from bench import calendars, contacts
from bench.account import Account
from bench.crowd import CLIENTS, Crowd, sample_crowd
from bench.ground import without_mail
from bench.measure import Samples, Subject, even_shares, sample
from bench.result import BesideResult
from bench.rows import Row
from bench.sides import CARDS, EVENTS, Side
from bench.spread import Spread

_PASSES = 2
_ROW_SECONDS = 4.0  # that one row may take on one server in one pass
_CROWD_SECONDS = 1.0
_QUICK_ROUNDS = 20
_QUICK_TURN = 2_500_000  # beyond the turns of the other samples

Asked = tuple[Subject, Sequence[Row]]


@dataclass(slots=True)
class _Taken:
    """What one row on one server gave so far."""

    alone: Samples = field(default_factory=Samples)
    quick: Samples = field(default_factory=Samples)
    crowd: Crowd = field(default_factory=Crowd)


def mail(sides: Sequence[Side], rows: Sequence[Row], rounds: int, say: Callable[[str], None]) -> list[BesideResult]:
    """The rows of mail."""
    return _in_turns([(side.mail, rows) for side in sides], rounds, say)


def objects(
    sides: Sequence[Side], only: tuple[str, ...], rounds: int, say: Callable[[str], None]
) -> list[BesideResult]:
    """The rows of contacts and of calendars that both servers know."""
    with ExitStack() as stack:
        books, agendas = [], []
        for side in sides:
            account = stack.enter_context(closing(Account(side.login, side.book.capability)))
            rows = contacts.declared(contacts.pool(account, CARDS, side.book), CARDS, side.book)
            books.append((_subject(side, account, CARDS), rows))
            account = stack.enter_context(closing(Account(side.login, side.agenda.capability)))
            rows = calendars.declared(calendars.pool(account, side.agenda), EVENTS, side.agenda)
            agendas.append((_subject(side, account, EVENTS), rows))
        return [
            result
            for asked in (books, agendas)
            for result in _in_turns([(subject, _chosen(rows, only)) for subject, rows in asked], rounds, say)
        ]


def _subject(side: Side, account: Account, count: int) -> Subject:
    return Subject(side.name, account, without_mail(account.id, count, side.mail.ground.first_single), side.meter)


def _chosen(rows: Sequence[Row], only: tuple[str, ...]) -> list[Row]:
    return [row for row in rows if not only or row.name.startswith(only)]


def _in_turns(asked: Sequence[Asked], rounds: int, say: Callable[[str], None]) -> list[BesideResult]:
    known = [{row.name: row for row in rows} for _, rows in asked]
    names = [name for name in known[0] if all(name in rows for rows in known)]
    taken = {(name, subject.name): _Taken() for name in names for subject, _ in asked}
    for number, share in enumerate(even_shares(rounds, _PASSES) if names else (), start=1):
        say(f"side by side, pass {number} of {_PASSES}: {', '.join(names)}")
        for measure in (_alone, _quick, _crowd):
            for name in names:
                for (subject, _), rows in zip(asked, known, strict=True):
                    measure(subject, rows[name], share, taken[name, subject.name])
    pairs = [(name, subject) for name in names for subject, _ in asked]
    return [result for name, subject in pairs for result in _results(name, subject, taken[name, subject.name])]


def _alone(subject: Subject, row: Row, rounds: int, taken: _Taken) -> None:
    sample(subject, row, rounds, taken.alone, _ROW_SECONDS)


def _quick(subject: Subject, row: Row, rounds: int, taken: _Taken) -> None:
    taken.quick.turn = max(taken.quick.turn, _QUICK_TURN)
    with closing(subject.account.again(quick=True)) as account:
        sample(replace(subject, account=account), row, min(rounds, _QUICK_ROUNDS), taken.quick, _ROW_SECONDS)


def _crowd(subject: Subject, row: Row, _rounds: int, taken: _Taken) -> None:
    sample_crowd(subject, row, CLIENTS, _CROWD_SECONDS, taken.crowd)


def _results(row: str, subject: Subject, taken: _Taken) -> tuple[BesideResult, BesideResult]:
    alone, crowd, held = taken.alone, taken.crowd, subject.ground.messages
    rounds, quick = len(alone.row), Spread.of(taken.quick.row).p50
    cpu = sum(alone.server_cpu) / rounds
    one = BesideResult(row, subject.name, held, 1, Spread.of(alone.row), cpu, rounds / sum(alone.row), quick)
    cpu = crowd.cpu / len(crowd.seconds)
    return one, BesideResult(row, subject.name, held, CLIENTS, Spread.of(crowd.seconds), cpu, crowd.rate)
