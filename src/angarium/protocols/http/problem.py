"""Problem details: how every refusal over HTTP is shown (RFC 7807, RFC 8620 §3.6.1)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TypeAlias

from angarium.engine.errors import RequestError
from angarium.formats import json
from angarium.formats.json import JSON

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]

MEDIA_TYPE = b"application/problem+json"


class Problem(Exception):
    """Ends an exchange with problem details; `headers` come with it."""

    def __init__(
        self,
        status: int,
        detail: str,
        kind: str = "about:blank",
        headers: Headers = (),
        extra: Mapping[str, JSON] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.headers = headers
        self.extra = extra or {}

    def body(self) -> bytes:
        """The encoded problem details object."""
        return json.dumps(self.shown())

    def shown(self) -> dict[str, JSON]:
        """The problem details object."""
        shown: dict[str, JSON] = {"type": self.kind, "status": self.status, "detail": self.detail}
        if self.kind == "about:blank":  # RFC 7807 §4.2: then the title is that of the status
            shown["title"] = HTTPStatus(self.status).phrase
        return shown | dict(self.extra)


def limit_problem(status: int, limit: str, detail: str, headers: Headers = ()) -> Problem:
    """The refusal of what would exceed a limit; `limit` is its name in the core capability."""
    return Problem(status, detail, "urn:ietf:params:jmap:error:limit", headers, {"limit": limit})


def request_problem(error: RequestError) -> Problem:
    """What the engine refused as a whole."""
    shown = error.problem()
    extra: dict[str, JSON] = {"limit": error.limit} if error.limit else {}
    return Problem(error.status, error.detail, str(shown["type"]), (), extra)
