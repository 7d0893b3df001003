"""EmailSubmission/set: a create hands the message to the queue, an update takes it back (RFC 8621 §7.5)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, cast

from angarium.datatypes.blobs import spend
from angarium.datatypes.principals import User, addresses, owner
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.email_submission.addressing import Addressing, refuse_parameter
from angarium.datatypes.submission.email_submission.parameters import held_until
from angarium.datatypes.submission.email_submission.status import CANCELED, PENDING, waiting
from angarium.datatypes.submission.envelope import Address, Envelope, address_from_json, address_to_json
from angarium.datatypes.submission.identity import identity
from angarium.datatypes.submission.sending import Pace, Sending
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import Problem
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import Outgoing, envelope, format_rfc5322, fresh_message_id, outgoing
from angarium.formats.primitives import format_utc
from angarium.store.contract import Stored

_SECOND: Final = 1000


class EmailSubmissionWriter:
    """Makes, cancels and forgets submissions."""

    def __init__(self, sending: Sending, objects: RecordObjects) -> None:
        self._sending = sending
        self._objects = objects
        self._pace = Pace(sending.recipients_per_hour)

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Check that the message may be sent as it is to be, and put it into the queue."""
        if value["undoStatus"] != PENDING:
            raise invalid_properties("undoStatus: a new submission is pending", "undoStatus")
        user = owner(call.snapshot, call.account.key)
        if user is None:
            raise SetError(SetErrorType.FORBIDDEN_TO_SEND, "nobody can send from this account: it has no owner")
        stored, message = self._message(call, cast(str, value["emailId"]))
        shown = self._envelope(call, value, user, message)
        release = self._release(call, shown.mail_from)
        if not self._pace.take(call.request.principal.id, len(shown.rcpt_to), call.request.now):
            raise SetError(
                SetErrorType.RATE_LIMIT,
                f"you may send to {self._sending.recipients_per_hour} recipients in an hour; try again later",
            )
        envelope_id = call.request.token()
        octets = message.octets(_missing_fields(call, addresses(user, self._sending.domains)[0], message))
        self._enqueue(call, shown, octets, envelope_id, release)
        start = call.request.now // _SECOND * _SECOND if release is None else release
        told = envelope(message.headers)
        return self._objects.create(
            call,
            {
                **value,
                "envelope": value["envelope"] or _envelope_to_json(shown),
                "threadId": stored.thread,
                "sendAt": format_utc(start),
                "deliveryStatus": waiting([to.email for to in shown.rcpt_to]),
                "dsnBlobIds": [],
                "mdnBlobIds": [],
                "envelopeId": envelope_id,
                "messageIds": list[JSON]((told.message_id or ())[:1]),
            },
        )

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return self._objects.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Take a message back that nobody has got yet; SetError cannotUnsend when it is too late."""
        if new["undoStatus"] != CANCELED:
            raise invalid_properties("undoStatus: can only be changed to canceled", "undoStatus")
        kept = self._objects.load(call, record, ["envelopeId"]) or {}
        item = queue.of_submission(call.snapshot, call.account.key, cast(str, kept["envelopeId"]))
        if old["undoStatus"] != PENDING or item is None or item.taken or item.waiting != item.recipients:
            raise SetError(SetErrorType.CANNOT_UNSEND, "the message is on its way: it can no longer be canceled")
        queue.remove(call.transaction, item)
        # No recipient will ever get it, so there is nothing to tell of any.
        self._objects.update(call, record, old, {**new, "deliveryStatus": None}, [*names, "deliveryStatus"])
        return {"deliveryStatus": None}

    def destroy(self, call: Call, record: str) -> None:
        """Forget a submission; what it sends is sent all the same."""
        self._objects.destroy(call, record)

    def _message(self, call: Call, email: str) -> tuple[Stored, Outgoing]:
        stored = call.snapshot.messages.stored(call.account.key, [email]).get(email)
        if stored is None:
            raise invalid_properties(f"emailId: there is no email '{email}'", "emailId")
        most = self._sending.max_size
        if stored.size > most:
            raise SetError(
                SetErrorType.TOO_LARGE,
                f"the message has {stored.size} octets; one that is sent has at most {most}",
                extra={"maxSize": most},
            )
        if not spend(call, stored.size):
            raise SetError(SetErrorType.RATE_LIMIT, "these messages are too large together; send fewer at a time")
        try:
            return stored, outgoing(call.snapshot.blobs.open(stored.blob)[:])
        except FormatError as error:
            raise SetError(
                SetErrorType.INVALID_EMAIL, f"the email cannot be sent: {error.problem}", ["headers"]
            ) from None

    def _envelope(self, call: Call, value: dict[str, JSON], user: User, message: Outgoing) -> Envelope:
        """The envelope, once everything about it has been found right."""
        found = identity(call.snapshot, call.account.key, cast(str, value["identityId"]))
        if found is None:
            raise invalid_properties(f"identityId: there is no identity '{value['identityId']}'", "identityId")
        rules = Addressing(call.snapshot, self._sending, user)
        rules.check_identity(found)
        given = cast("dict[str, JSON] | None", value["envelope"])
        rules.check_authors(message)
        shown = rules.generated(message, found) if given is None else _envelope_from_json(given)
        rules.check(shown)
        return shown

    def _release(self, call: Call, sender: Address) -> int | None:
        held = held_until(sender.parameters, call.request.now, self._sending.max_delay)
        if isinstance(held, Problem):
            refuse_parameter("envelope/mailFrom", held)
            return None
        return held

    def _enqueue(self, call: Call, shown: Envelope, octets: bytes, envelope_id: str, release: int | None) -> None:
        """Each recipient once; of the parameters, only what the sender is to hear and what is to come back."""
        unique: dict[str, Address] = {}
        for to in shown.rcpt_to:
            unique.setdefault(to.email, to)
        kept = {name: value for name, value in shown.mail_from.parameters.items() if name == "RET"}
        sender = Address(shown.mail_from.email, {**kept, "ENVID": envelope_id})
        queue.enqueue(
            call.transaction,
            call.account.key,
            Envelope(sender, tuple(unique.values())),
            call.transaction.blobs.add(octets),
            call.request.now,
            release=release,
            submission=envelope_id,
        )


def _missing_fields(call: Call, address: str, message: Outgoing) -> list[bytes]:
    """Date and Message-ID, where a message of whoever has the address has none (RFC 6409 §8.2, §8.3)."""
    added = []
    if not message.named("date"):
        moment = datetime.fromtimestamp(call.request.now // _SECOND, UTC)
        added.append(f"Date: {format_rfc5322(moment)}\r\n".encode())
    if not message.named("message-id"):
        added.append(f"Message-ID: <{fresh_message_id(call.request.token(), address)}>\r\n".encode())
    return added


def _envelope_from_json(value: dict[str, JSON]) -> Envelope:
    recipients = cast("list[dict[str, JSON]]", value["rcptTo"])
    return Envelope(
        address_from_json(cast("dict[str, JSON]", value["mailFrom"])), tuple(map(address_from_json, recipients))
    )


def _envelope_to_json(value: Envelope) -> dict[str, JSON]:
    return {"mailFrom": address_to_json(value.mail_from), "rcptTo": [address_to_json(to) for to in value.rcpt_to]}
