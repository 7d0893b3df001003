"""What became of a message for one recipient, as its client and the log are told."""

import logging
from typing import Final, NamedTuple, TypeAlias

from angarium.flows.deliver import Delivered, Duplicate, Outcome, Refusal, Refused
from angarium.protocols.lmtp import replies
from angarium.protocols.lmtp.replies import Reply, filled
from angarium.store.contract import DiskFull, StoreError

Result: TypeAlias = Outcome | BaseException

_REFUSALS: Final = {
    Refusal.UNKNOWN: replies.NOBODY,
    Refusal.LOOP: replies.LOOP,
    Refusal.OVER_QUOTA: replies.OVER_QUOTA,
}

_log = logging.getLogger(__name__)


class Verdict(NamedTuple):
    """The reply, and what the log tells beside its status."""

    reply: Reply
    more: str


def verdict(address: str, result: Result) -> Verdict:
    """What is told of the outcome or the error for an address."""
    return Verdict(_reply(address, result), _more(result))


def shown(text: str) -> str:
    """A value of the log: in quotes when it would not be seen where it ends."""
    return text if text and text.isprintable() and not set(text) & set(' "=') else repr(text)


def _reply(address: str, result: Result) -> Reply:
    match result:
        case Delivered():
            return filled(replies.TAKEN, address, result.email)
        case Duplicate():
            return filled(replies.TAKEN_BEFORE, address)
        case Refused():
            return filled(_REFUSALS[result.kind], address)
        case DiskFull():
            return replies.DISK_FULL
        case StoreError():
            return replies.TROUBLE
    _log.error("lmtp delivery failed to=%s", shown(address), exc_info=result)
    return replies.TROUBLE


def _more(result: Result) -> str:
    match result:
        case Delivered():
            return f"user={shown(result.recipient.user.name)} mailbox={result.mailbox} email={result.email}"
        case Duplicate():
            return f"user={shown(result.recipient.user.name)} again"
        case StoreError():
            return f"reason={shown(str(result))}"
    return ""
