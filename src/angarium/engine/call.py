"""What a running method may use: who asks, the account, the checked arguments, the view of the store, the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from angarium.engine.access import AccountAccess, Principal
from angarium.engine.limits import Limits
from angarium.formats.json import JSON
from angarium.store.contract import Snapshot, Transaction

if TYPE_CHECKING:
    from angarium.engine.declare import Prepared


@dataclass(slots=True)
class RequestContext:
    """What all calls of one request share.

    `created` maps creation ids to ids, of this request and of the client's `createdIds` (RFC 8620 §3.3). `now` is epoch
    milliseconds, the same for the whole request. `token` gives fresh random text for things such as Message-IDs.
    `using` are the capabilities that the client knows. `octets_left` is how much of blobs the request may still make
    the server read. A `hasty` request ends in TooSlow where another would tell its client. A
    `private` one is of a caller inside the process, who may name private properties.
    """

    principal: Principal
    view: Snapshot | None
    transaction: Transaction | None
    now: int
    limits: Limits
    token: Callable[[], str]
    using: frozenset[str]
    created: dict[str, str] = field(default_factory=dict)
    octets_left: int = 0
    hasty: bool = False
    private: bool = False


@dataclass(slots=True)
class Call:
    """One method call in progress."""

    request: RequestContext
    method: str
    arguments: Mapping[str, JSON]
    access: AccountAccess | None
    follow: list[tuple[str, dict[str, JSON]]] = field(default_factory=list)
    """Implicit calls to run straight after this one under its call id (RFC 8620 §5.4): (method, arguments)."""
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """What is seen to once the implicit calls are done, whatever became of them."""
    prepared: "dict[str, Prepared]" = field(default_factory=dict)
    """What was made before the request had the writer, by the creation id of the object to make from it."""
    late: list[Callable[[], None]] | None = None
    """While objects are changed that only fit together: what is looked at once all of them are done."""

    @property
    def account(self) -> AccountAccess:
        """The account of the call; only methods declared to take `accountId` may ask for it."""
        if self.access is None:
            raise TypeError(f"{self.method} was declared as one without an account")
        return self.access

    @property
    def snapshot(self) -> Snapshot:
        """The view of the store that every call of the request reads from; pure methods have none."""
        if self.request.view is None:
            raise TypeError(f"{self.method} was declared as one that does not read")
        return self.request.view

    @property
    def transaction(self) -> Transaction:
        """The transaction of the request; only methods declared WRITE may ask for it."""
        if self.request.transaction is None:
            raise TypeError(f"{self.method} was declared as one that does not write")
        return self.request.transaction

    def for_account(self, account: AccountAccess) -> "Call":
        """The same call as seen from another account."""
        return Call(self.request, self.method, self.arguments, account)

    def in_the_end(self, check: Callable[[], None]) -> None:
        """Run a check of what must hold between objects: now, or when all that belongs together is done."""
        if self.late is None:
            check()
        else:
            self.late.append(check)

    def resolve(self, reference: str) -> str | None:
        """An id, or the id that a `#creationId` stands for; None when nothing was created under it."""
        return self.request.created.get(reference[1:]) if reference.startswith("#") else reference

    def flag(self, name: str) -> bool:
        """A Boolean argument."""
        return self.arguments.get(name) is True

    def integer(self, name: str) -> int | None:
        """An integer argument, None when it is null or left out."""
        return cast("int | None", self.arguments.get(name))

    def text(self, name: str) -> str | None:
        """A string argument, None when it is null or left out."""
        return cast("str | None", self.arguments.get(name))

    def texts(self, name: str) -> list[str] | None:
        """An argument that is an array of strings, None when it is null or left out."""
        return cast("list[str] | None", self.arguments.get(name))

    def object(self, name: str) -> dict[str, JSON]:
        """An argument that is an object, empty when it is null or left out."""
        return cast("dict[str, JSON] | None", self.arguments.get(name)) or {}
