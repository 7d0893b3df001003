"""From the letters of the demo to messages as they would lie in a mailbox; pure, the same for the same arguments."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from angarium.app.demo.letter import File, Letter, Person
from angarium.app.demo.letters import LETTERS
from angarium.app.demo.people import OWNER
from angarium.formats.message import BodyPart, Draft, DraftHeader, Json, assemble, build

_HOUR = 3_600_000
_LONGEST_DELAY = 40  # seconds between writing and arriving


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message: its octets, the role of its mailbox (or its name), its keywords, epoch milliseconds of arrival."""

    octets: bytes
    mailbox: str
    keywords: frozenset[str]
    received: int


def compose(now: int, seed: int = 0) -> tuple[DemoMessage, ...]:
    """The messages, oldest first, as they would be at `now` (epoch milliseconds)."""
    letters = {letter.key: letter for letter in LETTERS}
    written = {letter.key: _octets(letter, letters, now, seed) for letter in LETTERS if not letter.forwards}
    for letter in LETTERS:
        if letter.forwards:
            written[letter.key] = _octets(letter, letters, now, seed, written[letter.forwards])
    made = [
        DemoMessage(
            written[letter.key],
            letter.mailbox,
            frozenset(letter.keywords),
            _sent(letter, now, seed) + _number(letter.key, seed, _LONGEST_DELAY) * 1000,
        )
        for letter in LETTERS
        if letter.mailbox
    ]
    return tuple(sorted(made, key=lambda message: message.received))


def _octets(
    letter: Letter, letters: Mapping[str, Letter], now: int, seed: int, forwarded: bytes | None = None
) -> bytes:
    sent = _sent(letter, now, seed)
    headers = [
        DraftHeader("From", "Addresses", _addresses((letter.author,))),
        *_recipients(letter),
        DraftHeader("Subject", "Text", letter.subject),
        *_thread(letter, letters, seed),
        *(DraftHeader(name, "Raw", f" {value}") for name, value in letter.fields),
    ]
    attachments = [_part(file, sent // 1000, _number(letter.key, seed, 1 << 30)) for file in letter.files]
    if forwarded is not None:
        attachments.append(BodyPart(type="message/rfc822", content=forwarded))
    html = BodyPart(type="text/html", content=letter.html) if letter.html else None
    body = assemble(BodyPart(content=letter.text), html, attachments)
    moment = datetime.fromtimestamp(sent // 1000, UTC)
    return build(Draft(tuple(headers), body), message_id=_message_id(letter, seed), date=moment)


def _recipients(letter: Letter) -> list[DraftHeader]:
    to = letter.to or ((OWNER,) if letter.author != OWNER else ())
    fields = (("To", to), ("Cc", letter.cc))
    return [DraftHeader(name, "Addresses", _addresses(people)) for name, people in fields if people]


def _thread(letter: Letter, letters: Mapping[str, Letter], seed: int) -> list[DraftHeader]:
    """In-Reply-To and References, which name every letter before this one (RFC 5322 §3.6.4)."""
    before: list[str] = []
    above = letter.answers
    while above:
        before.insert(0, _message_id(letters[above], seed))
        above = letters[above].answers
    if not before:
        return []
    return [
        DraftHeader("In-Reply-To", "MessageIds", [before[-1]]),
        DraftHeader("References", "MessageIds", list[Json](before)),
    ]


def _part(file: File, moment: int, seed: int) -> BodyPart:
    content = file.content(moment, seed)
    disposition = "inline" if file.cid else "attachment"
    charset = "utf-8" if file.type.startswith("text/") else None
    return BodyPart(
        type=file.type, content=content, charset=charset, disposition=disposition, cid=file.cid, name=file.name
    )


def _addresses(people: Sequence[Person]) -> Json:
    return [{"name": person.name, "email": person.email} for person in people]


def _sent(letter: Letter, now: int, seed: int) -> int:
    """When a letter was written: at its hour, give or take some minutes, in whole seconds."""
    moment = now - round(letter.hours * _HOUR) - _number(letter.key, seed, 20 * 60) * 1000
    return moment // 1000 * 1000


def _message_id(letter: Letter, seed: int) -> str:
    return f"{letter.key}.{_number(letter.key, seed, 1 << 40):x}@{letter.author.email.partition('@')[2]}"


def _number(key: str, seed: int, below: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{key}".encode()).digest()[:8]) % below
