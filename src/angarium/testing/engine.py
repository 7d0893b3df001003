"""An engine that obeys the dials, is strict when asked to be, and remembers the calls it was asked for.

What is to become of a request is decided once, when it first runs: a request that is tried in haste and then again is
one request.
"""

import time
from collections.abc import Callable, Mapping
from typing import cast

import orjson

from angarium.engine.access import Principal
from angarium.engine.call import Call
from angarium.engine.declare import Method
from angarium.engine.dispatch import Engine
from angarium.engine.errors import MethodError, MethodErrorType, RequestError, RequestErrorType
from angarium.engine.limits import Limits
from angarium.engine.registry import Registry
from angarium.engine.request import Invocation, Request
from angarium.formats.json import JSON
from angarium.store.contract import Snapshot, Transaction
from angarium.testing.dials import Dial, Dials, Scope
from angarium.testing.news import News
from angarium.testing.outbox import Outbox
from angarium.testing.refusing import TELLING, Refused, failing, refusing
from angarium.testing.seen import Seen
from angarium.testing.strict import Critic
from angarium.testing.strict.rule import BodyLook, CallLook


class _Calls(list[Invocation]):
    """The calls of one request, with what was decided of it: how each is run, or what refuses all of them."""

    decided: "list[Invocation] | RequestError | None" = None


class ObservedEngine(Engine):
    """See the module; `critic` is None when not strict."""

    def __init__(
        self,
        registry: Registry,
        limits: Limits,
        clock: Callable[[], int],
        token: Callable[[], str],
        dials: Dials,
        outbox: Outbox,
        seen: Seen,
        news: News,
        critic: Critic | None,
    ) -> None:
        super().__init__(registry, limits, clock, token)
        self._dials = dials
        self._outbox = outbox
        self._seen = seen
        self._news = news
        self._critic = critic

    def prepare(self, body: bytes) -> Request:
        """The request in a body; raises RequestError."""
        if self._critic is not None:
            self._critic.body(body, self.registry, self.limits)
        return _watched(super().prepare(body))

    def prepare_object(self, value: Mapping[str, JSON]) -> Request:
        """The request that an object is; raises RequestError."""
        if self._critic is not None:
            self._critic.value(BodyLook(b"", cast(JSON, value), None, self.registry, self.limits))
        return _watched(super().prepare_object(value))

    def run(
        self,
        request: Request,
        principal: Principal,
        snapshot: Snapshot | None = None,
        transaction: Transaction | None = None,
        *,
        hasty: bool = False,
    ) -> bytes:
        """The encoded Response object; RequestError where a dial asks for it."""
        began = time.perf_counter()
        calls = request.calls if isinstance(request.calls, _Calls) else _Calls(request.calls)
        if calls.decided is None:
            calls.decided = self._decided(calls, principal)
        if isinstance(calls.decided, RequestError):
            raise calls.decided
        answer = super().run(request._replace(calls=calls.decided), principal, snapshot, transaction, hasty=hasty)
        if transaction is not None:
            self._outbox.look(transaction)
        responses = orjson.loads(answer)["methodResponses"]
        self._seen.note(principal.name, calls, responses, time.perf_counter() - began)
        if self._critic is not None:
            self._critic.learn(responses)
        self._news.tell()
        return answer

    def _decided(self, calls: _Calls, principal: Principal) -> "list[Invocation] | RequestError":
        dial = self._dials.find(Scope.REQUEST, principal.name)
        if dial is not None:
            return _request_error(dial)
        return [self._one(calls, index, principal) for index in range(len(calls))]

    def _one(self, calls: _Calls, index: int, principal: Principal) -> Invocation:
        call = calls[index]
        look = CallLook(
            call, calls[:index], self.registry, self.limits, principal, self._critic.told if self._critic else ()
        )
        error = self._critic.call(look) if self._critic else None
        dial = self._dials.find(Scope.METHOD, principal.name, lambda dial: dial.matches("method", call.name))
        if error is None and dial is not None:
            kind = dial.kind.error or MethodErrorType(dial.settings["type"])
            error = MethodError(kind, dial.settings["description"])
        if error is not None:
            return call._replace(method=failing(call.name, error), arguments={})
        return call if call.method is None else call._replace(method=self._refusing(call.method, look))

    def _refusing(self, method: Method, look: CallLook) -> Method:
        """The method, without the objects that a rule or a dial refuses."""
        refused = self._critic.objects(look) if self._critic else {}
        dial = self._dials.find(Scope.OBJECT, look.principal.name, lambda dial: dial.matches("method", look.name))
        if dial is None:
            return refusing(method, lambda _call: refused) if refused else method
        return refusing(method, lambda call: {**refused, **_chosen(call, dial)})


def _watched(request: Request) -> Request:
    return request._replace(calls=_Calls(request.calls))


def _request_error(dial: Dial) -> RequestError:
    settings = dial.settings
    kind = RequestErrorType(settings["type"])
    return RequestError(kind, settings["description"], settings["status"], settings["limit"])


def _chosen(call: Call, dial: Dial) -> Refused:
    error: dict[str, JSON] = {"type": dial.settings["type"], "description": dial.settings["description"]}
    chosen: dict[str, dict[str, dict[str, JSON]]] = {}
    for argument in TELLING:
        given = call.arguments.get(argument)
        ids = [str(key) for key in given if dial.matches("id", str(key))] if isinstance(given, dict | list) else []
        if ids:
            chosen[argument] = {key: dict(error) for key in ids}
    return chosen
