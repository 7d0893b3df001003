"""The ways into the accounts of a running server in a test, past the network, the dials and strict mode."""

from collections.abc import Mapping
from typing import Any

import orjson

from angarium.app.operations import OperationError, Services, perform
from angarium.datatypes import principals
from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.formats.primitives import parse_utc
from angarium.store.contract import Snapshot
from angarium.testing.behind import Behind
from angarium.testing.clock import Clock


class CallError(ValueError):
    """A method that a test called ended in an error; `type` is that of the error."""

    def __init__(self, method: str, error: Mapping[str, Any]) -> None:
        super().__init__(f"{method}: {error.get('type')}: {error.get('description', '')}")
        self.type = str(error.get("type"))
        self.error = error


class Accounts:
    """Methods and operations on what stands behind the socket; users named by a word have addresses in `domain`."""

    def __init__(self, behind: Behind, clock: Clock, domain: str) -> None:
        self._behind = behind
        self._clock = clock
        self.domain = domain

    @property
    def services(self) -> Services:
        """What the operations of the command line work with."""
        return self._behind.services

    def types(self) -> list[str]:
        """The data types whose objects are in accounts and can be listed."""
        types = self._behind.engine.registry.types.values()
        return [known.name for known in types if known.account and known.name != "Thread"]

    def call(self, user: str, account: str, method: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Run one method as a user; the arguments of its response. `accountId` is filled in. Raises CallError."""
        engine = self._behind.plain_engine
        found = engine.registry.methods.get(method)
        filled = {"accountId": account} if found is not None and found.account else {}

        def run(view: Any, writes: bool) -> bytes:
            context = engine.context(_principal(view, user), view, view if writes else None)
            return orjson.dumps(engine.call(context, method, {**filled, **(arguments or {})}))

        store = self._behind.store
        if found is not None and found.access is Access.WRITE:
            octets = store.write(lambda view: run(view, writes=True)).result()
        else:
            octets = store.read(lambda view: run(view, writes=False))
        name, answer = orjson.loads(octets)[0]
        if name == "error":
            raise CallError(method, answer)
        return answer

    def operate(self, name: str, /, **arguments: Any) -> Any:
        """Run an operation of the command line; ValueError when it cannot be done."""
        try:
            return perform(self.services, name, arguments)[0]
        except OperationError as error:
            raise ValueError(error.text) from error
        finally:
            self._behind.forget_sign_ins()

    def moment(self, given: str | int | None) -> int:
        """Epoch milliseconds of a UTCDate; now for None."""
        if isinstance(given, str):
            parsed = parse_utc(given)
            if parsed is None:
                raise ValueError(f"{given!r} is no UTCDate such as 2026-01-31T09:00:00Z")
            return parsed
        return self._clock() if given is None else given


def _principal(view: Snapshot, name: str) -> Principal:
    found = principals.by_name(view, name)
    principal = principals.principal(view, found.id) if found else None
    if principal is None:
        raise ValueError(f"there is no user {name!r} any more")
    return principal
