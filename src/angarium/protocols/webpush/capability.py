"""What the Session tells of the key with which pushes are signed (RFC 9749 §3)."""

from typing import Final

from angarium.datatypes.push import VapidKey
from angarium.engine.declare import Capability

VAPID: Final = "urn:ietf:params:jmap:webpush-vapid"


def capabilities(key: VapidKey) -> tuple[Capability, ...]:
    """The capability with the public key."""
    return (Capability(VAPID, {"applicationServerKey": key.public}, in_accounts=False),)
