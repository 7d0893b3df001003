"""Every row on our server and on another one, in turns: from one client, then from sixteen at once.

Only the order of things may live here. Both servers hold the same: mail that came by LMTP, the same vCards and the same
iCalendar objects (``bench.sides`` sees to that). One server works while the other rests. A row that is slow ends early,
after an even number of rounds.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

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

Asked = tuple[Subject, Sequence[Row]]


@dataclass(slots=True)
class _Taken:
    """What one row on one server gave so far."""

    alone: Samples = field(default_factory=Samples)
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
            books.append((Subject(side.name, account, without_mail(account.id, CARDS), side.meter), rows))
            account = stack.enter_context(closing(Account(side.login, side.agenda.capability)))
            rows = calendars.declared(calendars.pool(account, side.agenda), EVENTS, side.agenda)
            agendas.append((Subject(side.name, account, without_mail(account.id, EVENTS), side.meter), rows))
        return [
            result
            for asked in (books, agendas)
            for result in _in_turns([(subject, _chosen(rows, only)) for subject, rows in asked], rounds, say)
        ]


def _chosen(rows: Sequence[Row], only: tuple[str, ...]) -> list[Row]:
    return [row for row in rows if not only or row.name.startswith(only)]


def _in_turns(asked: Sequence[Asked], rounds: int, say: Callable[[str], None]) -> list[BesideResult]:
    known = [{row.name: row for row in rows} for _, rows in asked]
    names = [name for name in known[0] if all(name in rows for rows in known)]
    taken = {(name, subject.name): _Taken() for name in names for subject, _ in asked}
    for number, share in enumerate(even_shares(rounds, _PASSES), start=1):
        say(f"side by side, pass {number} of {_PASSES}: {', '.join(names)}")
        for name in names:
            for (subject, _), rows in zip(asked, known, strict=True):
                sample(subject, rows[name], share, taken[name, subject.name].alone, _ROW_SECONDS)
        for name in names:
            for (subject, _), rows in zip(asked, known, strict=True):
                sample_crowd(subject, rows[name], CLIENTS, _CROWD_SECONDS, taken[name, subject.name].crowd)
    pairs = [(name, subject) for name in names for subject, _ in asked]
    return [result for name, subject in pairs for result in _results(name, subject, taken[name, subject.name])]


def _results(row: str, subject: Subject, taken: _Taken) -> tuple[BesideResult, BesideResult]:
    alone, crowd = taken.alone, taken.crowd
    rounds, objects = len(alone.row), subject.ground.messages
    return (
        BesideResult(
            row, subject.name, objects, 1, Spread.of(alone.row), sum(alone.server_cpu) / rounds, rounds / sum(alone.row)
        ),
        BesideResult(
            row, subject.name, objects, CLIENTS, Spread.of(crowd.seconds), crowd.cpu / len(crowd.seconds), crowd.rate
        ),
    )
