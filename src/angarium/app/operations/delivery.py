"""The operation that delivers one message to one user, as LMTP does."""

from angarium.app.operations.services import Arguments, OperationError, Services, text
from angarium.datatypes import principals
from angarium.datatypes.principals import Recipient
from angarium.datatypes.principals.addresses import SEPARATOR
from angarium.flows.deliver import (
    Arrival,
    Delivered,
    Duplicate,
    Outcome,
    Pipeline,
    Refusal,
    Refused,
    arrival,
    deliver_to,
)
from angarium.formats.json import JSON
from angarium.formats.message import with_return_path
from angarium.store.contract import Snapshot, Transaction

_REFUSALS = {
    Refusal.UNKNOWN: ("notFound", "there is no such user"),
    Refusal.LOOP: ("loop", "too many servers have received the message: it runs in circles"),
    Refusal.OVER_QUOTA: ("overQuota", "the account may hold no more"),
}


def deliver(services: Services, arguments: Arguments, payload: bytes) -> tuple[JSON, bytes]:
    """deliver {user, detail, sender} with a message: gives {email, mailbox}, null when the user was given it before.

    `user` is a name or an address; `detail`, null for none, names a mailbox; `sender` is the reverse-path.
    """
    name, sender = text(arguments, "user"), text(arguments, "sender")
    detail = None if arguments.get("detail") is None else text(arguments, "detail")
    pipeline = Pipeline(services.domains, services.stages)
    arrived = _arrival(services, sender, payload)
    try:

        def job(transaction: Transaction) -> Outcome:
            found, address = _recipient(transaction, pipeline, name, detail)
            return deliver_to(transaction, pipeline, arrived, found, address)

        outcome = services.store.write(job).result()
    finally:
        arrived.blob.discard()
    return _told(outcome), b""


def _arrival(services: Services, sender: str, payload: bytes) -> Arrival:
    try:
        octets = with_return_path(payload, sender)
    except ValueError as error:
        raise OperationError("arguments", str(error)) from error
    stage = services.store.stage()
    try:
        stage.write(octets)
        blob = stage.finish()
    finally:
        stage.discard()
    try:
        return arrival(sender, blob, services.clock())
    except BaseException:
        blob.discard()
        raise


def _recipient(snapshot: Snapshot, pipeline: Pipeline, name: str, detail: str | None) -> tuple[Recipient, str]:
    """Whom a name or an address means, and the address that stands for the user and the detail."""
    user = principals.by_name(snapshot, name)
    found = Recipient(user, None) if user else principals.recipient(snapshot, pipeline.domains, name)
    if found is None:
        raise OperationError("notFound", f"there is no user {name!r}")
    if detail is not None:
        found = Recipient(found.user, detail)
    address = principals.addresses(found.user, pipeline.domains)[0] if user else name
    if detail is None:
        return found, address
    local, _, domain = address.rpartition("@")
    return found, f"{local}{SEPARATOR}{detail}@{domain}"


def _told(outcome: Outcome) -> JSON:
    match outcome:
        case Delivered():
            return {"email": outcome.email, "mailbox": outcome.mailbox}
        case Duplicate():
            return None
        case Refused():
            raise OperationError(*_REFUSALS[outcome.kind])
