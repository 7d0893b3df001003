"""Clients follow one account while all in it changes; at quiet moments each holds what a full read gives.

Every type that tells changes, every filter and every sort is followed by one of them; the seed of a run is in its
failure. `make fuzz` makes 100,000 changes in ten accounts, followed by fifty clients.
"""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from angarium.engine.access import Principal
from angarium.flows.deliver import Delivered, Pipeline, arrival, deliver
from angarium.formats.message import with_return_path
from angarium.store.contract import Allowance
from tests.attacks.ground import Ground
from tests.figures import Tally
from tests.fuzz.following import Query, Replica, kinds
from tests.fuzz.test_replica import Actor
from tests.harness import DOMAINS, Harness

CLIENTS = 5
"""Of each account; every other query is followed by another of them."""

CHANGES_AN_EXAMPLE = 5
QUIET = 100
MANY = 1_000
"""Changes between quiet moments, the less often the more changes there are."""

MOST = 25
"""Objects of a kind beyond which more are destroyed than made."""

DAY, WORD, TIME = "2024-01-15T00:00:00Z", "word1", "2026-10-01T00:00:00"
STAMP = "2026-09-21T14:00:00Z"


def values(inbox: str, book: str, calendar: str) -> dict[str, dict[str, Any]]:
    """A value for every filter that is declared."""
    return {
        "Mailbox": {"parentId": inbox, "name": "e", "role": "inbox", "hasAnyRole": False, "isSubscribed": True},
        "Email": {
            "inMailbox": inbox,
            "inMailboxOtherThan": [inbox],
            "before": DAY,
            "after": DAY,
            "minSize": 120,
            "maxSize": 130,
            "allInThreadHaveKeyword": "$seen",
            "someInThreadHaveKeyword": "$flagged",
            "noneInThreadHaveKeyword": "$flagged",
            "hasKeyword": "$flagged",
            "notKeyword": "$seen",
            "hasAttachment": False,
            "text": WORD,
            "from": "ann",
            "to": "bob",
            "cc": "cy",
            "bcc": "di",
            "subject": "same",
            "body": WORD,
            "header": ["References"],
        },
        "EmailSubmission": {
            "identityIds": ["I1"],
            "emailIds": ["M1"],
            "threadIds": ["T1"],
            "undoStatus": "pending",
            "before": STAMP,
            "after": STAMP,
        },
        "Quota": {"name": "e", "scope": "account", "resourceType": "octets", "type": "Email"},
        "ContactCard": {
            "inAddressBook": book,
            "uid": "u1",
            "hasMember": "u1",
            "kind": "group",
            "text": "rosa",
            **dict.fromkeys(("createdBefore", "updatedBefore", "createdAfter", "updatedAfter"), STAMP),
            "name": "rosa",
            "name/given": "rosa",
            "name/surname": "quill",
            "name/surname2": "quill",
            "nickname": "ro",
            "organization": "mill",
            "email": "rosa",
            "phone": "12",
            "onlineService": "x",
            "address": "road",
            "note": "tall",
        },
        "CalendarEvent": {
            "inCalendar": calendar,
            "after": TIME,
            "before": TIME,
            "text": "tea",
            "title": "tea",
            "description": "jam",
            "location": "garden",
            "owner": "ann",
            "attendee": "zoe",
            "uid": "e1",
        },
        "CalendarEventNotification": {
            "after": STAMP,
            "before": STAMP,
            "type": "updated",
            "calendarEventIds": ["E1", "V1"],
        },
    }


def all_queries(engine: Harness, given: dict[str, dict[str, Any]]) -> list[Query]:
    """One for each filter and each sort that is declared, in both directions, and of emails with threads collapsed."""
    made: list[Query] = []
    for name, kind in engine.registry.types.items():
        if f"{name}/queryChanges" not in engine.registry.methods:
            continue
        assert given[name].keys() == {known.name for known in kind.filters}, f"{name} has another filter"
        sorts = [
            {"property": s.name, **({"keyword": "$flagged"} if s.keyword else {})} for s in kind.sorts if not s.private
        ]
        down = [{**sort, "isAscending": False} for sort in sorts]
        made += [(name, {"sort": [sort]}) for sort in sorts + down]
        for at, (filter_, value) in enumerate(given[name].items()):
            made.append((name, {"filter": {filter_: value}, "sort": [(sorts + down)[at % (2 * len(sorts))]]}))
            made.append((name, {"filter": {"operator": "NOT", "conditions": [{filter_: value}]}}))
    return made + [("Email", {**query, "collapseThreads": True}) for name, query in made if name == "Email"]


