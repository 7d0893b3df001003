"""One message to one subscription: its headers, its encryption, and what the answer means for the subscription."""

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from angarium.datatypes.push import Subscription, VapidKey
from angarium.protocols.webpush.posting import Answered, NotAnswered, NotPermitted, NotSent, Poster
from angarium.protocols.webpush.targets import Targets, UnfitUrl

if TYPE_CHECKING:
    from angarium.protocols.webpush.vapid import Vapid

_DAY = 86_400
_PERMANENT = frozenset(range(400, 500)) - {408, 421, 423, 425, 429}


class Fate(Enum):
    """What became of a message."""

    TAKEN = "taken"
    GONE = "gone"
    """The subscription is to be destroyed."""

    LATER = "later"
    """It may be taken another time."""

    UNSENT = "unsent"
    """As LATER, and no request has reached the service."""


class Sent(NamedTuple):
    """The fate, why, and how many seconds the service wants us to wait."""

    fate: Fate
    reason: str
    wait: float = 0.0


class Sender:
    """Sends for one server; `contact` and `clock` are those of `Vapid`."""

    def __init__(
        self, targets: Targets, poster: Poster, key: VapidKey, contact: str | None, clock: Callable[[], float]
    ) -> None:
        self._targets = targets
        self._poster = poster
        self._key = key
        self._contact = contact
        self._clock = clock
        self._vapid: Vapid | None = None

    async def send(self, subscription: Subscription, message: bytes) -> Sent:
        """POST a message; never raises."""
        try:
            target = self._targets.parse(subscription.url)
            headers = [
                ("Content-Type", "application/json"),
                ("User-Agent", "Angarium"),
                ("TTL", str(_DAY)),
                ("Urgency", "normal"),
                ("Authorization", self._signer().authorization(target.origin)),
            ]
            if subscription.keys is not None:
                from angarium.protocols.webpush.encryption import encrypt

                message = encrypt(message, *subscription.keys)
                headers.append(("Content-Encoding", "aes128gcm"))
            return _judged(await self._poster.post(target, headers, message))
        except (UnfitUrl, NotPermitted, ValueError) as error:
            return Sent(Fate.GONE, str(error))
        except NotSent as error:
            return Sent(Fate.UNSENT, str(error))
        except NotAnswered as error:
            return Sent(Fate.LATER, str(error))

    def _signer(self) -> "Vapid":
        """Made, and its library imported, for the first push."""
        if self._vapid is None:
            from angarium.protocols.webpush.vapid import Vapid

            self._vapid = Vapid(self._key, self._contact, self._clock)
        return self._vapid


def _judged(answered: Answered) -> Sent:
    """RFC 8030 §5, §7.3: any 2xx is a yes, 404 and 410 and their like are for good, all else may pass."""
    status, wait = answered
    if 200 <= status < 300:
        return Sent(Fate.TAKEN, "")
    fate = Fate.GONE if status in _PERMANENT else Fate.LATER
    return Sent(fate, f"status {status}", wait or 0.0)
