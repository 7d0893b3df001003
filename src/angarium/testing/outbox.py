"""What users have sent: every submission is caught here, and none leaves the machine.

Recipients who are users of the server get their mail as ever; for all others this is the relay.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Final, overload

from angarium.datatypes import principals
from angarium.datatypes.blobs import octets
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.queue import QueueItem
from angarium.protocols.smtp.settings import Letter, Outcome
from angarium.store.contract import QUEUE, Snapshot, State, StateChange, Store

_TAKEN: Final = "250 2.0.0 kept in the outbox of the test"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as it would have left: its envelope, and its octets."""

    user: str
    sender: str
    recipients: tuple[str, ...]
    octets: bytes

    @property
    def message(self) -> EmailMessage:
        """The message as the standard library reads it."""
        return BytesParser(policy=policy.default).parsebytes(self.octets)

    @property
    def subject(self) -> str:
        """The text of its Subject field."""
        return str(self.message["subject"] or "")

    @property
    def text(self) -> str:
        """Its text, plain if there is such a part."""
        body = self.message.get_body(("plain", "html"))
        return "" if body is None else str(body.get_content()).replace("\r\n", "\n")


class Outbox(Sequence[Sent]):
    """What was sent, the oldest first; what is held for later comes when it is due."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._sent: list[Sent] = []
        self._held: dict[str, tuple[QueueItem, Sent]] = {}
        self._noted: set[str] = set()
        self._state = State(0)
        self._lock = threading.Lock()

    @overload
    def __getitem__(self, index: int) -> Sent: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sent]: ...
    def __getitem__(self, index: int | slice) -> Sent | Sequence[Sent]:
        return self._sent[index]

    def __len__(self) -> int:
        return len(self._sent)

    def clear(self) -> None:
        """Forget what was sent so far."""
        with self._lock:
            self._sent.clear()

    def begin(self, store: Store) -> None:
        """Watch another store from its present state on."""
        with self._lock:
            self._sent.clear()
            self._held.clear()
            self._noted.clear()
            self._state = store.read(queue.state)

    def hear(self, store: Store, changes: Sequence[StateChange]) -> None:
        """Note what a commit has brought into the queue."""
        if any(change.account == QUEUE for change in changes):
            store.read(self.look)

    def look(self, snapshot: Snapshot) -> None:
        """Note what is new in the queue; within a transaction, so that a client's answer leaves after that."""
        with self._lock:
            self._look(snapshot)

    def _look(self, snapshot: Snapshot) -> None:
        changed, self._state = queue.changed_since(snapshot, self._state)
        now = self._clock()
        for record, item in changed.items():
            if item is not None and record not in self._noted:
                self._held.setdefault(record, (item, _sent(snapshot, item)))
            held = self._held.get(record)
            if held is not None and held[0].release <= now:  # one that goes before is canceled
                self._sent.append(held[1])
                self._noted.add(record)
            if item is None or record in self._noted:
                self._held.pop(record, None)


def _sent(snapshot: Snapshot, item: QueueItem) -> Sent:
    user = principals.owner(snapshot, item.account)
    recipients = tuple(known.address.email for known in item.recipients)
    content = bytes(octets(snapshot.blobs.open(item.blob)))
    return Sent(user.name if user else "", item.sender.email, recipients, content)


class Sink:
    """The relay: takes everything, unless `refusal` gives the reply for a sender and a recipient."""

    unreachable = ""

    def __init__(self, refusal: Callable[[str, str], str | None]) -> None:
        self._refusal = refusal

    async def send(self, letter: Letter) -> Outcome:
        """Take a message; the outbox has it already."""
        sender = letter.sender.email
        replies = {known.email: self._refusal(sender, known.email) or _TAKEN for known in letter.recipients}
        return Outcome(replies, reports=False)

    async def close(self) -> None:
        """There is nothing to close."""
