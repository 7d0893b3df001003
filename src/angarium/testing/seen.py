"""What a server was asked in a test: HTTP requests, and the method calls in them, whichever way they came."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from angarium.engine.request import Invocation
from angarium.formats.json import JSON

Told: TypeAlias = tuple[str, dict[str, JSON], str]
"""A response of the Response object."""

KEPT: Final = 10_000
"""Requests and calls that are remembered, the newest ones."""


@dataclass(slots=True)
class SeenRequest:
    """One HTTP request: `user` is who it claims to be from, `status` None until it is answered; times in seconds.

    A stream is answered when it begins, so its `seconds` are those until then.
    """

    user: str | None
    method: str
    path: str
    status: int | None = None
    seconds: float = 0.0
    _began: float = field(default_factory=time.perf_counter, repr=False)

    def answered(self, status: int) -> None:
        """The answer begins."""
        self.status, self.seconds = status, time.perf_counter() - self._began


@dataclass(frozen=True, slots=True)
class SeenCall:
    """One method call with all of its responses as (name, arguments); `seconds` are those of its whole request."""

    user: str
    method: str
    arguments: dict[str, Any]
    call_id: str
    responses: Sequence[tuple[str, dict[str, Any]]]
    seconds: float

    @property
    def response(self) -> dict[str, Any]:
        """The arguments of the first response."""
        return self.responses[0][1]

    @property
    def error(self) -> str | None:
        """The type of the error that it ended in, if it did."""
        name, arguments = self.responses[0]
        return str(arguments["type"]) if name == "error" else None


class Seen:
    """Remembers what was asked; notes come from any thread."""

    def __init__(self) -> None:
        self.requests: deque[SeenRequest] = deque(maxlen=KEPT)
        self.calls: deque[SeenCall] = deque(maxlen=KEPT)

    def clear(self) -> None:
        """Forget all of it."""
        self.requests.clear()
        self.calls.clear()

    def note(
        self,
        user: str,
        asked: Sequence[Invocation],
        responses: Sequence[tuple[str, dict[str, JSON], str]],
        seconds: float,
    ) -> None:
        """A request was run."""
        left = deque(responses)
        for index, call in enumerate(asked):
            mine = [_taken(left)]
            # Implicit calls answer under the same id; a client may use one id for several calls too.
            more = len(asked) - index - 1
            while left and left[0][2] == call.call_id and len(left) > more:
                mine.append(_taken(left))
            self.calls.append(SeenCall(user, call.name, dict(call.arguments), call.call_id, mine, seconds))


def _taken(left: "deque[Told]") -> tuple[str, dict[str, JSON]]:
    name, arguments, _ = left.popleft()
    return name, arguments
