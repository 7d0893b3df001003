"""The mail that carries a message of iTIP: its header, its text for people, the calendar (RFC 6047).

Every text that somebody wrote is brought to what a field can hold. All messages about one event refer to one id that
follows from its uid, so that they stand together at either end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from angarium.datatypes.calendars.addresses import mail_of, participants
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.message import Message, Method, overrides_of, with_overrides
from angarium.formats import imip
from angarium.formats.json import JSON
from angarium.formats.localtime import parse_local, to_datetime
from angarium.formats.message import Draft, DraftHeader, build, fresh_message_id, is_mailbox, writable

_SAID: Final = frozenset({"required", "optional", "chair", "informational"})
_LONGEST_TEXT: Final = 10_000
_NO_TITLE: Final = "(without title)"
_STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "accepted": ("Accepted", "has accepted the invitation to"),
    "declined": ("Declined", "has declined the invitation to"),
    "tentative": ("Tentatively accepted", "may come to"),
    "delegated": ("Delegated", "has asked somebody else to come to"),
}
_METHODS: Final[Mapping[Method, tuple[str, str]]] = {
    Method.REQUEST: ("Updated invitation", "has changed"),
    Method.CANCEL: ("Cancelled", "has cancelled"),
    Method.DECLINECOUNTER: ("Proposal declined", "keeps to the time and form of"),
}
_ANSWER: Final = ("Answer", "has answered the invitation to")
_NEW: Final = ("Invitation", "invites you to")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message needs beside itself to be sent: who writes, to whom, and whether a program does."""

    name: str | None
    sender: str
    to: Sequence[str]
    token: str
    is_automatic: bool = False


def write(message: Message, letter: Letter, contents: dict[str, bytes], now: int) -> bytes:
    """The octets of the mail; `contents` by blob id, `now` in epoch milliseconds. Raises FormatError."""
    event = message.events[0]
    title = writable(str(event.get("title") or "")) or _NO_TITLE
    what, says = _words(message)
    thread = _thread_id(event)
    headers = [
        DraftHeader("From", "Addresses", [{"name": writable(letter.name or "") or None, "email": letter.sender}]),
        DraftHeader("To", "Addresses", [{"name": None, "email": email} for email in letter.to]),
        DraftHeader("Subject", "Text", f"{what}: {title}"),
        DraftHeader("References", "MessageIds", [thread]),
    ]
    if message.method is Method.REPLY:
        headers.append(DraftHeader("In-Reply-To", "MessageIds", [thread]))
    if letter.is_automatic:
        headers.append(DraftHeader("Auto-Submitted", "Text", "auto-replied"))  # RFC 3834 §5
    body = imip.body(
        _text(message, letter, says, title), message.method, [_with_roles(each) for each in message.events], contents
    )
    moment = datetime.fromtimestamp(now // 1000, UTC)
    message_id = fresh_message_id(letter.token, letter.sender)
    return build(Draft(tuple(headers), body), message_id=message_id, date=moment)


def _with_roles(event: Event) -> Event:
    """The event with roles that iCalendar can say: who is only an attendee is a required one (RFC 5545 §3.2.16)."""
    made: Event = {**event, "participants": _people(event.get("participants"))} if "participants" in event else event
    overrides = {
        at: {path: _people(value) if path.startswith("participants") else value for path, value in patch.items()}
        for at, patch in overrides_of(event).items()
    }
    return with_overrides(made, overrides)


def _people(value: JSON) -> JSON:
    """A participant, or a map of them, with such roles."""
    if not isinstance(value, dict):
        return value
    if "calendarAddress" not in value:
        return {key: _people(each) for key, each in value.items()}
    roles = value.get("roles")
    if not isinstance(roles, dict) or "attendee" not in roles or not _SAID.isdisjoint(roles):
        return value
    return {**value, "roles": {name: held for name, held in roles.items() if name != "attendee"} | {"required": True}}


def _thread_id(event: Mapping[str, JSON]) -> str:
    organizer = mail_of(event.get("organizerCalendarAddress")) or ""
    host = organizer.rpartition("@")[2]
    named = is_mailbox(organizer) and organizer.isascii()
    return f"{sha256(str(event['uid']).encode('utf-8', 'replace')).hexdigest()[:32]}@{host if named else 'localhost'}"


def _words(message: Message) -> tuple[str, str]:
    if message.method is Method.REPLY:
        given = (person.get("participationStatus") for person in participants(message.events[0]).values())
        return next((_STATUSES[status] for status in given if isinstance(status, str) and status in _STATUSES), _ANSWER)
    return _NEW if message.is_new else _METHODS[message.method]


def _text(message: Message, letter: Letter, says: str, title: str) -> str:
    """What somebody reads whose program knows nothing of calendars."""
    lines = [f"{writable(letter.name or '') or letter.sender} {says} “{title}”.", ""]
    for event in message.events[:20]:
        lines.append(f"When: {_when(event)}")
        places = event.get("locations")
        named = (
            [each.get("name") for each in places.values() if isinstance(each, dict)] if isinstance(places, dict) else []
        )
        lines += [f"Where: {writable(str(name))}" for name in named[:5] if name]
    described = message.events[0].get("description")
    if message.method is Method.REQUEST and isinstance(described, str) and described:
        lines += ["", *map(_printable, described[:_LONGEST_TEXT].splitlines())]
    return "\n".join(lines) + "\n"


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() or letter == "\t" else " " for letter in line)


def _when(event: Event) -> str:
    at = parse_local(str(event.get("start")))
    if at is None:
        return "not known"
    moment = to_datetime(at)
    day = f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"
    zone = f" ({event['timeZone']})" if event.get("timeZone") else ""
    repeats = ", again and again" if "recurrenceRule" in event else ""
    return f"{day}{repeats}" if event.get("showWithoutTime") is True else f"{day}, {moment:%H:%M}{zone}{repeats}"
