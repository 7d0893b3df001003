"""From the octets of a POST to the responses of this dialect: one request, one transaction, calls in order."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import orjson

from angarium.engine.access import Principal
from angarium.engine.declare import Access
from angarium.engine.dispatch import Engine
from angarium.engine.errors import RequestError, RequestErrorType
from angarium.engine.request import few
from angarium.formats import json
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Method, Settings, Turn
from angarium.protocols.legacy.errors import Refused
from angarium.protocols.legacy.remembered import Remembered
from angarium.store.contract import Snapshot, StoreError, TooSlow, Transaction

_log = logging.getLogger(__name__)

_ARRAY: Final = re.compile(rb"[ \t\r\n]*\[")
_PAYLOAD_TOO_LARGE: Final = 413


class Invocation(NamedTuple):
    """One call as it came, and the method that it names, if there is one."""

    name: str
    arguments: Mapping[str, JSON]
    call_id: str
    method: Method | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that can run; `access` is the most that any of its calls needs of the store."""

    dialect: "Dialect"
    calls: Sequence[Invocation]
    access: Access

    @property
    def is_brief(self) -> bool:
        """Whether to write all that it asks for is a matter of a moment."""
        return all(call.method and call.method.brief and few(call.arguments) for call in self.calls)

    def run(
        self,
        principal: Principal,
        snapshot: Snapshot | None = None,
        transaction: Transaction | None = None,
        *,
        hasty: bool = False,
    ) -> bytes:
        """The encoded responses; a `hasty` request raises TooSlow where another would tell its client."""
        return self.dialect.run(self.calls, principal, snapshot, transaction, hasty)


class Dialect:
    """Speaks the dialect for an engine; `token` gives the name under which the log keeps a fault.

    `methods` is called for the first request: most servers never hear one.
    """

    def __init__(
        self, engine: Engine, methods: Callable[[], Sequence[Method]], settings: Settings, token: Callable[[], str]
    ) -> None:
        self.engine = engine
        self.settings = settings
        self._load = methods
        self._token = token
        self._remembered = Remembered()

    @cached_property
    def methods(self) -> Mapping[str, Method]:
        """Every method by its name."""
        return {method.name: method for method in self._load()}

    def speaks(self, beginning: bytes) -> bool:
        """Whether a body that begins with this is for this dialect: then it is an array."""
        return _ARRAY.match(beginning) is not None

    def prepare(self, body: bytes) -> Prepared:
        """The request in a body; raises RequestError."""
        limits = self.engine.limits
        try:
            value = json.parse(body, limits.max_depth)
        except FormatError as error:
            raise RequestError(RequestErrorType.NOT_JSON, f"The body is not I-JSON: {error}.") from None
        if not isinstance(value, list) or not value:
            raise _not_request("it must hold calls")
        if len(value) > limits.max_calls_in_request:
            raise RequestError(
                RequestErrorType.LIMIT,
                f"A request may hold {limits.max_calls_in_request} calls; this one has {len(value)}.",
                _PAYLOAD_TOO_LARGE,
                limit="maxCallsInRequest",
            )
        calls = [self._invocation(index, item) for index, item in enumerate(value)]
        access = max([call.method.access for call in calls if call.method], default=Access.PURE)
        return Prepared(self, calls, access)

    def _invocation(self, index: int, item: JSON) -> Invocation:
        if isinstance(item, list) and len(item) == 3:
            name, arguments, call_id = item
            if isinstance(name, str) and isinstance(arguments, dict) and isinstance(call_id, str):
                return Invocation(name, arguments, call_id, self.methods.get(name))
        raise _not_request(f"[{index}] must be [name, arguments, client id]")

    def run(
        self,
        calls: Sequence[Invocation],
        principal: Principal,
        snapshot: Snapshot | None,
        transaction: Transaction | None,
        hasty: bool,
    ) -> bytes:
        """The encoded responses of all calls, in order."""
        context = self.engine.context(principal, snapshot, transaction)
        context.hasty = hasty
        context.private = True
        turn = Turn(self.engine, self.settings, context, self._remembered)
        encoded: list[bytes] = []
        left = self.engine.limits.max_size_response
        for invocation in calls:
            replies = self._replies(turn, invocation, left)
            left -= sum(map(len, replies))
            encoded += replies
        return b"[" + b",".join(encoded) + b"]"

    def _replies(self, turn: Turn, invocation: Invocation, left: int) -> list[bytes]:
        """What one call answers, encoded; when it fails nothing of it has happened."""
        created = dict(turn.context.created)
        encoded: list[bytes] = []
        try:
            if invocation.method is None:
                raise Refused("unknownMethod", f"there is no method {invocation.name[:80]}")
            call = Call(
                turn, invocation.name, invocation.arguments, turn.account(invocation.arguments.get("accountId"))
            )
            with turn.savepoint():
                for name, shown in invocation.method.run(call):
                    encoded.append(_encoded(name, shown, invocation.call_id))
                    left -= len(encoded[-1])
                    if left < 0:
                        raise Refused("requestTooLarge", "the answer is too large; ask for less at a time")
            return encoded
        except Refused as refused:
            failure = refused.shown()
            done = encoded if invocation.method and invocation.method.access is Access.READ and left >= 0 else []
        except StoreError as error:
            if turn.context.hasty and isinstance(error, TooSlow):
                raise
            failure, done = self._unavailable(error), []
        except Exception:  # a bug: told with an id under which the log has the traceback
            failure, done = self._bug(turn, invocation), []
        if not done:
            turn.context.created.clear()
            turn.context.created.update(created)
            turn.outboxes.clear()
        return [*done, _encoded("error", failure, invocation.call_id)]

    def _unavailable(self, error: StoreError) -> dict[str, JSON]:
        if not isinstance(error, TooSlow):
            raise error
        return Refused("serverError", "it took too long; ask for less at a time").shown()

    def _bug(self, turn: Turn, invocation: Invocation) -> dict[str, JSON]:
        number = self._token()
        _log.exception("serverFail id=%s method=%s user=%s", number, invocation.name, turn.principal.name)
        return Refused(
            "serverError", f"a fault in the server; nothing of this call was kept (log entry {number})"
        ).shown()


def _encoded(name: str, shown: Mapping[str, object], call_id: str) -> bytes:
    # What comes encoded was made fit to leave before; what a client gave and is told again was not.
    is_fit = isinstance(shown.get("list"), orjson.Fragment) and not shown["notFound"] and call_id.isascii()
    return (orjson.dumps if is_fit else json.encode)([name, shown, call_id])


def _not_request(why: str) -> RequestError:
    return RequestError(RequestErrorType.NOT_REQUEST, f"The body is a JSON array but no request: {why}.")
