"""Invitations and answers that come by mail: a stage of the delivery (RFC 6047).

Whoever the message says to be from counts as its sender only when that is a user who sent it here, or with an
Authentication-Results field of a trusted server. Without that it can make a new event that waits for an answer, and
otherwise only tells. What lies in Junk or is marked as spam is not read. Nothing is answered but a counter proposal and
a wish to see the event again, and neither to a program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from angarium.datatypes.calendars.addresses import normal, of_mail
from angarium.datatypes.calendars.notifications import Author
from angarium.datatypes.mail.mailbox import record as mailboxes
from angarium.datatypes.principals import recipient
from angarium.flows.deliver import Arrival, Delivered
from angarium.flows.schedule.decision import organizer_of
from angarium.flows.schedule.guests import TooManyGuests
from angarium.flows.schedule.message import Message, Method
from angarium.flows.schedule.receiving import OF_PARTICIPANTS, receive
from angarium.flows.schedule.receiving import arrived as received
from angarium.flows.schedule.sending import Sender
from angarium.formats.message import EmailAddress, Header, is_authenticated, may_be_answered, parse_addresses
from angarium.store.contract import Transaction

_UNREAD: Final = frozenset(("junk", "trash"))
_LONGEST_COMMENT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Reception:
    """The stage; `servers` are those whose word on a message's sender counts."""

    sender: Sender
    servers: tuple[str, ...] = ()

    def __call__(self, transaction: Transaction, arrived: Arrival, delivered: Delivered) -> None:
        """Take in what a message carries, if it is for calendars at all."""
        invitation = arrived.invitation
        author = _author(arrived.headers) if invitation else None
        if invitation is None or author is None or invitation.method not in set(Method):
            return
        user, now = delivered.recipient.user, arrived.message.received
        mailbox = mailboxes.read(transaction.records, user.account, delivered.mailbox)
        if (mailbox is not None and mailbox.role in _UNREAD) or _is_spam(arrived.headers):
            return
        email = author["email"] or ""
        sender, method = normal(of_mail(email)), Method(invitation.method)
        is_trusted = self._is_verified(transaction, arrived, email)
        organizer = organizer_of(invitation.events[0])
        if method not in OF_PARTICIPANTS and sender != organizer:
            # A program that writes for the organizer says so; it is believed no more than anybody.
            if organizer not in _in_the_name_of(arrived.headers):
                return
            sender, is_trusted = organizer, False
        comment = invitation.comment[:_LONGEST_COMMENT] if invitation.comment else None
        said = Author(author["name"] or email, email, calendar_address=of_mail(email), comment=comment)
        try:
            known = received(Message(method, invitation.events, sender, ()), sender, said, is_trusted=is_trusted)
        except TooManyGuests:
            return
        answers = receive(transaction, self.sender.sending.domains, user, known, now)
        if answers and may_be_answered(arrived.headers):
            self.sender.answer(transaction, user, answers, now, Author(user.name, principal=user.id))

    def _is_verified(self, transaction: Transaction, arrived: Arrival, email: str) -> bool:
        """Whether a message is truly from an address.

        What a user of this server sends is from that user, if it names one at all (see who may send as whom); fields of
        a mail transfer agent in it are the user's own.
        """
        if arrived.is_from_here:
            return recipient(transaction, self.sender.sending.domains, email) is not None
        return is_authenticated(arrived.headers, self.servers, email.rpartition("@")[2])


def _is_spam(headers: Sequence[Header]) -> bool:
    """Whether a filter on the way says so (JMAP calendars §9.4)."""
    return any(header.name.lower() == "x-spam-flag" and header.raw.strip().lower() == b"yes" for header in headers)


def _author(headers: Sequence[Header]) -> EmailAddress | None:
    """Who wrote a message; None unless it says so once, and names one."""
    fields = [header.raw for header in headers if header.name.lower() == "from"]
    named = parse_addresses(fields[0]) if len(fields) == 1 else []
    return named[0] if len(named) == 1 and named[0]["email"] else None


def _in_the_name_of(headers: Sequence[Header]) -> set[str]:
    """The normal addresses to which an answer would go, or who sent the message."""
    fields = [header.raw for header in headers if header.name.lower() in ("reply-to", "sender")]
    return {normal(of_mail(each["email"] or "")) for field in fields[:4] for each in parse_addresses(field)[:10]}
