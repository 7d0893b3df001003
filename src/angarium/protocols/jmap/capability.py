"""What the Session tells of the ways on which JMAP is spoken beside HTTP."""

from typing import Final

from angarium.engine.declare import Capability

WEBSOCKET: Final = "urn:ietf:params:jmap:websocket"


def capabilities() -> tuple[Capability, ...]:
    """RFC 8887 §3; the address comes from the request for the Session."""
    return (Capability(WEBSOCKET, {"supportsPush": True}, in_accounts=False),)
