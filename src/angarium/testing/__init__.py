"""A JMAP server inside a test: see docs/guide/testing.md."""

from angarium.testing.accounts import CallError
from angarium.testing.certificate import Certificate
from angarium.testing.dials import DIALS, Dial, DialError
from angarium.testing.outbox import Sent
from angarium.testing.seen import SeenCall, SeenRequest
from angarium.testing.server import PASSWORD, AsyncServer, Server, Snapshot
from angarium.testing.strict import RULES, Warned
from angarium.testing.user import User

__all__ = [
    "DIALS",
    "PASSWORD",
    "RULES",
    "AsyncServer",
    "CallError",
    "Certificate",
    "Dial",
    "DialError",
    "SeenCall",
    "SeenRequest",
    "Sent",
    "Server",
    "Snapshot",
    "User",
    "Warned",
]
