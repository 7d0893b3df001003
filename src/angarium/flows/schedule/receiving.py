"""A message of iTIP taken in by an account: what the decision says is written, and its user hears of it.

Both roads end here, in the transaction of whoever brings the message.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, cast

from angarium.datatypes.calendars import attachments, events, identities, notifications, own, secrecy, words
from angarium.datatypes.calendars.addresses import mail_of
from angarium.datatypes.calendars.calendars import CALENDARS
from angarium.datatypes.calendars.events import KIND, LARGEST, PREFIX
from angarium.datatypes.calendars.notifications import Author
from angarium.datatypes.calendars.own import OWNER, Event
from angarium.datatypes.principals import Domains, User, owns
from angarium.flows.schedule.answering import answered
from angarium.flows.schedule.decision import Decision, Held, Incoming, Step, in_zone
from angarium.flows.schedule.guests import Guests, TooManyGuests, guests
from angarium.flows.schedule.inviting import invited
from angarium.flows.schedule.message import Message, Method, sendable
from angarium.formats.json import dumps
from angarium.formats.primitives import format_utc
from angarium.store.contract import AccountKey, Records, Snapshot, Transaction

OF_PARTICIPANTS: Final = frozenset({Method.REPLY, Method.COUNTER, Method.REFRESH})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message for an account: from the normal address `sender`, for certain or not, and who that is for people.

    With each event come its guests, read once for all the accounts that it is for.
    """

    method: Method
    events: Sequence[tuple[Event, Guests]]
    sender: str
    is_trusted: bool
    author: Author


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses whose messages come to one account: those of its identities, and all that its user has."""

    known: frozenset[str]
    user: User
    domains: Domains

    def __call__(self, address: str, /) -> bool:
        """Whether a normal address is one of them."""
        mail = mail_of(address)
        return address in self.known or (mail is not None and owns(self.user, self.domains, mail))

    def among(self, addresses: Collection[str]) -> str | None:
        """One of these normal addresses that is one of them."""
        known = next((address for address in addresses if address in self.known), None)
        return known or next((address for address in addresses if "+" in address and self(address)), None)


def own_addresses(snapshot: Snapshot, user: User, domains: Domains) -> OwnAddresses:
    """Those of a user's account."""
    return OwnAddresses(identities.own_addresses(snapshot.records, user.account), user, domains)


def arrived(message: Message, sender: str, author: Author, *, is_trusted: bool) -> Arrived:
    """A message to be received. Raises TooManyGuests."""
    known = [(event, guests(event)) for event in map(sendable, message.events)]
    return Arrived(message.method, known, sender, is_trusted, author)


def receive(transaction: Transaction, domains: Domains, user: User, arrived: Arrived, now: int) -> list[Message]:
    """Take a message in; what is to be answered at once. `now` in epoch milliseconds."""
    answers = []
    decide = answered if arrived.method in OF_PARTICIPANTS else invited
    is_own = own_addresses(transaction, user, domains)
    calendar = CALENDARS.default(transaction, user.account)
    moment = format_utc(now // 1000 * 1000)
    for event, people in arrived.events:
        held = _held(transaction.records, user.account, str(event["uid"]))
        placed = _placed(event, held)
        incoming = Incoming(
            arrived.method, placed, arrived.sender, arrived.is_trusted, is_own, calendar, moment, people
        )
        try:
            decision = decide(held, incoming)
        except TooManyGuests:
            continue
        _carry_out(transaction, user.account, decision, arrived.author, now)
        if decision.answer is not None:
            answers.append(decision.answer)
    return answers


def _held(records: Records, account: AccountKey, uid: str) -> Held:
    base: tuple[str, Event] | None = None
    occurrences: dict[str, tuple[str, Event]] = {}
    for record in events.with_uid(records, account, uid):
        event = own.seen(events.load(records, account, record) or {}, OWNER)
        if event.get("recurrenceId") is None:
            base = record, event
        else:
            occurrences[str(event["recurrenceId"])] = record, event
    return Held(base, occurrences)


def _placed(event: Event, held: Held) -> Event:
    """The event with its recurrence id as the series that is there tells it.

    RFC 5545 §3.8.4.4: it is a moment, which senders write in a time zone of their own, or in UTC.
    """
    at = event.get("recurrenceId")
    if not isinstance(at, str) or held.first is None:
        return event
    name = "timeZone" if held.base else "recurrenceIdTimeZone"
    wanted = held.first[1].get(name)
    found = in_zone(at, event.get("recurrenceIdTimeZone"), wanted)
    return event if found == at else {**event, "recurrenceId": found, "recurrenceIdTimeZone": wanted}


def _carry_out(transaction: Transaction, account: AccountKey, decision: Decision, author: Author, now: int) -> None:
    for step in decision.steps:
        if step.before == step.after or (step.after is not None and len(dumps(step.after)) > LARGEST):
            continue
        stored = events.load(transaction.records, account, step.record) if step.record else None
        record = _write(transaction, account, step, stored)
        secrecy.note(transaction, account, record, stored, step.after)
        notifications.notify(transaction, account, author, record, stored, step.after, now)
    if decision.told is not None:
        told = decision.told
        said = f"{told.why} (“{author.comment}”)" if author.comment else told.why
        notifications.tell(transaction, account, _saying(author, said), told.record, told.event, now)


def _saying(author: Author, comment: str) -> Author:
    return Author(author.name, author.email, author.principal, author.calendar_address, comment=comment)


def _write(transaction: Transaction, account: AccountKey, step: Step, stored: Event | None) -> str:
    records = transaction.records
    if step.after is None:
        records.destroy(account, KIND, cast(str, step.record))
        return cast(str, step.record)
    made = own.kept(stored or {}, OWNER, step.after)
    octets, found, texts = dumps(made), events.indexes(made), words.texts(made)
    record = step.record
    if record is None:
        record = records.create(account, KIND, PREFIX, octets, found, texts)
    else:
        records.update(account, KIND, record, octets, found, None if texts == words.texts(stored or {}) else texts)
    names_blobs = b'"blobId"' in octets
    if names_blobs or (stored and b'"blobId"' in dumps(stored)):
        transaction.blobs.pin(account, KIND, record, attachments.hashes(made) if names_blobs else [])
    return record
