"""What the queue does with a message: who gets it here, what an attempt elsewhere came to, when to try again.

Every function is one step in one transaction, so that a crash between two of them repeats none: what became of each
recipient is in the queue, and in the submission, before anything else happens. Whoever calls them sleeps and talks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from angarium.datatypes.principals import Domains, recipient
from angarium.datatypes.principals.names import normal_domain
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.email_submission import status
from angarium.datatypes.submission.queue import Destination, Fate, QueueItem
from angarium.flows.deliver import Arrival, Delivered, Duplicate, Pipeline, Refusal, Refused, deliver
from angarium.formats.message import Action
from angarium.store.contract import Snapshot, StoreError, Transaction

_DELIVERED: Final = "250 2.1.5 delivered"
_REFUSED: Final[Mapping[Refusal, str]] = {
    Refusal.UNKNOWN: "550 5.1.1 there is no such user on this server",
    Refusal.LOOP: "554 5.4.6 the message has passed too many servers: it runs in circles",
    Refusal.OVER_QUOTA: "552 5.2.2 the mailbox is full",
}
_TOO_MANY: Final = "452 "
_FATES: Final[Mapping[str, Fate]] = {"2": Fate.RELAYED, "5": Fate.FAILED}
_ACTIONS: Final[Mapping[Fate, Action]] = {
    Fate.QUEUED: Action.DELAYED,
    Fate.FAILED: Action.FAILED,
    Fate.DELIVERED: Action.DELIVERED,
    Fate.RELAYED: Action.RELAYED,
}
_WANTED: Final[Mapping[Action, str]] = {Action.FAILED: "FAILURE", Action.DELAYED: "DELAY"}
"""What NOTIFY says of an action, else SUCCESS."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Pauses between attempts, of which the last repeats, when to speak of a delay, when to give up; all in seconds."""

    retry: tuple[int, ...]
    warns: int
    expires: int

    def next_due(self, item: QueueItem, now: int) -> int:
        """When to try an item again that was tried `attempts` times; epoch milliseconds."""
        return now + self.retry[min(max(item.attempts, 1), len(self.retry)) - 1] * 1000

    def is_ahead(self, item: QueueItem, now: int) -> bool:
        """Whether an item that is not held would wait longer than any pause, as after a clock that was ahead."""
        return not item.is_held and item.due > now + max(self.retry) * 1000

    def is_long(self, item: QueueItem, now: int) -> bool:
        """Whether an item has waited so long that a sender who asked for it is told."""
        return now >= item.release + self.warns * 1000

    def is_over(self, item: QueueItem, now: int) -> bool:
        """Whether an item has waited as long as any may."""
        return now >= item.release + self.expires * 1000


def is_here(snapshot: Snapshot, domains: Domains, email: str) -> bool:
    """Whether it is for this server to say what becomes of mail for an address: its user, or its domain."""
    ours = frozenset(map(normal_domain, domains.names))
    return normal_domain(email.rpartition("@")[2]) in ours or recipient(snapshot, domains, email) is not None


def take(transaction: Transaction, record: str, now: int) -> QueueItem | None:
    """Begin an attempt elsewhere: nobody can take the message back from here on. None when it is not to be tried."""
    item = queue.one(transaction, record)
    if item is None or item.due > now or not item.waiting:
        return None
    return queue.keep(transaction, replace(item, taken=True, attempts=item.attempts + 1))


def hand_over(
    transaction: Transaction, pipeline: Pipeline, record: str, arrived: Arrival, now: int
) -> tuple[QueueItem | None, Mapping[str, str]]:
    """Deliver to the recipients who are here, and say so; the item as it is then, None when nothing is left to do.

    And the reply for each of them, by address.
    """
    item = queue.one(transaction, record)
    if item is None or item.due > now:
        return None, {}
    replies = {
        known.address.email: _delivered(transaction, pipeline, arrived, known.address.email)
        for known in item.waiting
        if is_here(transaction, pipeline.domains, known.address.email)
    }
    done = {email: (Fate.DELIVERED if reply[0] == "2" else Fate.FAILED, reply) for email, reply in replies.items()}
    return _record(transaction, item, done, reports_itself=False), replies


