"""The message index: tables shaped for lists, flags, threads, counters and text, which serve Email and Thread.

The metadata of an Email is immutable and kept as encoded JSON per property, so reading splices it and never decodes
it; keywords and mailboxIds are the only things that change. Threads (RFC 8621 §3) and the counters of mailboxes are
kept in the same transaction as the emails they follow from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from angarium.formats.searchtext import prepare
from angarium.store.contract.expression import Expression, Order, QueryChanges, QueryResult, Window
from angarium.store.contract.values import AccountKey, BlobHash, State, Usage


@dataclass(frozen=True, slots=True)
class SearchText:
    """What full text indexes of one message, a column each: plain text, or what `prepare` made of it already."""

    from_: str = ""
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    attachments: str = ""
    is_prepared: bool = False

    def prepared(self) -> "SearchText":
        """The same, cut into words already: work that is better done before the writer has the message."""
        if self.is_prepared:
            return self
        return SearchText(
            from_=_prepared(self.from_),
            to=_prepared(self.to),
            cc=_prepared(self.cc),
            bcc=_prepared(self.bcc),
            subject=_prepared(self.subject),
            body=_prepared(self.body),
            attachments=_prepared(self.attachments),
            is_prepared=True,
        )


def _prepared(text: str) -> str:
    return prepare(text) if text else ""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """Everything that is stored of a message beside its octets.

    `metadata` maps each of `METADATA` to its encoded JSON. `received` and `sent` are epoch milliseconds.
    `thread_ids` are the message-ids of Message-ID, In-Reply-To and References (RFC 8621 §3) and `thread_subject` the
    base subject; `sort_*` are the folded texts that sorting compares.
    """

    blob: BlobHash
    size: int
    received: int
    sent: int | None
    keywords: frozenset[str]
    mailboxes: frozenset[str]
    metadata: Mapping[str, bytes]
    thread_ids: tuple[str, ...]
    thread_subject: str
    sort_subject: str
    sort_from: str
    sort_to: str
    search: SearchText = field(default_factory=SearchText)


ThreadFacts: TypeAlias = tuple[Sequence[str], str]
"""`thread_ids` and `thread_subject` of a message."""

METADATA = (
    "messageId",
    "inReplyTo",
    "references",
    "sender",
    "from",
    "to",
    "cc",
    "bcc",
    "replyTo",
    "subject",
    "sentAt",
    "hasAttachment",
    "preview",
    "structure",
)
"""Properties stored as JSON; `structure` is private: the compact body structure of `formats.message`."""

ROW_PROPERTIES = (
    "id",
    "blobId",
    "threadId",
    "mailboxIds",
    "keywords",
    "size",
    "receivedAt",
    *METADATA[:-1],
)
"""What `Messages.rows` can give without touching the message's octets."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The internal facts of one stored message."""

    id: str
    thread: str
    blob: BlobHash
    size: int
    received: int
    keywords: frozenset[str]
    mailboxes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters of one mailbox (RFC 8621 §2)."""

    total_emails: int = 0
    unread_emails: int = 0
    total_threads: int = 0
    unread_threads: int = 0


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """An Email/query without its window (RFC 8621 §4.4)."""

    filter: Expression | None
    sort: tuple[Order, ...]
    collapse_threads: bool = False


class Messages(Protocol):
    """Reading the message index."""

    def rows(
        self, account: AccountKey, ids: Sequence[str] | None, properties: Sequence[str]
    ) -> tuple[bytes, list[str]]:
        """Emails as one encoded JSON array of objects in the order asked (each id once), and the ids not found.

        `properties` are of `ROW_PROPERTIES` and give the keys in that order; None for `ids` means all. Cost: one
        statement, no decoding.
        """
        ...

    def structures(self, account: AccountKey, ids: Sequence[str]) -> dict[str, tuple[BlobHash, bytes]]:
        """For each id that exists: its blob and the JSON of its `structure`."""
        ...

    def stored(self, account: AccountKey, ids: Sequence[str]) -> dict[str, Stored]:
        """Facts of the emails that exist."""
        ...

    def metadata(self, account: AccountKey, email: str) -> dict[str, bytes] | None:
        """The encoded JSON of every name in `METADATA`."""
        ...

    def count(self, account: AccountKey) -> int:
        """How many emails the account holds."""
        ...

    def usage(self, account: AccountKey) -> Usage:
        """What the emails take of the account's allowance."""
        ...

    def with_blob(self, account: AccountKey, blob: BlobHash) -> list[str]:
        """Ids of the emails that have exactly these octets."""
        ...

    def in_mailbox(self, account: AccountKey, mailbox: str) -> list[str]:
        """Ids of the emails in a mailbox, newest first."""
        ...

    def threads(self, account: AccountKey, ids: Sequence[str] | None) -> tuple[bytes, list[str]]:
        """Threads as one encoded JSON array of `{id, emailIds}` (oldest first, RFC 8621 §3), and the ids not found."""
        ...

    def counts(self, account: AccountKey, mailboxes: Sequence[str] | None = None) -> dict[str, Counts]:
        """Counters of these mailboxes (None: all that ever held an email)."""
        ...

    def query(self, account: AccountKey, query: MessageQuery, window: Window) -> QueryResult:
        """One window of a query; ties end in order of id, newest first when the first sort descends.

        Raises AnchorNotFound. With `collapse_threads` only the first email of each thread counts.
        """
        ...

    def query_changes(
        self,
        account: AccountKey,
        query: MessageQuery,
        since: State,
        up_to: str | None = None,
        limit: int | None = None,
        total: bool = False,
    ) -> QueryChanges | None:
        """Exact changes of a query since an Email state; None when there are more than `limit`.

        Raises CannotCalculateChanges.
        """
        ...

    def check(self, account: AccountKey) -> list[str]:
        """What is broken in an account's message index, each as a sentence; nothing when it is whole."""
        ...


