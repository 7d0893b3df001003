"""The dials: how a test tells the server to misbehave, for one user or all, for the next few times or until told.

One table says which dials there are and what each may be set to; Python and the control API read the same one. What
turns here is only kept and counted; `front`, `engine`, `behind` and `outbox` ask and act.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from fnmatch import fnmatchcase
from itertools import count
from typing import Any, Final, cast

from angarium.engine.declare import REQUIRED
from angarium.engine.errors import MethodErrorType, RequestErrorType, SetErrorType
from angarium.engine.limits import Limits
from angarium.engine.shapes import Problem, Shape, nullable, number, positive, text, unsigned
from angarium.formats.json import JSON


class DialError(ValueError):
    """There is no such dial, or it cannot be set to that."""


class Scope(Enum):
    """Where a dial acts."""

    HTTP = "an HTTP request"
    LIMITS = "the limits of the server"
    REQUEST = "a JMAP request as a whole"
    METHOD = "a method call"
    OBJECT = "an object of a /set, /copy or /import"
    PUSH = "news of changes"
    RELAY = "mail that is sent to others"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a dial may be set to: a name, the shape of its value, and the value when it is not given."""

    name: str
    shape: Shape
    about: str
    default: object = REQUIRED


@dataclass(frozen=True, slots=True)
class DialKind:
    """One row of the table."""

    name: str
    scope: Scope
    about: str
    settings: tuple[Setting, ...] = ()
    error: MethodErrorType | None = None


def _one_of(values: Sequence[str]) -> Shape:
    problem = Problem("", "must be one of " + ", ".join(values))
    return lambda value: None if value in values else problem


def _seconds(value: JSON) -> Problem | None:
    return number(value) or (None if 0 <= cast(float, value) <= 3600 else Problem("", "must be from 0 to 3600"))


def _status(value: JSON) -> Problem | None:
    return unsigned(value) or (None if 400 <= cast(int, value) <= 599 else Problem("", "must be from 400 to 599"))


def _reply(value: JSON) -> Problem | None:
    fits = isinstance(value, str) and value[:1] in ("4", "5") and value[:3].isdigit() and value[3:4] == " "
    return None if fits else Problem("", "must be a reply of SMTP such as 550 5.1.1 no such user")


_CHANGES: Final = "*/changes *Changes"
_WRITES: Final = "*/set */copy */import"
_METHOD = "names of methods, with * for anything and a space between several"
_PATH = Setting("path", text, "the path of the URL, with * for anything", "*")
_DESCRIPTION = Setting("description", text, "what the error says to people", "a fault that the test asked for")
_LIMITS = tuple(Setting(known.name, nullable(positive), "as in the core capability", None) for known in fields(Limits))

DIALS: Final[Mapping[str, DialKind]] = {
    kind.name: kind
    for kind in (
        DialKind(
            "methodError",
            Scope.METHOD,
            "A method call ends in an error of this type (RFC 8620 §3.6.2).",
            (
                Setting("type", _one_of([*MethodErrorType]), "the type of the error"),
                Setting("method", text, _METHOD, "*"),
                _DESCRIPTION,
            ),
        ),
        DialKind(
            "cannotCalculateChanges",
            Scope.METHOD,
            "The server has forgotten what changed (RFC 8620 §5.2, §5.6): the client must read anew.",
            (Setting("method", text, _METHOD, _CHANGES), _DESCRIPTION),
            MethodErrorType.CANNOT_CALCULATE_CHANGES,
        ),
        DialKind(
            "stateMismatch",
            Scope.METHOD,
            "Somebody else was quicker (RFC 8620 §5.3): nothing is changed.",
            (Setting("method", text, _METHOD, _WRITES), _DESCRIPTION),
            MethodErrorType.STATE_MISMATCH,
        ),
        DialKind(
            "setError",
            Scope.OBJECT,
            "Objects of a call are refused one by one with this SetError (RFC 8620 §5.3); the others go on.",
            (
                Setting("type", _one_of([*SetErrorType]), "the type of the SetError"),
                Setting("method", text, _METHOD, _WRITES),
                Setting("id", text, "ids or creation ids, with * for anything", "*"),
                _DESCRIPTION,
            ),
        ),
        DialKind(
            "requestError",
            Scope.REQUEST,
            "The request as a whole is refused (RFC 8620 §3.6.1).",
            (
                Setting("type", _one_of([*RequestErrorType]), "the type of the error"),
                Setting("limit", nullable(text), "with type limit: which one", None),
                Setting("status", _status, "the status of the HTTP answer", 400),
                _DESCRIPTION,
            ),
        ),
        DialKind(
            "status",
            Scope.HTTP,
            "An HTTP request is refused with this status, such as 503 or 429.",
            (
                Setting("status", _status, "the status"),
                Setting("retryAfter", nullable(unsigned), "seconds in a Retry-After field", None),
                _PATH,
                _DESCRIPTION,
            ),
        ),
        DialKind(
            "expiredAuth",
            Scope.HTTP,
            "The credentials are no longer good: 401, whatever they are.",
            (_PATH,),
        ),
        DialKind(
            "slow",
            Scope.HTTP,
            "The answer comes late.",
            (Setting("seconds", _seconds, "by how much"), _PATH),
        ),
        DialKind(
            "drop",
            Scope.HTTP,
            "The connection is lost: before the request is done, after it but before the answer, or within that.",
            (Setting("when", _one_of(["before", "after", "midway"]), "at which moment", "before"), _PATH),
        ),
        DialKind(
            "limits",
            Scope.LIMITS,
            "The server has these limits, tells them in the Session, and holds to them.",
            _LIMITS,
        ),
        DialKind(
            "latePush",
            Scope.PUSH,
            "News of changes in the user's account is told late, on every way.",
            (Setting("seconds", _seconds, "by how much"),),
        ),
        DialKind("lostPush", Scope.PUSH, "News of changes in the user's account is never told."),
        DialKind(
            "relayReply",
            Scope.RELAY,
            "The relay answers with this for recipients elsewhere, 4xx for a while or 5xx for ever.",
            (
                Setting("reply", _reply, "the reply of SMTP"),
                Setting("recipient", text, "addresses, with * for anything", "*"),
            ),
        ),
    )
}


