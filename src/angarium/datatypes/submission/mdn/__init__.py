"""Message disposition notifications (RFC 9007): telling a sender what became of a message, reading what others tell."""

from typing import Final

from angarium.datatypes.submission.mdn.parse import mdn_parse
from angarium.datatypes.submission.mdn.send import mdn_send
from angarium.datatypes.submission.sending import Sending
from angarium.engine.declare import Capability, Method

MDN: Final = "urn:ietf:params:jmap:mdn"

__all__ = ["MDN", "mdn_capability", "mdn_methods"]


def mdn_capability() -> Capability:
    """What the Session tells of them: nothing but that they are there (RFC 9007 §1.3)."""
    return Capability(MDN)


def mdn_methods(sending: Sending, mail: str) -> tuple[Method, ...]:
    """Both methods; `mail` is the capability that MDN/send needs beside its own."""
    return (mdn_send(MDN, mail, sending), mdn_parse(MDN))