def settle(
    transaction: Transaction, record: str, replies: Mapping[str, str], patience: Patience, now: int, is_dsn: bool
) -> QueueItem | None:
    """Write down what an attempt elsewhere came to: the reply for each recipient, by address.

    `is_dsn` says that the relay reports success by itself (RFC 3461). The item as it is then, None when it is done.
    """
    item = queue.one(transaction, record)
    if item is None:
        return None
    over = patience.is_over(item, now)
    done = {email: (_FATES.get(reply[0], Fate.QUEUED), reply) for email, reply in replies.items()}
    if over:
        done = {
            email: (Fate.FAILED, f"554 5.4.7 given up after {patience.expires} seconds: {reply}")
            if fate is Fate.QUEUED
            else (fate, reply)
            for email, (fate, reply) in done.items()
        }
    due = now if _goes_on(done) else patience.next_due(item, now)
    after = replace(item, taken=False, due=due)
    return _record(transaction, after, done, reports_itself=is_dsn, is_long=patience.is_long(item, now))


def reported(transaction: Transaction, pipeline: Pipeline, record: str, arrived: Arrival) -> QueueItem | None:
    """Deliver a report to the sender, and note that everything owed was told; the item, None when it is done.

    No report is due to a sender who is gone. StoreError when there is no room for it now.
    """
    item = queue.one(transaction, record)
    if item is None:
        return None
    outcome = deliver(transaction, pipeline, arrived, item.sender.email)
    if outcome == Refused(Refusal.OVER_QUOTA):
        raise StoreError(f"there is no room for the report to {item.sender.email}")
    told = tuple(
        replace(known, owed=None, warned=known.warned or known.owed == Action.DELAYED) for known in item.recipients
    )
    return _keep(transaction, replace(item, recipients=told))


def postponed(transaction: Transaction, record: str, patience: Patience, now: int) -> QueueItem | None:
    """Try again later what could not even be begun; what is too old for that is dropped."""
    item = queue.one(transaction, record)
    if item is None:
        return None
    if patience.is_over(item, now) and not item.waiting:
        queue.remove(transaction, item)
        return None
    counted = replace(item, taken=False, attempts=item.attempts + 1)
    return queue.keep(transaction, replace(counted, due=patience.next_due(counted, now)))


def begin(transaction: Transaction, patience: Patience, now: int) -> int:
    """Let go of what was taken by a process that is no more, and of what waits for a clock; how many items."""
    stuck = [item for item in queue.read(transaction) if item.taken or patience.is_ahead(item, now)]
    for item in stuck:
        due = now if patience.is_ahead(item, now) else item.due
        queue.keep(transaction, replace(item, taken=False, due=due))
    return len(stuck)


def _delivered(transaction: Transaction, pipeline: Pipeline, arrived: Arrival, email: str) -> str:
    outcome = deliver(transaction, pipeline, arrived, email)
    match outcome:
        case Delivered() | Duplicate():
            return _DELIVERED
        case Refused(kind):
            return _REFUSED[kind]


def _record(
    transaction: Transaction,
    item: QueueItem,
    done: Mapping[str, tuple[Fate, str]],
    *,
    reports_itself: bool,
    is_long: bool = False,
) -> QueueItem | None:
    """Write fates and replies into the item and its submission; `is_long` when it is time to speak of a delay."""
    changed: list[Destination] = []
    for known in item.recipients:
        if known.fate is not Fate.QUEUED or known.address.email not in done:
            changed.append(known)
            continue
        fate, reply = done[known.address.email]
        after = replace(known, fate=fate, reply=reply)
        is_told = after.fate is not Fate.QUEUED or (is_long and not after.warned)
        changed.append(replace(after, owed=_owed(item, after, reports_itself=reports_itself) if is_told else None))
    if item.submission is not None:
        told = [known for known in changed if known.address.email in done]
        status.note(transaction, item.account, item.submission, told)
    return _keep(transaction, replace(item, recipients=tuple(changed)))


def _goes_on(done: Mapping[str, tuple[Fate, str]]) -> bool:
    """Whether the relay took a part, and the rest were too many for once (RFC 5321 §4.5.3.1.10)."""
    fates = {fate for fate, _ in done.values()}
    too_many = any(fate is Fate.QUEUED and reply.startswith(_TOO_MANY) for fate, reply in done.values())
    return too_many and Fate.RELAYED in fates


def _keep(transaction: Transaction, item: QueueItem) -> QueueItem | None:
    if not item.waiting and not item.owing:
        queue.remove(transaction, item)
        return None
    return queue.keep(transaction, item)


def _owed(item: QueueItem, known: Destination, *, reports_itself: bool) -> str | None:
    """What the sender has to be told (RFC 3461 §4.1): failure unless it was not wanted, the rest only if it was."""
    action = _ACTIONS[known.fate]
    if not item.sender.email:
        return None
    notify = known.address.parameters.get("NOTIFY")
    wanted = set((notify or "FAILURE").upper().split(","))
    if action is Action.RELAYED and reports_itself:
        return None
    return action.value if _WANTED.get(action, "SUCCESS") in wanted else None
