"""Running a request: calls in order, references, implicit calls, errors in their scopes (RFC 8620 §3.3 to §3.7)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import orjson

from angarium.engine.access import AccountAccess, Principal
from angarium.engine.ahead import Preparation
from angarium.engine.call import Call, RequestContext
from angarium.engine.declare import REQUIRED, Access, Method, Prepared, Response
from angarium.engine.errors import MethodError, MethodErrorType, invalid_arguments
from angarium.engine.limits import Limits
from angarium.engine.references import Done, resolve
from angarium.engine.registry import Registry
from angarium.engine.request import Invocation, Request, parse_body, parse_request, request_of
from angarium.engine.session import session_state
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.store.contract import (
    AnchorNotFound,
    CannotCalculateChanges,
    Snapshot,
    Stage,
    StoreError,
    TooSlow,
    Transaction,
)

_log = logging.getLogger(__name__)

_TRANSLATED: tuple[tuple[type[StoreError], MethodErrorType], ...] = (
    (AnchorNotFound, MethodErrorType.ANCHOR_NOT_FOUND),
    (CannotCalculateChanges, MethodErrorType.CANNOT_CALCULATE_CHANGES),
    (TooSlow, MethodErrorType.SERVER_UNAVAILABLE),
)

Mend: TypeAlias = Callable[[Mapping[str, JSON], Registry], Mapping[str, JSON]]


@dataclass(slots=True)
class _Progress:
    """The responses so far and what they weigh together, in octets."""

    most: int
    done: list[Done] = field(default_factory=list)
    size: int = 0

    def add(self, name: str, response: Response, call_id: str) -> None:
        """Encode a response; MethodError requestTooLarge when there is no more room (an error has always room)."""
        # What comes encoded out of the store was made fit to leave when it was stored.
        stored = any(isinstance(value, orjson.Fragment) for value in response.values())
        encoded = (orjson.dumps if stored else json.encode)([name, response, call_id])
        if self.size + len(encoded) > self.most and name != "error":
            raise MethodError(
                MethodErrorType.REQUEST_TOO_LARGE,
                f"the response would be over {self.most} octets; ask for less at a time",
            )
        self.size += len(encoded)
        self.done.append(Done(name, call_id, encoded))


class Engine:
    """Everything that the protocols need to run JMAP requests.

    `clock` gives epoch milliseconds, `token` fresh random text of letters and digits. `mend` turns a request into one
    that keeps the rules (see `leniency`).
    """

    def __init__(self, registry: Registry, limits: Limits, clock: Callable[[], int], token: Callable[[], str]) -> None:
        self.registry = registry
        self.mend: Mend | None = None
        self.limits = limits
        self._clock = clock
        self._token = token

    def prepare(self, body: bytes) -> Request:
        """The request in a body; raises RequestError. Its `access` tells what `run` needs."""
        if self.mend is not None:
            return self.prepare_object(parse_body(body, self.limits))
        return parse_request(body, self.registry, self.limits)

    def prepare_object(self, value: Mapping[str, JSON]) -> Request:
        """The request that an object is, for who had to parse the body; raises RequestError."""
        mended = value if self.mend is None else self.mend(value, self.registry)
        return request_of(mended, self.registry, self.limits)

    def ahead(self, request: Request, principal: Principal, stage: Callable[[], Stage]) -> Preparation | None:
        """What its methods want to do on a snapshot before the request has the writer; None for nothing.

        `stage` begins to receive a blob.
        """
        wanted = [
            (invocation, method, work)
            for invocation in request.calls
            if (method := invocation.method)
            and method.ahead
            and (work := method.ahead(principal, invocation.arguments))
        ]

        def do_all(preparation: Preparation, snapshot: Snapshot) -> None:
            context = self.context(principal, snapshot, None, dict(request.created_ids or {}))
            for invocation, method, work in wanted:
                with suppress(Exception):  # comes again where the method runs, and is told there
                    work(_call(context, method, invocation.arguments, invocation.prepared), preparation)

        return Preparation(do_all, request.calls, stage) if wanted else None

    def run(
        self,
        request: Request,
        principal: Principal,
        snapshot: Snapshot | None = None,
        transaction: Transaction | None = None,
        *,
        hasty: bool = False,
    ) -> bytes:
        """The encoded Response object (RFC 8620 §3.4).

        A pure request needs neither view, one that reads a snapshot, one that writes a transaction (alone). A `hasty`
        one raises TooSlow where another would tell its client.
        """
        context = self.context(principal, snapshot, transaction, dict(request.created_ids or {}))
        context.using = request.using
        context.hasty = hasty
        progress = _Progress(self.limits.max_size_response)
        for invocation in request.calls:
            self._invoke(context, invocation, progress)
        tail: dict[str, JSON] = {"sessionState": session_state(self.registry, principal)}
        if request.created_ids is not None:
            tail["createdIds"] = cast("dict[str, JSON]", context.created)
        responses = b",".join(item.encoded for item in progress.done)
        return b'{"methodResponses":[' + responses + b"]," + json.dumps(tail)[1:]

    def context(
        self,
        principal: Principal,
        snapshot: Snapshot | None,
        transaction: Transaction | None,
        created: dict[str, str] | None = None,
    ) -> RequestContext:
        """What the calls of one request share; it uses every capability until told otherwise."""
        view = snapshot if transaction is None else transaction
        limits, using = self.limits, self.registry.urns
        return RequestContext(
            principal, view, transaction, self._clock(), limits, self._token, using, created or {}, limits.max_size_work
        )

    def call(self, context: RequestContext, name: str, arguments: dict[str, JSON]) -> list[tuple[str, Response]]:
        """Run one method for a caller inside the process; the responses, with those of implicit calls after it."""
        responses: list[tuple[str, Response]] = []
        call = self._answer(
            context, self._implied(name, arguments, ""), [], lambda *response: responses.append(response)
        )
        _follow(call, lambda implied, given: responses.extend(self.call(context, implied, given)))
        return responses

    def _implied(self, name: str, arguments: dict[str, JSON], call_id: str) -> Invocation:
        """A call that no client wrote, so it needs no `using`."""
        return Invocation(name, arguments, call_id, self.registry.methods.get(name), {})

    def _invoke(self, context: RequestContext, invocation: Invocation, progress: _Progress) -> None:
        call_id = invocation.call_id
        call = self._answer(
            context, invocation, progress.done, lambda name, response: progress.add(name, response, call_id)
        )
        _follow(call, lambda name, given: self._invoke(context, self._implied(name, given, call_id), progress))

    def _answer(
        self,
        context: RequestContext,
        invocation: Invocation,
        done: Sequence[Done],
        take: Callable[[str, Response], None],
    ) -> Call | None:
        """Hand the response of one call to `take`, or its error; returns the call when it succeeded.

        A response that cannot be taken undoes its call: after an error nothing has changed (RFC 8620 §3.6.2).
        """
        created = dict(context.created)
        method = invocation.method
        try:
            if method is None:
                raise MethodError(
                    MethodErrorType.UNKNOWN_METHOD,
                    f"there is no method {invocation.name[:80]} in the capabilities that this request is using",
                )
            arguments = resolve(invocation.arguments, done, self.limits.max_query)
            call = _call(context, method, arguments, invocation.prepared)
            with _savepoint(context, method):
                take(method.name, method.run(call))
            return call
        except MethodError as error:
            failure = error.arguments()  # not the error: it would keep the frames of the call, and all in them, alive
        except StoreError as error:
            if context.hasty and isinstance(error, TooSlow):
                raise
            failure = self._translated(error, invocation).arguments()
        except Exception:  # a bug: told with an id under which the log has the traceback
            failure = self._bug(context, invocation).arguments()
        context.created.clear()
        context.created.update(created)
        take("error", cast(Response, failure))
        return None

    def _translated(self, error: StoreError, invocation: Invocation) -> MethodError:
        for kind, shown in _TRANSLATED:
            if isinstance(error, kind):
                if kind is TooSlow:
                    return MethodError(shown, f"{invocation.name} took too long; ask for less at a time")
                return MethodError(shown, str(error))
        raise error

    def _bug(self, context: RequestContext, invocation: Invocation) -> MethodError:
        number = self._token()
        _log.exception("serverFail id=%s method=%s user=%s", number, invocation.name, context.principal.name)
        return MethodError(
            MethodErrorType.SERVER_FAIL, f"a fault in the server; nothing of this call was kept (log entry {number})"
        )


def _follow(call: Call | None, run: Callable[[str, dict[str, JSON]], None]) -> None:
    """Run what follows a call that succeeded."""
    if call is None:
        return
    for name, arguments in call.follow:
        run(name, arguments)
    for work in call.afterwards:
        work()


def _call(context: RequestContext, method: Method, given: dict[str, JSON], prepared: dict[str, Prepared]) -> Call:
    """The call with its account found and its arguments checked."""
    account = _account(context, method, given) if method.account else None
    return Call(context, method.name, _checked(method, given), account, prepared=prepared)


def _account(context: RequestContext, method: Method, given: dict[str, JSON]) -> AccountAccess:
    wanted = given.get("accountId")
    if not isinstance(wanted, str):
        raise invalid_arguments("accountId must be given: the Id of an account from the Session")
    account = context.principal.accounts.get(wanted)
    if account is None:
        raise MethodError(MethodErrorType.ACCOUNT_NOT_FOUND, f"there is no account '{wanted[:40]}'")
    if method.access is Access.WRITE and account.read_only:
        raise MethodError(MethodErrorType.ACCOUNT_READ_ONLY, f"the account '{wanted}' may only be read by you")
    return account


def _checked(method: Method, given: dict[str, JSON]) -> dict[str, JSON]:
    """The arguments by their declarations; MethodError invalidArguments naming what is wrong."""
    if method.arguments is None:
        return given
    checked: dict[str, JSON] = {}
    for declared in method.arguments:
        value = given.get(declared.name)
        if declared.name not in given or (value is None and declared.default is None):
            if declared.default is REQUIRED:
                raise invalid_arguments(f"{declared.name} is missing")
            checked[declared.name] = declared.default
        elif problem := declared.shape(value):
            raise invalid_arguments(str(problem.within(declared.name)))
        else:
            checked[declared.name] = value
    unknown = given.keys() - checked.keys() - ({"accountId"} if method.account else set())
    if unknown:
        raise invalid_arguments(f"{method.name} has no argument {', '.join(sorted(unknown)[:10])}")
    return checked


def _savepoint(context: RequestContext, method: Method) -> AbstractContextManager[None]:
    """A method that writes is undone as a whole when it fails as a whole."""
    if method.access is Access.WRITE and context.transaction is not None:
        return context.transaction.savepoint()
    return nullcontext()
