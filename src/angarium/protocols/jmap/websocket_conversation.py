"""What is said over one WebSocket: Requests and their answers, and news of changes (RFC 8887 §4.3).

A conversation goes on with the rights that its user has at each moment, and ends with the credentials that began it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from angarium.datatypes.calendars import reminders
from angarium.engine.errors import RequestError
from angarium.engine.events import state_change
from angarium.engine.request import not_request, parse_body
from angarium.engine.shapes import Shape, list_of, nullable, text
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.protocols.http.application import unavailable
from angarium.protocols.http.problem import Problem, limit_problem, request_problem
from angarium.protocols.http.reading import Reading
from angarium.protocols.http.sign_in import SignedIn, SignIn
from angarium.protocols.http.slots import Slots
from angarium.protocols.jmap.feed import Feed, Listener, commit_of, missed
from angarium.protocols.jmap.running import LONG, Running
from angarium.store.contract import StateChange, StoreError

if TYPE_CHECKING:
    from angarium.protocols.http.websocket import WebSocket

_log = logging.getLogger(__name__)

_REVOKED = 1008
_GOING_AWAY = 1001
_FAULT = 1011

_TYPES = nullable(list_of(text))
_STATE = nullable(text)


@dataclass(frozen=True, slots=True)
class Services:
    """What every conversation needs of the server."""

    sign_in: SignIn
    running: Running
    reading: Reading
    feed: Feed
    requests: Slots


class Conversation:
    """The `Talk` of one WebSocket; `over` is called at its end."""

    def __init__(self, socket: "WebSocket", signed: SignedIn, services: Services, over: Callable[[], None]) -> None:
        self._socket = socket
        self._signed = signed
        self._services = services
        self._over = over
        self._listener = Listener(self._heard)
        self._types: frozenset[str] | None = None
        self._pushing = False
        self._catching_up: object | None = None
        self._telling = False
        self._ending = False
        self._alerting = asyncio.Lock()
        self._alerted = 0
        self._tasks: set[asyncio.Task[None]] = set()

    # What the socket calls

    def begin(self) -> None:
        """Hear of changes in the directory from now on: they may end the conversation."""
        self._follow()
        self._heard()

    def take(self, message: bytes) -> None:
        """Answer a message; a long one, or one after a change in the directory, in a task of its own."""
        if self._ending:
            return
        if len(message) < LONG and self._services.sign_in.is_current(self._signed):
            self._answer(message)
        else:
            self._spawn(self._answer_later(message))

    def too_large(self) -> bytes:
        """What to say to a message over the limit."""
        most = self._services.running.engine.limits.max_size_request
        return _error(limit_problem(400, "maxSizeRequest", f"A request may have at most {most} octets."), None)

    def drained(self) -> None:
        """Tell what has been held back."""
        self._heard()

    def end(self) -> None:
        """Close once what has begun is answered."""
        self._ending = True
        if not self._tasks:
            self._socket.close(_GOING_AWAY, "the server ends")

    def gone(self) -> None:
        """Let go of everything; a request that writes goes on."""
        self._ending = True
        self._services.feed.leave(self._listener)
        self._over()

    # Messages

    def _answer(self, message: bytes, parsed: Mapping[str, JSON] | None = None) -> None:
        """Answer a message, which may have been parsed already."""
        identifier: str | None = None
        try:
            value = parse_body(message, self._services.running.engine.limits) if parsed is None else parsed
            identifier = _identifier(value)
            match value.get("@type"):
                case "Request":
                    self._request(value, identifier, message)
                case "WebSocketPushEnable":
                    self._enable(value)
                case "WebSocketPushDisable":
                    self._disable()
                case _:
                    raise not_request("@type must be Request, WebSocketPushEnable or WebSocketPushDisable")
        except Exception as error:
            self._socket.send(_error(_problem(error), identifier))

    async def _answer_later(self, message: bytes) -> None:
        if not await self._renew():
            return
        parsed = None
        if len(message) >= LONG:
            limits = self._services.running.engine.limits
            try:
                parsed = await self._services.running.threads.run(lambda: parse_body(message, limits))
            except RequestError as error:
                self._socket.send(_error(_problem(error), None))
                return
        self._answer(message, parsed)

    def _request(self, value: Mapping[str, JSON], identifier: str | None, message: bytes) -> None:
        running, user = self._services.running, self._signed.principal
        self._services.requests.take(user.id)
        try:
            request = running.engine.prepare_object(value)
            answer = running.at_once(request, user)
        except BaseException:
            self._services.requests.free(user.id)
            raise
        if answer is None:
            self._spawn(self._respond_later(running.later(request, user, message), user.id, identifier))
        else:
            self._services.requests.free(user.id)
            self._socket.send(_response(answer, identifier))

    async def _respond_later(self, answering: Coroutine[Any, Any, bytes], user: str, identifier: str | None) -> None:
        try:
            told = _response(await answering, identifier)
        except Exception as error:
            told = _error(_problem(error), identifier)
        finally:
            self._services.requests.free(user)
        self._socket.send(told)

    # News

    def _enable(self, value: Mapping[str, JSON]) -> None:
        """RFC 8887 §4.3.5.2."""
        types, state = value.get("dataTypes"), value.get("pushState")
        _check("dataTypes", _TYPES, types)
        _check("pushState", _STATE, state)
        self._types = frozenset(map(str, types)) if isinstance(types, list) else None
        self._pushing = True
        self._follow()
        if isinstance(state, str):
            self._catching_up = catching_up = object()
            self._spawn(self._catch_up(catching_up, commit_of(state)))
        else:  # what comes after this message is news, so the answer to the next one must not come before
            changes, newest = self._services.reading.glance(lambda snapshot: missed(snapshot, (), None))
            self._caught_up(changes, newest, newest)

    def _disable(self) -> None:
        """RFC 8887 §4.3.5.3."""
        self._pushing = False
        self._catching_up = None
        self._follow()

    async def _catch_up(self, this: object, since: int) -> None:
        """Tell what the client has missed, unless it has changed its mind meanwhile."""
        accounts = [account.key for account in self._signed.principal.accounts.values()]
        changes, newest = await self._services.reading(lambda snapshot: missed(snapshot, accounts, since))
        if self._catching_up is this:
            self._caught_up(changes, newest, since)

    def _caught_up(self, changes: Sequence[StateChange], newest: int, since: int) -> None:
        """Tell what was missed, and from here on what comes."""
        self._catching_up = None
        self._alerted = since
        self._listener.begin(newest)
        self._push(changes, newest)
        self._heard()

    def _heard(self) -> None:
        """There is news: tell all of it together, at the next turn of the loop."""
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        if not self._services.sign_in.is_current(self._signed) and not self._ending:
            self._spawn(self._tell_later())  # until then, nothing else tells
            return
        self._telling = False
        if not self._ending and not self._socket.blocked and self._catching_up is None:
            self._push(self._listener.take(), self._listener.sequence)

    async def _tell_later(self) -> None:
        try:
            renewed = await self._renew()
        finally:
            self._telling = False
        if renewed:
            self._tell()

    def _push(self, changes: Sequence[StateChange], sequence: int) -> None:
        """Send what this user may see of it."""
        event = state_change(self._signed.principal, changes, self._types) if self._pushing else None
        if event is not None:
            self._socket.send(json.dumps({**event, "pushState": str(sequence)}))
        if self._pushing and reminders.is_news(changes, self._types):
            self._spawn(self._tell_alerts())

    async def _tell_alerts(self) -> None:
        """JMAP calendars §6.4: each alert that went off, once."""
        async with self._alerting:
            user, since = self._signed.principal, self._alerted
            alerts, self._alerted = await self._services.reading(
                lambda snapshot: reminders.fired(snapshot, user, since)
            )
            for alert in alerts if self._pushing else ():
                self._socket.send(json.dumps(alert))

    # Rights

    async def _renew(self) -> bool:
        """See what the user may do by now; false, and the end, when the credentials are no longer good."""
        renewed = await self._services.sign_in.renewed(self._signed)
        if renewed is None:
            self._ending = True
            self._socket.close(_REVOKED, "the credentials are no longer good")
            return False
        if renewed is not self._signed:
            self._signed = renewed
            self._follow()
        return not self._ending

    def _follow(self) -> None:
        """Hear of the directory, and of the user's accounts when that was asked for."""
        if not self._ending:
            accounts = self._signed.principal.accounts.values() if self._pushing else ()
            self._services.feed.follow(self._listener, [account.key for account in accounts])

    # Tasks

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("websocket ended by a fault", exc_info=error)
            self._socket.close(_FAULT, "a fault in the server")
        elif self._ending and not self._tasks:
            self._socket.close(_GOING_AWAY, "the server ends")


