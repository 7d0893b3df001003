"""A whole engine on a real store in a temporary folder, without sockets: what tests of methods talk to."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from angarium.datatypes import blobs, calendars, contacts, mail, principals, push, quotas, submission
from angarium.datatypes.calendars import events, identities, notifications
from angarium.datatypes.calendars.calendars import CALENDARS
from angarium.datatypes.calendars.notifications import Author
from angarium.datatypes.contacts.books import BOOKS
from angarium.datatypes.principals import Domains
from angarium.datatypes.submission import Sending, identity
from angarium.engine.access import AccountAccess, Principal
from angarium.engine.declare import Access, Capability, DataType, Method
from angarium.engine.dispatch import Engine
from angarium.engine.limits import CORE, Limits
from angarium.engine.registry import Registry
from angarium.flows.schedule import Schedule, Sender
from angarium.protocols.webpush.targets import Targets
from angarium.store.contract import Transaction
from angarium.store.sqlite import SqliteStore, open_store

NOW = 1_790_000_000_000
"""The moment at which a test begins, epoch milliseconds."""


@dataclass
class Served:
    """What a server is made of."""

    capabilities: Sequence[Capability]
    types: Sequence[DataType]
    methods: Sequence[Method]


DOMAINS = Domains(("example.com",))


def mail_server(limits: Limits, sending: Sending | None = None) -> Served:
    """Everything, as the real server composes it; with a relay unless told otherwise."""
    allowed = sending or Sending(DOMAINS, relay=True)
    return Served(
        [
            *mail.capabilities(limits),
            *submission.capabilities(allowed),
            *quotas.capabilities(),
            *contacts.capabilities(),
            *calendars.capabilities(),
        ],
        [
            *mail.types(),
            *submission.types(allowed),
            *quotas.types({"Email": mail.MAIL}),
            *contacts.types(),
            *calendars.types(DOMAINS, Schedule(Sender(allowed, map(str, count(1)).__next__))),
            *push.types(Targets().problem, lambda _user: True),
        ],
        [
            *mail.methods(),
            *submission.methods(allowed, mail.MAIL),
            *contacts.methods(),
            *calendars.methods(),
            *blobs.methods(),
        ],
    )


class Harness:
    """An engine, its store, and users who ask."""

    def __init__(
        self,
        folder: Path,
        limits: Limits | None = None,
        served: Served | None = None,
        store: SqliteStore | None = None,
    ) -> None:
        self.limits = limits or Limits()
        served = served or mail_server(self.limits)
        self.store = store or open_store(folder)
        self.now = NOW
        numbers = count(1)
        core = Capability(CORE, self.limits.core(), in_accounts=False)
        self.registry = Registry([core, *served.capabilities], served.types, served.methods)
        self.engine = Engine(self.registry, self.limits, lambda: self.now, lambda: f"token{next(numbers)}")

    def close(self) -> None:
        self.store.close()

    def user(self, name: str, mailboxes: Sequence[str] = ("inbox",)) -> Principal:
        """A new user with an account of the user's own."""

        def make(transaction: Transaction) -> Principal | None:
            made = principals.add(transaction, f"{name}@example.com", None, self.now)
            if "Mailbox" in self.registry.types:
                mail.create_default(transaction, made.account, mailboxes)
            if "Identity" in self.registry.types:
                identity.settle(transaction, made, DOMAINS)
            if "AddressBook" in self.registry.types:
                BOOKS.begin(transaction, made.account)
            if "Calendar" in self.registry.types:
                CALENDARS.begin(transaction, made.account)
                identities.settle(transaction, made, DOMAINS)
            return principals.principal(transaction, made.id)

        made = self.store.write(make).result()
        assert made is not None
        return replace(made, state="0")

    def share(self, owner: Principal, other: Principal, read_only: bool = False) -> Principal:
        """`other` as one who may also use the account of `owner`."""
        own = next(iter(owner.accounts.values()))
        seen = AccountAccess(own.key, own.name, personal=False, read_only=read_only)
        return Principal(other.id, other.name, {**other.accounts, seen.id: seen}, other.state)

    def account(self, user: Principal) -> str:
        """The Id of the user's own account."""
        return next(account.id for account in user.accounts.values() if account.personal)

    def post(self, user: Principal, body: bytes) -> dict[str, Any]:
        """The Response object for a body, each request run as its access needs."""
        request = self.engine.prepare(body)
        if request.access is Access.WRITE:
            with ExitStack() as stack:
                if ahead := self.engine.ahead(request, user, self.store.stage):
                    stack.callback(ahead.close)
                    self.store.read(ahead.run)
                answer = self.store.write(lambda view: self.engine.run(request, user, transaction=view)).result()
        elif request.access is Access.READ:
            answer = self.store.read(lambda view: self.engine.run(request, user, snapshot=view))
        else:
            answer = self.engine.run(request, user)
        value: dict[str, Any] = orjson.loads(answer)
        return value

    def request(
        self, user: Principal, calls: list[Any], using: Sequence[str] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The Response object for some method calls; all capabilities are used unless told."""
        urns = list(self.registry.capabilities) if using is None else list(using)
        return self.post(user, orjson.dumps({"using": urns, "methodCalls": calls, **more}))

    def responses(self, user: Principal, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
        """(name, arguments) of every response; `accountId` is filled in where it is not given; ids are c0, c1, …"""
        account = self.account(user)
        numbered = [
            [name, {**({"accountId": account} if self._in_account(name) else {}), **given}, f"c{index}"]
            for index, (name, given) in enumerate(calls)
        ]
        return [(name, given) for name, given, _ in self.request(user, numbered)["methodResponses"]]

    def _in_account(self, name: str) -> bool:
        method = self.registry.methods.get(name)
        return method is None or method.account

    def call(self, user: Principal, name: str, arguments: dict[str, Any] | None = None) -> Any:
        """The arguments of the first response, which must not be an error."""
        answered, given = self.responses(user, (name, arguments or {}))[0]
        assert answered == name, given
        return given

    def error(self, user: Principal, name: str, arguments: dict[str, Any] | None = None) -> Any:
        """The arguments of the error that the call must end in."""
        answered, given = self.responses(user, (name, arguments or {}))[0]
        assert answered == "error", given
        return given

    def upload(self, user: Principal, content: bytes, account: str | None = None) -> str:
        """Upload octets to an account of the user; the blobId."""
        stage = self.store.stage()
        stage.write(content)
        staged = stage.finish()
        target = user.accounts[account or self.account(user)]
        answer = self.store.write(
            lambda view: blobs.upload(view, user, target, staged, "application/octet-stream", self.now)
        ).result()
        return str(answer["blobId"])

    def noted(self, user: Principal, event: str) -> str:
        """A new notification of what somebody from elsewhere did to an event."""
        key = user.accounts[self.account(user)].key

        def tell(transaction: Transaction) -> None:
            stored = events.load(transaction.records, key, event)
            notifications.notify(transaction, key, Author("somebody"), event, None, stored, self.now)

        self.store.write(tell).result()
        return str(self.call(user, "CalendarEventNotification/query")["ids"][0])
