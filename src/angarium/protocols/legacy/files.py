"""Uploads, downloads and events of this dialect: where their URLs and shapes differ from those of RFC 8620."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from urllib.parse import unquote

from angarium.engine.access import Principal, account_id
from angarium.formats import json
from angarium.formats.json import JSON
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.media_type import DEFAULT, is_media_type
from angarium.protocols.http.problem import Problem
from angarium.protocols.http.query import query
from angarium.protocols.legacy.call import Settings, find_account, shown_account
from angarium.store.contract import StateChange

UPLOAD: Final = "/jmap/legacy/upload"
RAW: Final = "/jmap/legacy/raw/"
EVENTS: Final = "/jmap/legacy/events"

_KEPT: Final = timedelta(hours=1)
"""How long an upload that nothing uses is kept at least."""

_MAILBOX: Final = ("Mailbox", "Mailboxes")
_MESSAGE: Final = ("Message", "Messages")
_TYPES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "Mailbox": (_MAILBOX,),
    "Thread": (("Thread", "Threads"),),
    "Email": (_MESSAGE,),
    "EmailSubmission": (_MAILBOX, _MESSAGE),
    "ContactCard": (("Contact", "Contacts"), ("ContactGroup", "ContactGroups")),
    "Calendar": (("Calendar", "Calendars"),),
    "CalendarEvent": (("CalendarEvent", "CalendarEvents"),),
}
"""What this dialect calls each type in events: in the singular, and at its end in the plural; no others are told."""


class Files:
    """Reads the URLs of one server's settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def upload_account(self, exchange: Exchange, principal: Principal) -> str:
        """The account of an upload, from a header; the user's own without it."""
        found = find_account(principal, exchange.header(b"x-jmap-accountid") or None, self._settings)
        if found is None:
            raise Problem(400, "There is no such account.")
        if found.read_only:
            raise Problem(403, "You may only read this account.")
        return found.id

    def uploaded(self, principal: Principal, answer: bytes) -> bytes:
        """What is told of an upload."""
        shown = cast("dict[str, JSON]", json.loads(answer))
        account = find_account(principal, shown["accountId"], self._settings)
        expires = (datetime.now(UTC) + _KEPT).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = shown_account(account, self._settings) if account else shown["accountId"]
        return json.dumps({**shown, "accountId": name, "expires": expires})

    def read_url(self, exchange: Exchange, principal: Principal) -> tuple[str, str, str, str]:
        """The account, blob, name and media type of a download; without an account the user's own."""
        path = exchange.scope["raw_path"].decode("latin-1")[len(RAW) :]
        parts = [unquote(part, errors="replace") for part in path.split("/", 2)]
        if len(parts) == 2:
            parts.insert(0, "")
        if len(parts) != 3:
            raise Problem(404, "A download URL is made from the template that signing in gives.")
        account = find_account(principal, parts[0] or None, self._settings)
        wanted = query(exchange).get("accept") or exchange.header(b"accept").partition(",")[0].strip()
        media_type = wanted if is_media_type(wanted) and "*" not in wanted else DEFAULT
        return (account.id if account else "", parts[1], parts[2], media_type)

    def event(
        self,
        principal: Principal,
        changes: Sequence[StateChange],
        types: Collection[str] | None,  # noqa: ARG002 (nobody can choose)
    ) -> dict[str, JSON] | None:
        """What a user is told of changes; None for nothing."""
        changed: dict[str, dict[str, JSON]] = {}
        for change in changes:
            account = principal.accounts.get(account_id(change.account))
            # Of types that show in the same objects the later state counts (`changing`).
            told: dict[str, JSON] = {
                name: str(state)
                for kind, state in sorted(change.changed.items(), key=lambda item: item[1])
                for names in _TYPES.get(kind, ())
                for name in names
            }
            if account is not None and told:
                changed.setdefault(shown_account(account, self._settings), {}).update(told)
        return {"changed": cast(JSON, changed)} if changed else None
