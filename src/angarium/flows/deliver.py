"""New mail for users: recipient → loops → seen before → filing → quota and store → what answers it, in one transaction.

Everything that does not need the store is done before, once for all recipients: `arrival` puts the Return-Path on and
reads the message. The news goes out with the commit. RFC 5321 §4.4, §6.3; RFC 5233.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, TypeAlias

from angarium.datatypes.blobs import octets
from angarium.datatypes.mail import ingest
from angarium.datatypes.principals import Domains, Recipient, recipient
from angarium.datatypes.principals.names import normal_address
from angarium.flows.subaddress import mailbox_of
from angarium.formats import imip
from angarium.formats.imip import Invitation
from angarium.formats.message import Header, hops, parse
from angarium.store.contract import NewMessage, OverQuota, StagedBlob, StoreError, Transaction

LOOP_HOPS: Final = 50
"""A message that so many servers have received runs in circles."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message on its way in, for any number of recipients.

    `sender` is the reverse-path, '' for a bounce. `message` has no mailboxes yet; `headers` are the first 1,000 fields
    of `blob`, the octets with their Return-Path. `invitation` is what it carries for calendars.
    One that `is_from_here` was sent by a user of this server and never saw a mail transfer agent.
    """

    sender: str
    message: NewMessage
    headers: tuple[Header, ...]
    blob: StagedBlob
    invitation: Invitation | None = None
    is_from_here: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is in a mailbox: as which email, for whom, and under which address the envelope named that user."""

    recipient: Recipient
    address: str
    mailbox: str
    email: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The user was given these octets within a day, so the sender is told that all is well."""

    recipient: Recipient


class Refusal(Enum):
    """Why a message is not taken for a recipient."""

    UNKNOWN = auto()
    LOOP = auto()
    OVER_QUOTA = auto()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was stored."""

    kind: Refusal


Outcome: TypeAlias = Delivered | Duplicate | Refused

Stage: TypeAlias = Callable[[Transaction, Arrival, Delivered], None]
"""What else happens with a message that was stored, in the same transaction: vacation answers it."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How this server delivers: the domains in which users have addresses, and the stages after the store."""

    domains: Domains
    stages: tuple[Stage, ...] = ()


def arrival(sender: str, blob: StagedBlob, now: int) -> Arrival:
    """Read a message that begins with its Return-Path (`formats.message.with_return_path`); `now` in epoch ms.

    Pure work of up to seconds for large messages, to be done outside of the writer.
    """
    data = octets(blob.open())
    message = parse(data)
    made = ingest.from_message(data, message, (), (), now, blob.hash)
    return Arrival(sender, made, message.headers, blob, imip.read(data, message))


def deliver(transaction: Transaction, pipeline: Pipeline, arrived: Arrival, address: str) -> Outcome:
    """Deliver to the user who has an address; StoreError when the store cannot take it."""
    found = recipient(transaction, pipeline.domains, address)
    return Refused(Refusal.UNKNOWN) if found is None else deliver_to(transaction, pipeline, arrived, found, address)


def deliver_to(
    transaction: Transaction, pipeline: Pipeline, arrived: Arrival, found: Recipient, address: str
) -> Outcome:
    """Deliver to a user who was found already, under an address that names that user."""
    if hops(arrived.headers) >= LOOP_HOPS:
        return Refused(Refusal.LOOP)
    try:
        return _file(transaction, pipeline, arrived, found, address)
    except OverQuota:
        return Refused(Refusal.OVER_QUOTA)


def _file(
    transaction: Transaction, pipeline: Pipeline, arrived: Arrival, found: Recipient, address: str
) -> Delivered | Duplicate:
    account, blob, now = found.user.account, arrived.message.blob, arrived.message.received // 1000
    before = transaction.deliveries.recipients(account, blob, now)
    spelled = normal_address(address)
    if spelled in before:
        return Duplicate(found)
    mailbox = mailbox_of(transaction, account, found.detail)
    if before:
        _file_too(transaction, arrived, found, mailbox)
        transaction.deliveries.add(account, blob, spelled, now)
        return Duplicate(found)
    message = replace(arrived.message, mailboxes=frozenset((mailbox,)))
    stored = ingest.store(transaction, account, message, arrived.blob)
    transaction.deliveries.add(account, blob, spelled, now)
    delivered = Delivered(found, address, mailbox, stored.id)
    _go_on(transaction, pipeline, arrived, delivered)
    return delivered


def _go_on(transaction: Transaction, pipeline: Pipeline, arrived: Arrival, delivered: Delivered) -> None:
    """Run the stages. A fault of theirs undoes what they did, and no more: mail must not come back or wait for it."""
    try:
        with transaction.savepoint():
            for stage in pipeline.stages:
                stage(transaction, arrived, delivered)
    except StoreError:
        raise
    except Exception:
        _log.exception("delivered, but not gone on email=%s to=%s", delivered.email, delivered.recipient.user.name)


def _file_too(transaction: Transaction, arrived: Arrival, found: Recipient, mailbox: str) -> None:
    """A message that names a user by two addresses is one email, in the mailboxes of both; none if it is gone."""
    account = found.user.account
    for email in transaction.messages.with_blob(account, arrived.message.blob)[-1:]:
        there = transaction.messages.stored(account, [email])[email].mailboxes
        transaction.messages.update(account, email, mailboxes=there | {mailbox})
