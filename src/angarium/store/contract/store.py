"""The store as a whole: snapshots to read, one writer, news of commits.

Everything here is synchronous; sockets and tasks live above. A job is a plain function of a snapshot or transaction.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from angarium.store.contract.answers import Answers
from angarium.store.contract.blobs import Blobs, BlobsWriter, Stage
from angarium.store.contract.deliveries import Deliveries
from angarium.store.contract.messages import Messages, MessagesWriter
from angarium.store.contract.records import Records, RecordsWriter
from angarium.store.contract.values import AccountKey, Allowance, Changes, State, StateChange

T = TypeVar("T")


class ChangeLog(Protocol):
    """The accounts and what happened in them."""

    def accounts(self) -> list[AccountKey]:
        """Every account but the directory."""
        ...

    def allowance(self, account: AccountKey) -> Allowance:
        """What the account may hold at most."""
        ...

    def state(self, account: AccountKey, kind: str) -> State:
        """The state of a type in an account."""
        ...

    def states_after(self, accounts: Sequence[AccountKey], sequence: int) -> tuple[list[StateChange], int]:
        """What changed in these accounts after a commit, one StateChange an account, and the newest sequence."""
        ...

    def changes(self, account: AccountKey, kind: str, since: State, limit: int | None = None) -> Changes:
        """What happened to a type since a state (RFC 8620 §5.2), at most `limit` ids.

        An object created and destroyed since is left out; one created since is in `created` even when it changed
        later, on whichever page it falls. Raises CannotCalculateChanges.
        """
        ...


class Snapshot(ChangeLog, Protocol):
    """One consistent view: everything read through it agrees."""

    @property
    def records(self) -> Records:
        """Every type but Email and Thread."""
        ...

    @property
    def messages(self) -> Messages:
        """Emails and threads."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Octets."""
        ...

    def problems(self) -> list[str]:
        """What is broken in the store as a whole, each as a sentence; `Messages.check` looks at an account's mail."""
        ...


class Transaction(ChangeLog, Protocol):
    """A snapshot that can be written to; the only one at its time. Every Transaction is also a Snapshot."""

    @property
    def records(self) -> RecordsWriter:
        """Every type but Email and Thread."""
        ...

    @property
    def messages(self) -> MessagesWriter:
        """Emails and threads."""
        ...

    @property
    def blobs(self) -> BlobsWriter:
        """Octets."""
        ...

    @property
    def answers(self) -> Answers:
        """Who was answered automatically, and is not to be again for a while."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """What was delivered within a day."""
        ...

    def problems(self) -> list[str]:
        """What is broken in the store as a whole, as in a Snapshot."""
        ...

    def create_account(self) -> AccountKey:
        """A new empty account; its number is never used again."""
        ...

    def allow(self, account: AccountKey, allowance: Allowance) -> None:
        """Let the account hold so much from now on; what it holds stays, even if that is more."""
        ...

    def remove_account(self, account: AccountKey) -> None:
        """Remove an account with everything in it."""
        ...

    def prune(self, account: AccountKey, now: int) -> int:
        """Forget what was destroyed long ago (30 days, and 100,000 since); how much. Older states are then refused."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone when an exception leaves it; the transaction goes on."""
        ...


class Store(Protocol):
    """A data folder in use."""

    def read(self, job: Callable[[Snapshot], T], deadline: float | None = None) -> T:
        """Run a job on a snapshot, on this thread; TooSlow after `deadline` seconds."""
        ...

    def glance(self, job: Callable[[Snapshot], T]) -> T:
        """Run a job as `read` does, if it is a matter of a few milliseconds.

        TooSlow when it is not: no reader is free, the engine works for longer than that, or more than a few thousand
        octets of blobs are opened. The caller then reads where waiting harms nobody.
        """
        ...

    def write(self, job: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a job for the writer; the future ends after the commit is on disk, or with the job's exception.

        Jobs commit in groups; a job that raises is undone alone. NotDurable when the commit itself failed.
        """
        ...

    def submit(self, job: Callable[[Transaction], T], told: Callable[[T | None, BaseException | None], None]) -> None:
        """As `write`, but `told` hears the result or the error, on the writer's thread, and no future is made."""
        ...

    def write_at_once(self, job: Callable[[Transaction], T]) -> T:
        """The result of a job that takes a moment, run on this thread, once it is on disk; raises what the job raises.

        TooSlow, and nothing was written, when somebody else writes, when the disk was slow just now, or when the job
        took longer than a `glance` may or opened more octets. The caller then queues it, and the job runs again.
        """
        ...

    def stage(self) -> Stage:
        """Begin to receive a blob."""
        ...

    def subscribe(self, listener: Callable[[Sequence[StateChange]], None]) -> Callable[[], None]:
        """Call `listener` (on the thread that writes) after each commit; returns how to stop that."""
        ...

    def backup(self, target: str, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy of the whole store into one file while it is in use; progress in (done, total)."""
        ...

    def close(self) -> None:
        """Finish queued work, index what waits, and let go of the folder."""
        ...