def _check(name: str, shape: Shape, value: JSON) -> None:
    if problem := shape(value):
        raise not_request(str(problem.within(name)))


def _identifier(value: Mapping[str, JSON]) -> str | None:
    """RFC 8887 §4.3.2."""
    identifier = value.get("id")
    _check("id", _STATE, identifier)
    return identifier if isinstance(identifier, str) else None


def _response(answer: bytes, identifier: str | None) -> bytes:
    """A Response object with what RFC 8887 §4.3.3 adds to it."""
    added: dict[str, JSON] = {"@type": "Response"}
    if identifier is not None:
        added["requestId"] = identifier
    return json.dumps(added)[:-1] + b"," + answer[1:]


def _error(problem: Problem, identifier: str | None) -> bytes:
    """RFC 8887 §4.3.4."""
    return json.dumps({"@type": "RequestError", "requestId": identifier, **problem.shown()})


def _problem(error: Exception) -> Problem:
    """How an error of a request as a whole is told."""
    match error:
        case RequestError():
            return request_problem(error)
        case Problem():
            return error
        case StoreError():
            _log.error("unavailable path=websocket reason=%s", error)
            return unavailable(error)
    _log.error("serverFail path=websocket", exc_info=error)
    return Problem(500, "A fault in the server; its log tells of it.")