class MessagesWriter(Messages, Protocol):
    """Changing the message index: each call keeps threads, counters, change log, references and text in step."""

    def add(self, account: AccountKey, message: NewMessage) -> Stored:
        """Store a message and find its thread.

        When it joins two threads into one, the emails of the smaller are destroyed and created anew under the thread
        that stays, in this transaction (RFC 8621 §3: `threadId` never changes). Raises OverQuota when the account
        would then hold more than it may; this is the one place that decides it.
        """
        ...

    def update(
        self,
        account: AccountKey,
        email: str,
        keywords: frozenset[str] | None = None,
        mailboxes: frozenset[str] | None = None,
    ) -> None:
        """Replace the keywords, the mailboxes or both of an email that exists."""
        ...

    def destroy(self, account: AccountKey, email: str) -> None:
        """Remove an email; its blob goes when nothing else references it."""
        ...

    def set_trash(self, account: AccountKey, mailbox: str | None) -> None:
        """Tell which mailbox has the role trash: unread counts of threads look at trash apart (RFC 8621 §2)."""
        ...

    def index_waiting(self, limit: int = 500) -> int:
        """Move up to `limit` waiting messages into the full-text index in sorted order; how many were moved."""
        ...

    def recount(self, account: AccountKey) -> int:
        """Make lists, keyword index and counters anew from the emails; how many mailboxes had wrong counters."""
        ...

    def rethread(self, account: AccountKey, fetch: Callable[[BlobHash], ThreadFacts]) -> int:
        """Thread all emails anew in order of arrival; how many got another thread and thus another id."""
        ...

    def reindex(
        self, account: AccountKey, fetch: Callable[[BlobHash], SearchText], after: int | None = None, limit: int = 500
    ) -> int | None:
        """Index the text of up to `limit` messages anew; where to go on (pass it as `after`), None at the end."""
        ...