class Life(Actor):
    """Whatever happens in an account, by its owner and by a guest; each change is chosen by two numbers."""

    def __init__(self, engine: Harness, owner: Principal, guest: Principal) -> None:
        super().__init__(engine, owner)
        self._guest = guest
        self._account = engine.account(owner)
        self._count = count(1)
        self._book = engine.call(owner, "AddressBook/get")["list"][0]["id"]
        self._calendar = engine.call(owner, "Calendar/get")["list"][0]["id"]
        self._identity = engine.call(owner, "Identity/get")["list"][0]["id"]

    def change(self, chance: random.Random) -> None:
        """One change."""
        deeds: list[Callable[[int, int], None]] = [
            *(self._import, self._import, self._bridge, self._deliver, self._flag, self._flag, self._move),
            *(self._destroy, self._box, self._unbox, self._rename, self._send, self._cancel, self._unsend),
            *(self._make_identity, self._rename_identity, self._burn_identity, self._shelve, self._unshelve),
            *(self._write_card, self._write_card, self._change_card, self._change_card, self._burn_card),
            *(self._make_calendar, self._burn_calendar, self._plan, self._plan, self._postpone, self._postpone),
            *(self._call_off, self._guest_plans, self._guest_changes, self._read_news, self._limit),
        ]
        chance.choice(deeds)(chance.randrange(1_000), chance.randrange(1_000))

    def _as(self, user: Principal, kind: str, **arguments: Any) -> None:
        """A change that the rules may refuse, but that never fails."""
        (name, given), *_ = self._engine.responses(user, (f"{kind}/set", {"accountId": self._account, **arguments}))
        assert name != "error" or given["type"] != "serverFail", (kind, arguments, given)

    def _try(self, kind: str, **arguments: Any) -> None:
        self._as(self._user, kind, **arguments)

    def _burn(self, kind: str, one: int, keep: int = 0, **more: Any) -> None:
        ids = self._ids(kind)[keep:]
        if ids:
            start = one % len(ids)
            self._try(kind, destroy=ids[start : start + 1 + max(0, len(ids) - MOST)], **more)

    def _unbox(self, one: int, other: int) -> None:
        boxes = self._ids("Mailbox")[2:]
        if boxes:
            self._try("Mailbox", destroy=[boxes[one % len(boxes)]], onDestroyRemoveEmails=bool(other % 2))

    def _destroy(self, one: int, other: int) -> None:
        self._burn("Email", one)

    def _deliver(self, one: int, other: int) -> None:
        octets = f"Subject: same\r\nMessage-ID: <{next(self._count)}@d>\r\nFrom: ann@x\r\n\r\n{WORD}\r\n".encode()
        stage = self._engine.store.stage()
        stage.write(with_return_path(octets, "a@b.example"))
        arrived = arrival("a@b.example", stage.finish(), self._engine.now - one * 86_400_000)
        address = self._user.name
        outcome = self._engine.store.write(lambda t: deliver(t, Pipeline(DOMAINS), arrived, address)).result()
        assert outcome is not None
        assert isinstance(outcome, Delivered) or self._limited, outcome

    _limited = False

    def _limit(self, one: int, other: int) -> None:
        """The account may hold little more, or as much as it likes."""
        from angarium.datatypes import quotas

        self._limited = bool(one % 3)
        account = self._user.accounts[self._account].key
        allowance = Allowance(octets=1_000_000 + one if self._limited else None, emails=500 if other % 2 else None)
        self._engine.store.write(lambda t: quotas.allow(t, account, allowance)).result()

    def _send(self, one: int, other: int) -> None:
        emails = self._ids("Email")
        if emails:
            to = {"mailFrom": {"email": "own"}, "rcptTo": [{"email": f"{other % 3}@elsewhere.example"}]}
            to["mailFrom"] = {"email": self._user.name, "parameters": {"HOLDFOR": str(60 + one)}}
            made = {"identityId": self._identity, "emailId": emails[one % len(emails)], "envelope": to}
            self._try("EmailSubmission", create={"s": made})

    def _cancel(self, one: int, other: int) -> None:
        for identifier in self._chosen("EmailSubmission", one):
            self._try("EmailSubmission", update={identifier: {"undoStatus": "canceled"}})

    def _unsend(self, one: int, other: int) -> None:
        self._burn("EmailSubmission", one)

    def _make_identity(self, one: int, other: int) -> None:
        self._try("Identity", create={"i": {"name": f"name {one}", "email": self._user.name}})

    def _rename_identity(self, one: int, other: int) -> None:
        for identifier in self._chosen("Identity", one):
            self._try("Identity", update={identifier: {"name": f"name {other}", "textSignature": "t" * (one % 5)}})

    def _burn_identity(self, one: int, other: int) -> None:
        self._burn("Identity", one, keep=1)

    def _shelve(self, one: int, other: int) -> None:
        self._try("AddressBook", create={"b": {"name": f"book {one}"}})
        for identifier in self._chosen("AddressBook", other):
            self._try("AddressBook", update={identifier: {"sortOrder": other, "isSubscribed": bool(one % 2)}})

    def _unshelve(self, one: int, other: int) -> None:
        self._burn("AddressBook", one, keep=1, onDestroyRemoveContents=bool(other % 2))

    def _card_of(self, one: int, other: int) -> dict[str, Any]:
        given, last = ("Rosa", "Émile", "anna", "Bo")[one % 4], ("Quill", "quill", "Øre", "Za")[other % 4]
        parts = [{"kind": "given", "value": given}, {"kind": "surname", "value": last}]
        books = self._ids("AddressBook")
        return {
            "addressBookIds": {books[one % len(books)]: True, books[other % len(books)]: True},
            "name": {"components": parts},
            "emails": {"e": {"address": f"{given.lower()}@example.com"}},
            "notes": {"n": {"note": ("tall", "small")[other % 2]}},
            "updated": f"2026-09-{other % 28 + 1:02}T00:00:00Z",
            **({"kind": "group", "members": {f"u{one % 9}": True}} if one % 7 == 0 else {}),
        }

    def _write_card(self, one: int, other: int) -> None:
        self._try("ContactCard", create={"c": {**self._card_of(one, other), "uid": f"u{next(self._count)}"}})

    def _change_card(self, one: int, other: int) -> None:
        for identifier in self._chosen("ContactCard", one):
            self._try("ContactCard", update={identifier: self._card_of(one, other)})

    def _burn_card(self, one: int, other: int) -> None:
        self._burn("ContactCard", one)

    def _make_calendar(self, one: int, other: int) -> None:
        self._try("Calendar", create={"c": {"name": f"calendar {one}", "sortOrder": other}})
        for identifier in self._chosen("Calendar", other):
            self._try("Calendar", update={identifier: {"color": ("red", "blue")[one % 2], "isVisible": bool(one % 3)}})

    def _burn_calendar(self, one: int, other: int) -> None:
        self._burn("Calendar", one, keep=1, onDestroyRemoveEvents=bool(other % 2))

    def _event_of(self, one: int, other: int) -> dict[str, Any]:
        rule = {"frequency": "weekly", "count": one % 9 + 1} if one % 3 == 0 else None
        return {
            "calendarIds": {self._calendar: True},
            "title": ("Tea", "tea party", "Gym")[other % 3],
            "start": f"2026-{one % 12 + 1:02}-{other % 28 + 1:02}T09:00:00",
            "duration": ("PT1H", "P1D")[one % 2],
            "timeZone": ("Europe/Vienna", None)[other % 2],
            "locations": {"l": {"name": "garden"}} if one % 2 else None,
            "recurrenceRule": rule,
            "privacy": ("public", "public", "private", "secret")[(one + other) % 4],
        }

    def _plan(self, one: int, other: int) -> None:
        self._try("CalendarEvent", create={"e": {**self._event_of(one, other), "uid": f"e{next(self._count)}"}})

    def _postpone(self, one: int, other: int) -> None:
        for identifier in self._chosen("CalendarEvent", one):
            patch = self._event_of(one, other) if one % 2 else {"title": f"tea {other}", "color": "red"}
            self._try("CalendarEvent", update={identifier: patch})

    def _call_off(self, one: int, other: int) -> None:
        self._burn("CalendarEvent", one)

    def _guest_plans(self, one: int, other: int) -> None:
        self._as(self._guest, "CalendarEvent", create={"e": self._event_of(one, other)})

    def _guest_changes(self, one: int, other: int) -> None:
        for identifier in self._chosen("CalendarEvent", one):
            patch = {"title": "guest"} if other % 2 else {"color": f"#{other:06}"}
            self._as(self._guest, "CalendarEvent", update={identifier: patch})

    def _read_news(self, one: int, other: int) -> None:
        self._burn("CalendarEventNotification", one)