@dataclass(slots=True)
class Dial:
    """A dial that is set; `off` turns it back, and so does the end of `with`."""

    id: int
    kind: DialKind
    user: str | None
    times: int | None
    settings: Mapping[str, Any]
    used: int = 0
    _off: Callable[["Dial"], None] = field(default=lambda _dial: None, repr=False)

    @property
    def spent(self) -> bool:
        """Whether it has acted as often as it should."""
        return self.times is not None and self.used >= self.times

    def off(self) -> None:
        """Turn it back."""
        self._off(self)

    def matches(self, setting: str, value: str) -> bool:
        """Whether a setting that names several things with `*` names this one."""
        return any(fnmatchcase(value, pattern) for pattern in str(self.settings[setting]).split())

    def shown(self) -> dict[str, JSON]:
        """As the control API shows it."""
        told: dict[str, JSON] = {"id": self.id, "dial": self.kind.name, "user": self.user, "times": self.times}
        return {**told, "used": self.used, "settings": dict(self.settings)}

    def __enter__(self) -> "Dial":
        return self

    def __exit__(self, *_error: object) -> None:
        self.off()


class Dials:
    """The dials that are set, asked on any thread; `settle` is called before each change.

    It returns when all that was answered before has taken its course, so that no dial acts on it.
    """

    def __init__(self, settle: Callable[[], None]) -> None:
        self._settle = settle
        self._set: list[Dial] = []
        self._numbers = count(1)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Dial]:
        return iter(tuple(self._set))

    def turn(self, name: str, user: str | None, times: int | None, given: Mapping[str, JSON]) -> Dial:
        """Set a dial; DialError when there is none or it cannot be set to that."""
        kind = DIALS.get(name)
        if kind is None:
            raise DialError(f"there is no dial {name!r}; there are {', '.join(DIALS)}")
        if times is not None and times < 1:
            raise DialError("times must be 1 or more, or None for every time")
        dial = Dial(next(self._numbers), kind, user, times, _settings(kind, given), _off=self.off)
        self._settle()
        with self._lock:
            self._set.append(dial)
        return dial

    def off(self, dial: Dial) -> None:
        """Turn a dial back, if it is set."""
        self._settle()
        with self._lock:
            self._set = [one for one in self._set if one is not dial]

    def reset(self) -> None:
        """Turn all of them back."""
        if self._set:
            self._settle()
        with self._lock:
            self._set = []

    def find(self, scope: Scope, user: str | None, fits: Callable[[Dial], bool] = lambda _dial: True) -> Dial | None:
        """The dial that is to act now, which counts; the one set last goes first."""
        if not self._set:
            return None
        with self._lock:
            for dial in reversed(self._set):
                if dial.kind.scope is scope and dial.user in (None, user) and not dial.spent and fits(dial):
                    dial.used += 1
                    return dial
        return None


def _settings(kind: DialKind, given: Mapping[str, JSON]) -> dict[str, Any]:
    known = {setting.name: setting for setting in kind.settings}
    if unknown := given.keys() - known.keys():
        raise DialError(f"{kind.name} has no setting {', '.join(sorted(unknown))}; it has {', '.join(known) or 'none'}")
    settings: dict[str, Any] = {}
    for name, setting in known.items():
        if name not in given and setting.default is REQUIRED:
            raise DialError(f"{kind.name} needs {name}: {setting.about}")
        value = given.get(name, cast(JSON, setting.default))
        if problem := setting.shape(value):
            raise DialError(f"{name} of {kind.name} {problem}")
        settings[name] = value
    return settings
