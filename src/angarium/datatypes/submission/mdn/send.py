"""MDN/send (RFC 9007 §2.1): tells whoever asked for it what became of a message that was received (RFC 8098)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, cast

from angarium.datatypes.blobs import octets, spend
from angarium.datatypes.principals import User, owner, owns
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.email_submission.addressing import Addressing
from angarium.datatypes.submission.envelope import Address, Envelope
from angarium.datatypes.submission.identity import Identity, identity
from angarium.datatypes.submission.mdn.given import SENT, check, patches
from angarium.datatypes.submission.sending import Pace, Sending
from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, Method, Response
from angarium.engine.errors import SetError, SetErrorType, invalid_arguments
from angarium.engine.methods.set import Work, check_size, perform
from angarium.engine.shapes import an_object, identifier, map_of, nullable, reference
from angarium.formats.json import JSON
from angarium.formats.message import (
    Draft,
    DraftHeader,
    Message,
    Notification,
    build,
    conversation,
    fresh_message_id,
    header_value,
    is_mailbox,
    message_ids,
    notification_body,
    parse,
    read_notification,
    subject_of,
    writable,
)
from angarium.store.contract import Stored

_MOST_ASKERS: Final = 10
_TYPED: Final = re.compile(r"\s*rfc822\s*;\s*(\S*)\s*", re.IGNORECASE)

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "displayed": ("Read", "was shown to its recipient. Whether it was read or understood, nobody can tell."),
    "deleted": ("Deleted", "was deleted. Whether it was seen before, nobody can tell."),
    "dispatched": ("Passed on", "was passed on to somebody else without being shown to its recipient."),
    "processed": ("Processed", "was processed by a program without being shown to its recipient."),
}
"""What the subject begins with and what the text says, by the type of the disposition."""

_ARGUMENTS: Final = (
    Argument("identityId", identifier, REQUIRED),
    Argument("send", map_of(identifier, an_object), REQUIRED),
    Argument("onSuccessUpdateEmail", nullable(map_of(reference, an_object))),
)


def mdn_send(capability: str, mail: str, sending: Sending) -> Method:
    """The method under its capability; it also needs that of mail, for the emails that it changes."""
    pace = Pace(sending.recipients_per_hour)

    def run(call: Call) -> Response:
        if mail not in call.request.using:
            raise invalid_arguments(f"this method changes emails too, so using must name {mail}")
        send = cast("dict[str, dict[str, JSON]]", call.object("send"))
        check_size(call, len(send))
        user = owner(call.snapshot, call.account.key)
        found = identity(call.snapshot, call.account.key, call.text("identityId") or "")
        if user is None or found is None:
            raise invalid_arguments(f"identityId: there is no identity '{call.text('identityId')}'")
        wanted = patches(call, send)
        sender = _Sender(call, sending, pace, user, found)
        sent: dict[str, JSON] = {}
        refused: dict[str, JSON] = {}
        updates: dict[str, JSON] = {}

        def one(key: str, given: dict[str, JSON]) -> None:
            check(given)
            stored = _stored(call, cast(str, given["forEmailId"]))
            if SENT in stored.keywords or stored.id in updates:
                raise SetError(SetErrorType.MDN_ALREADY_SENT, f"a notification about '{stored.id}' was sent already")
            sent[key] = sender.send(stored, given)
            updates[stored.id] = wanted[key]

        perform(call, [Work(partial(one, key, given), refused, key) for key, given in send.items()])
        if updates:
            call.follow.append(("Email/set", {"accountId": call.account.id, "update": updates}))
            call.afterwards.append(partial(_remember, call, list(updates)))
        return {"accountId": call.account.id, "sent": sent or None, "notSent": refused or None}

    return Method("MDN/send", capability, Access.WRITE, run, _ARGUMENTS)


def _remember(call: Call, emails: Sequence[str]) -> None:
    """RFC 9007 §2.1: what was sent sets the keyword, also when the client's patch could not be applied."""
    for stored in call.snapshot.messages.stored(call.account.key, emails).values():
        if SENT not in stored.keywords:
            call.transaction.messages.update(call.account.key, stored.id, stored.keywords | {SENT})


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sends notifications in one call."""

    call: Call
    sending: Sending
    pace: Pace
    user: User
    identity: Identity

    def send(self, stored: Stored, given: Mapping[str, JSON]) -> dict[str, JSON]:
        """Put one notification into the queue; what the client does not know of it yet."""
        call = self.call
        original, message = self._received(stored)
        envelope = Envelope(Address(""), _askers(message))  # RFC 8098 §3: so that nothing comes of it
        told = self._notification(given, message)
        subject = cast("str | None", given.get("subject"))
        if subject is None:
            subject = f"{_WORDS[told.type][0]}: {subject_of(message.headers)}"
        data = self._written(
            envelope, subject, told, message, original if given.get("includeOriginalMessage") else None
        )
        Addressing(call.snapshot, self.sending, self.user).check(envelope)
        if not self.pace.take(call.request.principal.id, len(envelope.rcpt_to), call.request.now):
            raise SetError(SetErrorType.RATE_LIMIT, "you sent many notifications in this hour; try again later")
        queue.enqueue(call.transaction, call.account.key, envelope, call.transaction.blobs.add(data), call.request.now)
        made: dict[str, JSON] = {
            "subject": subject,
            "textBody": told.text,
            "includeOriginalMessage": False,
            "reportingUA": None,
            "mdnGateway": None,
            "originalRecipient": told.original_recipient,
            "finalRecipient": told.final_recipient,
            "originalMessageId": told.original_message_id,
            "error": None,
            "extensionFields": None,
        }
        return {name: value for name, value in made.items() if given.get(name) is None}

    def _received(self, stored: Stored) -> tuple[bytes, Message]:
        """The message that is told about; SetError when nothing can be."""
        if not spend(self.call, stored.size):
            raise SetError(SetErrorType.RATE_LIMIT, "these messages are too large together; send fewer at a time")
        data = octets(self.call.snapshot.blobs.open(stored.blob))
        message = parse(data)
        if read_notification(data, message):  # RFC 8098 §2.1
            raise SetError(SetErrorType.FORBIDDEN, "no notification is sent about a notification")
        return data[:], message

    def _notification(self, given: Mapping[str, JSON], message: Message) -> Notification:
        """What is told; SetError forbiddenFrom for a recipient that the user is not."""
        given_final = cast("str | None", given.get("finalRecipient"))
        final = self.identity.email if given_final is None else given_final
        typed = _TYPED.fullmatch(final)
        address = typed[1] if typed else final
        for known in (self.identity.email, address):
            if not is_mailbox(known) or not owns(self.user, self.sending.domains, known):
                raise SetError(SetErrorType.FORBIDDEN_FROM, f"{known[:80]!r} is no address of this account")
        disposition = cast("dict[str, str]", given["disposition"])
        text = cast("str | None", given.get("textBody"))
        if text is None:
            text = f"Your message to {address} {_WORDS[disposition['type']][1]}\n"
        recipient = cast("str | None", header_value(message.headers, "Original-Recipient", "Text"))
        return Notification(
            disposition["actionMode"],
            disposition["sendingMode"],
            disposition["type"],
            final if typed else f"rfc822; {address}",
            text=text,
            reporting_ua=cast("str | None", given.get("reportingUA")),
            original_recipient=writable(recipient or "") or None,
            original_message_id=next((f"<{item}>" for item in message_ids(message.headers, "Message-ID")), None),
            extensions=cast("dict[str, str] | None", given.get("extensionFields")) or {},
        )

    def _written(
        self, envelope: Envelope, subject: str, told: Notification, message: Message, original: bytes | None
    ) -> bytes:
        """The octets that leave; SetError when they are too many."""
        email = self.identity.email
        automatic = "auto-replied" if told.sent == "mdn-sent-automatically" else None  # RFC 3834 §5.2
        headers = (
            DraftHeader("From", "Addresses", [{"name": self.identity.name or None, "email": email}]),
            DraftHeader("To", "Addresses", [{"name": None, "email": to.email} for to in envelope.rcpt_to]),
            DraftHeader("Subject", "Text", subject),
            *conversation(message.headers),
            DraftHeader("Auto-Submitted", "Text", automatic),
        )
        message_id = fresh_message_id(self.call.request.token(), email)
        moment = datetime.fromtimestamp(self.call.request.now // 1000, UTC)
        data = build(Draft(headers, notification_body(told, original)), message_id=message_id, date=moment)
        most = self.sending.max_size
        if len(data) > most:
            raise SetError(
                SetErrorType.TOO_LARGE, f"the notification has {len(data)} octets, and at most {most} can be sent"
            )
        return data


def _stored(call: Call, reference_: str) -> Stored:
    email = call.resolve(reference_) or ""
    stored = call.snapshot.messages.stored(call.account.key, [email]).get(email)
    if stored is None:
        raise SetError(SetErrorType.NOT_FOUND, f"there is no email '{reference_}'")
    return stored


def _askers(message: Message) -> tuple[Address, ...]:
    """Who wants to know (RFC 8098 §2.1); SetError notFound when nobody does."""
    named = cast(
        "list[dict[str, str]]", header_value(message.headers, "Disposition-Notification-To", "Addresses") or []
    )
    askers = dict.fromkeys(item["email"] for item in named if is_mailbox(item["email"] or ""))
    if not askers:
        raise SetError(SetErrorType.NOT_FOUND, "the email has no Disposition-Notification-To with an address")
    if len(askers) > _MOST_ASKERS:
        raise SetError(SetErrorType.FORBIDDEN, f"the email wants more than {_MOST_ASKERS} to be told")
    return tuple(map(Address, askers))
