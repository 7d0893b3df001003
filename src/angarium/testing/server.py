"""A whole server inside a test: starts in a moment on a free port, is filled in single lines, and looked into.

Only what a test says to its server lives here; each thing is done by the module that it belongs to.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import argon2

from angarium.app.config import LOOPBACK, Config, LimitsSection, MailSection, PushSection, RelaySection, ServerSection
from angarium.app.listening import listening_socket, url_of
from angarium.app.settings import read
from angarium.protocols.http.exchange import Asgi
from angarium.testing.accounts import Accounts
from angarium.testing.behind import Behind
from angarium.testing.certificate import Certificate, make_certificate
from angarium.testing.clock import Clock
from angarium.testing.dials import Dial, Dials
from angarium.testing.fixture import load
from angarium.testing.front import Front
from angarium.testing.http import QuickServer
from angarium.testing.news import News
from angarium.testing.outbox import Outbox
from angarium.testing.running import Running
from angarium.testing.seen import Seen, SeenCall, SeenRequest
from angarium.testing.strict import RULES, Critic, Warned
from angarium.testing.user import User

T = TypeVar("T")

PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - every user of a test has it unless told otherwise
_HASHER: Final = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A test signs in often and has nothing to protect."""


_SHARED: Final = "/dev/shm"  # noqa: S108 - what is made in it has a name that nobody can guess
_ROOM: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state to which `Server.restore` goes back."""

    path: Path
    users: Mapping[str, User]


class Server:
    """`with Server() as server`: runs from `start` to `stop` beside the test, which may have several.

    `folder` keeps the data for a look afterwards; without it nothing is left. `strict` refuses what a MUST
    forbids clients.
    `lenient` mends the harmless departures of `angarium.engine.leniency` instead.
    `domains` are those in which users named by a word have addresses. `limits` are named as in `[limits]` of the
    configuration, `mailboxes` are the roles that a new account begins with.
    """

    def __init__(
        self,
        folder: Path | str | None = None,
        *,
        tls: bool = False,
        strict: bool = False,
        lenient: bool = False,
        domains: Sequence[str] = ("localhost",),
        limits: Mapping[str, int] | None = None,
        mailboxes: Sequence[str] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.strict = strict
        self.clock = Clock()
        self.outbox = Outbox(self.clock)
        self.url = ""
        self.certificate: Certificate | None = None
        self._given = folder
        self._tls = tls
        self._limits = read(LimitsSection, limits or {})
        given: dict[str, Any] = {} if mailboxes is None else {"new_mailboxes": tuple(mailboxes)}
        self._mail = read(MailSection, {"domains": tuple(domains), **given})
        self._section = ServerSection(lenient=lenient)
        self._address = host, port
        self._seen = Seen()
        self._news = News()
        self._dials = Dials(self._settle)
        self._critic = Critic(RULES) if strict else None
        self._users: dict[str, User] = {}
        self._numbers = count(1)
        self._restored: Snapshot | None = None
        self._resources = ExitStack()
        self._running: Running | None = None
        self._behind: Behind | None = None
        self._http: QuickServer | None = None

    # Start and end

    def start(self) -> None:
        """Begin to serve; `url` says where."""
        if self._running is not None:
            raise RuntimeError("the server is running")
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End, and leave nothing behind but a folder that was asked for; harmless when it does not run."""
        resources, self._resources = self._resources, ExitStack()
        try:
            resources.close()
        finally:
            self._running = self._behind = self._http = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _start(self) -> None:
        scratch = Path(tempfile.mkdtemp(prefix="angarium-testing-", dir=_in_memory()))
        self._scratch = scratch
        self._resources.callback(lambda: shutil.rmtree(scratch, ignore_errors=True))
        data = scratch / "data" if self._given is None else Path(self._given)
        self.certificate = make_certificate(scratch) if self._tls else None
        config = Config(
            data=data,
            limits=self._limits,
            mail=self._mail,
            server=self._section,
            relay=RelaySection(host="outbox.invalid", tls="none"),  # so that mail to others may be sent
            push=PushSection(allow_http=True, allow_networks=LOOPBACK),
        )
        self._running = running = Running()
        self._resources.callback(running.close)
        bound = listening_socket(*self._address)
        self._resources.callback(bound.close)
        shown = url_of(bound, tls=self._tls)
        self.url = shown.replace("127.0.0.1", "localhost") if self._tls else shown
        behind = Behind(config, self.clock, self._dials, self._seen, self._news, self.outbox, self._critic)
        front = Front(self._dials, self._seen, self._news, self._critic, behind.asgi)
        certificate = self.certificate
        http = QuickServer(front, certificate.chain if certificate else None, certificate.key if certificate else None)
        self._behind, self._http = behind, http
        self._resources.callback(lambda: running.do(behind.close))
        running.do(behind.open)
        self._resources.callback(lambda: running.do(http.end))
        running.do(lambda: http.begin(bound))

    def serve_beside(self, application: Asgi, host: str, port: int, close: Callable[[], object]) -> str:
        """Serve another application at a place of its own until the server stops, which calls `close`; its URL."""
        running = self._running
        if running is None:
            raise RuntimeError("the server is not running")
        bound = listening_socket(host, port)
        http = QuickServer(application)
        for closing in (bound.close, close, lambda: running.do(http.end)):
            self._resources.callback(closing)
        running.do(lambda: http.begin(bound))
        return url_of(bound, tls=False)

    # Users

    def add_user(self, name: str, password: str = PASSWORD) -> User:
        """Make a user with an account of the user's own. ValueError when there is one of that name."""
        made = self._inside.operate("user.add", name=name, passwordHash=_HASHER.hash(password))
        user = self._users[name] = User(name, password, made["accountId"], self._inside)
        return user

    def user(self, name: str) -> User:
        """A user that was made before; KeyError when there is none."""
        return self._users[name]

    def set_password(self, user: User | str, password: str) -> User:
        """Give a user another password: what was signed in with the old one ends."""
        known = self._user(user)
        self._inside.operate("user.passwd", name=known.name, passwordHash=_HASHER.hash(password))
        changed = self._users[known.name] = replace(known, password=password)
        return changed

    def remove_user(self, user: User | str) -> None:
        """Remove a user with everything in the account."""
        known = self._user(user)
        self._inside.operate("user.remove", name=known.name)
        del self._users[known.name]

    def load(self, fixture: Mapping[str, Any] | Path | str) -> dict[str, User]:
        """Fill the server from an object, a JSON file or a folder (see `angarium.testing.fixture`); users by name."""
        return load(self.add_user, fixture)

    # Going back

    def snapshot(self) -> Snapshot:
        """Keep the state as it is; any number of them, until the server stops."""
        path = self._scratch / f"snapshot-{next(self._numbers)}"
        self._now.copy(path)
        return Snapshot(path, dict(self._users))

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a state: its data and its users, no dial set, the clock with real time, nothing seen or sent."""
        self._dials.reset()
        self.clock.run()
        behind, http = self._now, self._http
        if self._running is not None and http is not None and (behind.store.touched or self._restored is not snapshot):

            async def reopen() -> None:
                http.lose(streams_only=True)
                await behind.reopen(snapshot.path, self._scratch if self._given is None else None)

            self._running.do(reopen)
            self._restored = snapshot
        self._users = dict(snapshot.users)
        self.forget()

    def forget(self) -> None:
        """Forget the requests, calls, warnings and sent mail so far."""
        self._seen.clear()
        self.outbox.clear()
        if self._critic is not None:
            self._critic.warnings.clear()

    # Looking

    @property
    def requests(self) -> list[SeenRequest]:
        """The HTTP requests so far, the oldest first."""
        return list(self._seen.requests)

    @property
    def calls(self) -> list[SeenCall]:
        """The method calls so far, the oldest first, over HTTP and WebSocket."""
        return list(self._seen.calls)

    @property
    def warnings(self) -> list[Warned]:
        """In strict mode: the SHOULDs that clients did not keep, the oldest first."""
        return list(self._critic.warnings) if self._critic else []

    def wait_for(self, condition: Callable[[], T | None], timeout: float = 5.0) -> T:
        """What `condition` gives once that counts as true; it is asked again after every commit and request.

        TimeoutError after so many seconds.
        """
        return self._news.wait_for(condition, timeout)

    # Dials

    def dial(self, name: str, *, user: User | str | None = None, times: int | None = None, **settings: Any) -> Dial:
        """Have the server misbehave: for a user or all, for the next so many `times` or until the dial is off.

        The dials and what they may be set to are in `angarium.testing.DIALS`. DialError for what is not in there.
        """
        return self._dials.turn(name, None if user is None else self._user(user).name, times, settings)

    @property
    def dials(self) -> list[Dial]:
        """The dials that are set."""
        return list(self._dials)

    def reset_dials(self) -> None:
        """Turn all dials back."""
        self._dials.reset()

    def set_clock(self, moment: Any) -> None:
        """Have the server's clock stand at a moment (UTCDate, epoch milliseconds, datetime); what is due happens."""
        self.clock.set(moment)
        self._look_at_clock()

    def advance_clock(self, seconds: float) -> None:
        """Move the clock on; what is due by then happens."""
        self.clock.advance(seconds)
        self._look_at_clock()

    def _look_at_clock(self) -> None:
        if self._running is not None:
            self._running.do(self._now.look_at_clock)

    # Inside

    @property
    def _inside(self) -> Accounts:
        return Accounts(self._now, self.clock, self._mail.domains[0])

    @property
    def _now(self) -> Behind:
        if self._behind is None:
            raise RuntimeError("the server is not running: use `with Server() as server`, or `start`")
        return self._behind

    def _settle(self) -> None:
        if self._behind is not None:
            self._behind.settle()

    def _user(self, user: User | str) -> User:
        if isinstance(user, User):
            return user
        if user not in self._users:
            raise ValueError(f"there is no user {user!r}: make one with add_user")
        return self._users[user]


def _in_memory() -> str | None:
    """A folder that is held in memory, where there is one with room; None for the folder that somebody has chosen."""
    if any(name in os.environ for name in ("TMPDIR", "TEMP", "TMP")):
        return None
    try:
        return _SHARED if shutil.disk_usage(_SHARED).free >= _ROOM and os.access(_SHARED, os.W_OK) else None
    except OSError:
        return None


class AsyncServer:
    """`async with AsyncServer() as server`: the same, started and stopped without holding up the test's own loop.

    Takes the arguments of Server and gives that Server; what waits goes through `asyncio.to_thread`.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._server = Server(*arguments, **named)

    async def __aenter__(self) -> Server:
        await _aside(self._server.start)
        return self._server

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await _aside(self._server.stop)


def _aside(job: Callable[[], T]) -> Coroutine[Any, Any, T]:
    import asyncio

    return asyncio.to_thread(job)
