"""Answering mail while its reader is away: whom, how often, and with what (RFC 8621 §8, RFC 3834, RFC 5230 §4).

A stage of the delivery: the answer waits in the queue by the time that the message is on disk.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from angarium.datatypes.mail.mailbox import record as mailboxes
from angarium.datatypes.principals import Domains, User, addresses, owns
from angarium.datatypes.principals.addresses import SEPARATOR
from angarium.datatypes.principals.names import normal_address
from angarium.datatypes.submission import Address, Envelope, enqueue
from angarium.datatypes.submission.identity import name_of
from angarium.datatypes.submission.vacation_response import VacationResponse, vacation_response
from angarium.flows.deliver import Arrival, Delivered
from angarium.formats.errors import FormatError
from angarium.formats.message import (
    BodyPart,
    Draft,
    DraftHeader,
    Header,
    assemble,
    build,
    conversation,
    html_to_text,
    is_mailbox,
    is_program,
    may_be_answered,
    parse_addresses,
    subject_of,
)
from angarium.store.contract import Transaction

_NAMING: Final = frozenset(("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"))
_MOST_NAMED: Final = 1 << 15
"""Octets of fields that name recipients: a message to so many is not meant for one of them."""

_UNANSWERED: Final = frozenset(("junk", "trash"))
_LONGEST_TEXT: Final = 100_000
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+")
_DEFAULT_SUBJECT: Final = "Automatic answer"
_DEFAULT_TEXT: Final = "I am away at the moment, and will read your message when I am back.\n"


@dataclass(frozen=True, slots=True)
class Vacation:
    """The stage; `token` gives fresh random text for the Message-ID."""

    domains: Domains
    token: Callable[[], str]

    def __call__(self, transaction: Transaction, arrived: Arrival, delivered: Delivered) -> None:
        """Put an answer into the queue, if the message is one to be answered."""
        account, now = delivered.recipient.user.account, arrived.message.received
        response = vacation_response(transaction, account)
        if not response.answers_at(now) or not self._is_personal(transaction, arrived, delivered):
            return
        if not transaction.answers.note(account, normal_address(arrived.sender), now // 1000):
            return
        try:
            octets = self._answer(transaction, response, arrived, delivered)
        except FormatError:  # an address that no header field can hold
            return
        # RFC 3834 §3.3: from the null reverse-path, so that nothing comes of it.
        envelope = Envelope(Address(""), (Address(arrived.sender),))
        enqueue(transaction, account, envelope, transaction.blobs.add(octets), now)

    def _is_personal(self, transaction: Transaction, arrived: Arrival, delivered: Delivered) -> bool:
        """Whether a person wrote it to this user, who would read it."""
        user, sender = delivered.recipient.user, arrived.sender
        if is_program(sender) or not is_mailbox(sender) or not may_be_answered(arrived.headers):
            return False
        mailbox = mailboxes.read(transaction.records, user.account, delivered.mailbox)
        if mailbox is not None and mailbox.role in _UNANSWERED:
            return False
        return not owns(user, self.domains, sender) and _is_named(arrived.headers, user, self.domains)

    def _answer(
        self, transaction: Transaction, response: VacationResponse, arrived: Arrival, delivered: Delivered
    ) -> bytes:
        own = _own_address(delivered.recipient.user, self.domains, delivered.address)
        name = name_of(transaction, delivered.recipient.user.account, own)
        headers = (
            DraftHeader("From", "Addresses", [{"name": name, "email": own}]),
            DraftHeader("To", "Addresses", [{"name": None, "email": arrived.sender}]),
            DraftHeader("Subject", "Text", response.subject or _subject(arrived.headers)),
            *conversation(arrived.headers),
            DraftHeader("Auto-Submitted", "Text", "auto-replied"),  # RFC 3834 §3.1.7
            DraftHeader("X-Auto-Response-Suppress", "Text", "All"),
        )
        host = own.rpartition("@")[2]
        message_id = f"{self.token()}@{host if _HOST.fullmatch(host) else 'localhost'}"
        moment = datetime.fromtimestamp(arrived.message.received // 1000, UTC)
        return build(Draft(headers, _body(response)), message_id=message_id, date=moment)


def _is_named(headers: Sequence[Header], user: User, domains: Domains) -> bool:
    """Whether the message says that it is for this user (RFC 5230 §4.5)."""
    fields = [header.raw for header in headers if header.name.lower() in _NAMING]
    if sum(map(len, fields)) > _MOST_NAMED:
        return False
    return any(owns(user, domains, named["email"] or "") for field in fields for named in parse_addresses(field))


def _own_address(user: User, domains: Domains, address: str) -> str:
    """The user's address that a message was sent to, without a detail; else the main one."""
    local, at, domain = normal_address(address).rpartition("@")
    meant = (f"{local}{at}{domain}", f"{local.partition(SEPARATOR)[0]}{at}{domain}")
    known = addresses(user, domains)
    return next((own for own in known if normal_address(own) in meant), known[0])


def _subject(headers: Sequence[Header]) -> str:
    """RFC 3834 §3.1.5: the subject that is answered, after a word that tells what this is."""
    told = subject_of(headers)
    return f"Auto: {told}" if told else _DEFAULT_SUBJECT


def _body(response: VacationResponse) -> BodyPart:
    """What was written, as plain text in any case."""
    html = BodyPart("text/html", response.html) if response.html else None
    text = response.text or (html_to_text(response.html, _LONGEST_TEXT) if response.html else "") or _DEFAULT_TEXT
    return assemble(BodyPart(content=text), html, ())
