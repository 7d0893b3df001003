"""One call of this dialect while it runs: its arguments, checked, and the way to the engine.

Null is the same as left out, unknown arguments are passed over; without `accountId` the user's own account is meant.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

import orjson

from angarium.engine.access import AccountAccess, Principal
from angarium.engine.call import RequestContext
from angarium.engine.declare import Access
from angarium.engine.dispatch import Engine
from angarium.engine.limits import Limits
from angarium.engine.shapes import references
from angarium.formats.json import JSON
from angarium.formats.primitives import is_id, is_integer
from angarium.protocols.legacy.creations import Creations
from angarium.protocols.legacy.errors import Refused, invalid_arguments, refusal
from angarium.protocols.legacy.remembered import Remembered

Values: TypeAlias = Mapping[str, JSON]
Reply: TypeAlias = tuple[str, dict[str, object]]

NOTHING: Final = "-"
"""An id that no object has."""

MOST_PAGES: Final = 1000
"""Pages of changes that one call goes through where a client cannot ask for pages."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the dialect is spoken: `domain` completes names of users, `updated_as_map` tells the shape of `updated`."""

    domain: str = "localhost"
    updated_as_map: bool = True


@dataclass(slots=True)
class Turn:
    """What the calls of one request share; `outboxes` holds the messages that wait to be sent, by account."""

    engine: Engine
    settings: Settings
    context: RequestContext
    remembered: Remembered
    creations: Creations = field(default_factory=Creations)
    outboxes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return self.context.principal

    @property
    def limits(self) -> Limits:
        """The limits of the engine."""
        return self.context.limits

    def savepoint(self) -> AbstractContextManager[object]:
        """What happens inside is undone when an exception leaves it."""
        transaction = self.context.transaction
        return nullcontext() if transaction is None else transaction.savepoint()

    def shown_account(self, account: AccountAccess) -> str:
        """An account as this dialect calls it."""
        return shown_account(account, self.settings)

    def account(self, given: JSON, kind: str = "accountNotFound") -> AccountAccess:
        """The account of that name or Id, the user's own for null; the error `kind` when there is none."""
        found = find_account(self.principal, given, self.settings)
        if found is None:
            raise Refused(kind, f"there is no account '{str(given)[:40]}'")
        return found

    def ask(self, account: AccountAccess, method: str, arguments: Values) -> dict[str, object]:
        """What the engine answers to a call; Refused when that is an error."""
        return self.answers(account, method, arguments)[0][1]

    def answers(self, account: AccountAccess, method: str, arguments: Values) -> list[Reply]:
        """All that the engine answers, implied calls after the first; Refused when the first is an error."""
        replies = self.engine.call(self.context, method, {"accountId": account.id, **arguments})
        if replies[0][0] == "error":
            raise refusal(replies[0][1])
        return replies


@dataclass(slots=True)
class Call:
    """One call in progress."""

    turn: Turn
    method: str
    arguments: Values
    account: AccountAccess

    def ask(self, method: str, arguments: Values) -> dict[str, object]:
        """What the engine answers for the account of the call."""
        return self.turn.ask(self.account, method, arguments)

    def answer(self, values: Mapping[str, object]) -> dict[str, object]:
        """A response that names its account."""
        return {"accountId": self.turn.shown_account(self.account), **values}

    def implied(self, method: str, arguments: Values) -> "Call":
        """A call that follows from this one."""
        return Call(self.turn, method, arguments, self.account)

    def resolve(self, kind: str, identifier: str) -> str:
        """An id, or what the engine knows `#key` of a type as."""
        return self.turn.creations.resolve(kind, identifier)

    def resolved(self, kind: str, identifier: str) -> str:
        """The id itself, where the engine takes no references; of what was never created one that names nothing."""
        name = self.resolve(kind, identifier)
        return self.turn.context.created.get(name[1:], NOTHING) if name.startswith("#") else name

    def flag(self, name: str) -> bool:
        """A Boolean argument."""
        value = self.arguments.get(name)
        if value is not None and not isinstance(value, bool):
            raise invalid_arguments(f"{name} must be true or false", name)
        return value is True

    def text(self, name: str, required: bool = False) -> str | None:
        """A string argument."""
        return cast("str | None", self._checked(name, lambda value: isinstance(value, str), "a string", required))

    def unsigned(self, name: str, least: int = 0) -> int | None:
        """An integer argument that is not below `least`."""
        words = f"an integer from {least} on"
        return cast("int | None", self._checked(name, lambda value: is_integer(value, least), words, False))

    def integer(self, name: str) -> int | None:
        """An integer argument."""
        return cast("int | None", self._checked(name, is_integer, "an integer", False))

    def texts(self, name: str, required: bool = False) -> list[str] | None:
        """An argument that is an array of strings."""
        return cast("list[str] | None", self._checked(name, _are_texts, "an array of strings", required))

    def object(self, name: str, required: bool = False) -> dict[str, JSON]:
        """An object, empty when it is left out."""
        found = self._checked(name, lambda value: isinstance(value, dict), "an object", required)
        return cast("dict[str, JSON]", found or {})

    def objects(self, name: str, required: bool = False) -> dict[str, dict[str, JSON]]:
        """A map of objects, empty when it is left out."""
        found = self._checked(name, _are_objects, "a map of objects", required)
        return cast("dict[str, dict[str, JSON]]", found or {})

    def _checked(self, name: str, fits: Callable[[JSON], bool], words: str, required: bool) -> JSON:
        value = self.arguments.get(name)
        if value is None and required:
            raise invalid_arguments(f"{name} is missing", name)
        if value is not None and not fits(value):
            raise invalid_arguments(f"{name} must be {words}", name)
        return value


@dataclass(frozen=True, slots=True)
class Method:
    """One method of this dialect, and what it needs of the store; a `brief` one writes an object in a moment."""

    name: str
    access: Access
    run: Callable[[Call], Iterable[Reply]]
    brief: bool = False


def shown_account(account: AccountAccess, settings: Settings) -> str:
    """The name of an account with a domain."""
    return account.name if "@" in account.name else f"{account.name}@{settings.domain}"


def find_account(principal: Principal, given: JSON, settings: Settings) -> AccountAccess | None:
    """The account of that name or Id, the user's own for null."""
    for account in principal.accounts.values():
        if account.personal if given is None else given in (account.id, shown_account(account, settings)):
            return account
    return None


def listed(answer: Mapping[str, object]) -> list[dict[str, JSON]]:
    """The objects of a get, decoded where they came encoded."""
    found = answer["list"]
    if isinstance(found, orjson.Fragment):
        found = orjson.loads(orjson.dumps(found))
    return cast("list[dict[str, JSON]]", found)


def strings(answer: Mapping[str, object], name: str) -> list[str]:
    """A member of a response that is an array of strings."""
    return list(cast("Sequence[str]", answer[name] or ()))


def sane(identifiers: Iterable[str]) -> list[str]:
    """Those that may be ids of the engine, each once."""
    every = list(dict.fromkeys(identifiers))
    if references(list[JSON](every)) is None:
        return every
    return [each for each in every if is_id(each[1:] if each[:1] == "#" else each)]


def _are_texts(value: JSON) -> bool:
    return isinstance(value, list) and set(map(type, value)) <= {str}


def _are_objects(value: JSON) -> bool:
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())
