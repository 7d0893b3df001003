"""What a server allows to be sent, the capability that tells so, and who counts how much (RFC 8621 §1.3.2)."""

from dataclasses import dataclass, field
from typing import Final

from angarium.datatypes.principals import Domains
from angarium.engine.declare import Capability
from angarium.formats.json import JSON

SUBMISSION: Final = "urn:ietf:params:jmap:submission"

_FOR_EVER: Final = "9999-12-31T23:59:59Z"
_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Sending:
    """Where users have addresses, whether mail for others can leave (`relay`), and limits, in octets and seconds."""

    domains: Domains
    relay: bool
    max_size: int = 50_000_000
    max_recipients: int = 1_000
    max_delay: int = 366 * 86_400
    recipients_per_hour: int = 1_000


@dataclass(slots=True)
class Pace:
    """How many recipients each user has sent to in the hour that runs; a restart begins anew."""

    most: int
    _hour: int = 0
    _counts: dict[str, int] = field(default_factory=dict)

    def take(self, user: str, recipients: int, now: int) -> bool:
        """Count a message; False when it would be too much for this hour. `now` in epoch milliseconds."""
        if now // _HOUR != self._hour:
            self._hour = now // _HOUR
            self._counts.clear()
        count = self._counts.get(user, 0) + recipients
        if count > self.most:
            return False
        self._counts[user] = count
        return True


def submission_capability(sending: Sending) -> Capability:
    """What the Session tells of sending; each extension is ours, whatever the relay can do (RFC 8621 §1.3.2)."""

    extensions: dict[str, JSON] = {
        "8BITMIME": [],
        "DSN": [],
        "SIZE": [str(sending.max_size)],
        "SMTPUTF8": [],
    }
    if sending.max_delay:
        extensions["FUTURERELEASE"] = [str(sending.max_delay), _FOR_EVER]  # RFC 4865 §3
    shown: dict[str, JSON] = {"maxDelayedSend": sending.max_delay, "submissionExtensions": extensions}
    return Capability(SUBMISSION, account=lambda _access: dict(shown))