def test_every_client_holds_what_a_full_read_gives(
    land: Ground, pytestconfig: pytest.Config, account: int, accounts: int, tally: Tally
) -> None:
    changes = pytestconfig.getoption("examples") * CHANGES_AN_EXAMPLE // accounts
    chance = random.Random(seed := f"clients {account} {changes}")
    counted = tally.part(str(account))
    engine = land.engine
    owner = engine.user(f"owner{account}", ["inbox", "archive", "trash"])
    guest = engine.share(owner, engine.user(f"guest{account}"))
    inbox = engine.call(owner, "Mailbox/query", {"filter": {"role": "inbox"}})["ids"][0]
    life = Life(engine, owner, guest)
    queries = all_queries(engine, values(inbox, life._book, life._calendar))
    followed, shared = kinds(engine), engine.account(owner)
    clients = [
        Replica(engine, guest if number == 1 else owner, shared, followed, queries[number::CLIENTS], number != 1)
        for number in range(CLIENTS)
    ]
    counted.add(clients=CLIENTS, queries=len(queries))
    quiet = QUIET if changes < MANY else QUIET * 5
    for number in range(changes):
        try:
            life.change(chance)
            if chance.random() < 0.08:
                chance.choice(clients).catch_up(chance.choice((1, 2, 7, 100)), 6, chance)
            if number % quiet == quiet - 1 or number == changes - 1:
                counted.add(changes=number % quiet + 1, compared=_quiet(clients))
        except AssertionError as error:
            raise AssertionError(f"seed {seed!r}, after change {number}: {error}") from error


def _quiet(clients: list[Replica]) -> int:
    """Everybody catches up and compares; how many objects and lists were compared."""
    before = sum(client.compared for client in clients)
    for client in clients:
        client.catch_up(50)
        client.compare()
    return sum(client.compared for client in clients) - before
