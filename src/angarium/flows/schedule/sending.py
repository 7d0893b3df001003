"""Messages of iTIP on their way: to an account of this server at once, to everybody else by mail through the queue.

Both happen in the transaction of the change, so that what is said and what is stored are never apart (JMAP calendars
§5.9.2, RFC 6047 §2).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from angarium.datatypes.calendars import attachments
from angarium.datatypes.calendars.addresses import mail_of, normal, participants
from angarium.datatypes.calendars.notifications import Author
from angarium.datatypes.principals import User, recipient
from angarium.datatypes.submission import Address, Envelope, Sending, enqueue
from angarium.datatypes.submission.identity import name_of
from angarium.flows.schedule import letter
from angarium.flows.schedule.letter import Letter
from angarium.flows.schedule.message import Message
from angarium.flows.schedule.receiving import arrived, receive
from angarium.formats.errors import FormatError
from angarium.formats.message import is_mailbox
from angarium.store.contract import Transaction

_TOGETHER: Final = 100
"""Recipients of one mail."""
_LARGE: Final = 100_000
"""A message with so many octets counts as two."""
_MOST_READ: Final = 20_000_000


class NoWay(Exception):
    """A message cannot be sent to an address; it says which and why."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A message with its recipients by road: accounts of this server, mail addresses elsewhere."""

    message: Message
    here: tuple[User, ...]
    elsewhere: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many it is for."""
        return len(self.here) + len(self.elsewhere)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends for the accounts of one server; `token` gives fresh random text for Message-IDs."""

    sending: Sending
    token: Callable[[], str]

    def route(self, transaction: Transaction, user: User, messages: Iterable[Message]) -> list[Routed]:
        """Find the road to every recipient. Raises NoWay when there is none to one of them."""
        return [self._routed(transaction, user, message) for message in messages]

    def _routed(self, transaction: Transaction, user: User, message: Message) -> Routed:
        here: dict[str, User] = {}
        elsewhere: dict[str, None] = {}
        for address in message.recipients:
            email = mail_of(address)
            if email is None or not is_mailbox(email):
                raise NoWay(
                    f"{address[:200]} is no address that invitations can be sent to: only mailto: is known here"
                )
            found = recipient(transaction, self.sending.domains, email)
            if found is not None:
                here[found.user.id] = found.user
            elif self.sending.relay:
                elsewhere[email] = None
            else:
                raise NoWay(f"{email[:200]} is not here, and this server sends no mail to others ([relay])")
        here.pop(user.id, None)
        return Routed(message, tuple(here.values()), tuple(elsewhere))

    def weight(self, transaction: Transaction, routed: Iterable[Routed]) -> int:
        """What messages cost, in recipients: large events and each mail with attachments count as more of them."""
        return sum(
            each.count * (1 + each.message.size // _LARGE)
            + -(-len(each.elsewhere) // _TOGETHER) * (_attached(transaction, each.message) // _LARGE)
            for each in routed
        )

    def send(self, transaction: Transaction, user: User, routed: Sequence[Routed], now: int, by: Author) -> None:
        """Send from an account; `by` is who did it. Raises NoWay for what no mail can carry."""
        for each in routed:
            self._here(transaction, each, now, by)
            self._mail(transaction, user, each, now, is_automatic=False)

    def answer(self, transaction: Transaction, user: User, messages: Iterable[Message], now: int, by: Author) -> None:
        """Answer a message as a program does it; what cannot be answered stays so."""
        for message in messages:
            with suppress(NoWay):
                routed = self._routed(transaction, user, message)
                self._here(transaction, routed, now, by)
                self._mail(transaction, user, routed, now, is_automatic=True)

    def _here(self, transaction: Transaction, routed: Routed, now: int, by: Author) -> None:
        message = routed.message
        if not routed.here:
            return
        said = replace(by, calendar_address=message.sender, user=None)
        known = arrived(message, normal(message.sender), said, is_trusted=True)
        for other in routed.here:
            receive(transaction, self.sending.domains, other, known, now)

    def _mail(self, transaction: Transaction, user: User, routed: Routed, now: int, *, is_automatic: bool) -> None:
        message, emails = routed.message, routed.elsewhere
        if not emails:
            return
        sender = mail_of(message.sender) or ""
        name = _name(transaction, user, message, sender)
        contents = _contents(transaction, message)
        for together in _in_hundreds(emails):
            written = Letter(name, sender, together, self.token(), is_automatic)
            try:
                octets = letter.write(message, written, contents, now)
            except FormatError as error:
                raise NoWay(f"the invitation cannot be written as mail: {error.problem}") from None
            envelope = Envelope(Address("" if is_automatic else sender), tuple(map(Address, together)))
            enqueue(transaction, user.account, envelope, transaction.blobs.add(octets), now)


def _in_hundreds(emails: Sequence[str]) -> Iterator[Sequence[str]]:
    return (emails[at : at + _TOGETHER] for at in range(0, len(emails), _TOGETHER))


def _name(transaction: Transaction, user: User, message: Message, email: str) -> str | None:
    """What the sender is called: by the identity of that address, else in the event."""
    if name := name_of(transaction, user.account, email):
        return name
    people = (person for event in message.events for person in participants(event).values())
    named = (person.get("name") for person in people if normal(person.get("calendarAddress")) == normal(message.sender))
    return next((name for name in named if isinstance(name, str)), None)


def _attached(transaction: Transaction, message: Message) -> int:
    """Octets of attachments."""
    named = {blob for event in message.events for blob in attachments.hashes(event)}
    return sum(transaction.blobs.size(blob) or 0 for blob in named)


def _contents(transaction: Transaction, message: Message) -> dict[str, bytes]:
    """The octets of attachments, which no other server can read from here (JMAP calendars §5.3)."""
    found: dict[str, bytes] = {}
    room = _MOST_READ
    for event in message.events:
        for blob in attachments.hashes(event):
            room -= transaction.blobs.size(blob) or 0
            if room >= 0:
                found[f"b{blob}"] = transaction.blobs.open(blob)[:]
    return found
