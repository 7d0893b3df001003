"""Checking a store through its contract: what it holds must agree with itself, and every octet with its name.

Each account is read on one snapshot. A part that cannot be read at all is named like anything else that is wrong, and
the check goes on with the next.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from angarium.app.cli.progress import Progress
from angarium.app.cli.verifying_contents import digest
from angarium.app.cli.verifying_records import CARDS, EVENTS, Holding, wrong_records
from angarium.datatypes import principals, quotas
from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.principals import User
from angarium.formats.json import loads
from angarium.store.contract import (
    AccountKey,
    BlobHash,
    Counts,
    MessageQuery,
    Order,
    Snapshot,
    Store,
    Stored,
    Window,
)

_TOGETHER = 500
_NEWEST = MessageQuery(None, (Order("receivedAt", ascending=False),))
_READ = frozenset({"$seen", "$draft"})


@dataclass(slots=True)
class Verified:
    """What was looked at, and a line for each thing that is wrong."""

    users: int = 0
    emails: int = 0
    blobs: int = 0
    problems: list[str] = field(default_factory=list)


def verify_store(store: Store, progress: Progress) -> Verified:
    """Check everything; never raises for what is wrong in the store."""
    verified = Verified()
    try:
        accounts = store.read(lambda snapshot: _directory(snapshot, verified))
    except Exception as error:  # a damaged store may raise anything
        verified.problems.append(f"the directory of users cannot be read: {str(error) or type(error).__name__}")
        accounts = []
    progress.expect(sum(count for _name, _account, count in accounts))
    checked: set[BlobHash] = set()
    for name, account, _count in accounts:
        store.read(partial(_check_account, name, account, verified, checked, progress))
    verified.problems += store.read(lambda snapshot: snapshot.problems())
    verified.problems += _wrong_contents(store, checked)
    verified.blobs = len(checked)
    return verified


def _wrong_contents(store: Store, checked: set[BlobHash]) -> Iterator[str]:
    """What is wrong with contents that nothing checked so far names: uploads, and what only the queue holds."""
    last: BlobHash | None = None
    while True:
        after = last
        try:
            names = store.read(lambda snapshot: snapshot.blobs.names(after))  # noqa: B023 (at once)
        except Exception as error:  # a damaged store may raise anything
            yield f"the contents cannot be listed: {str(error) or type(error).__name__}"
            return
        if not names:
            return
        last = names[-1]
        for blob in names:
            if blob not in checked:
                checked.add(blob)
                problem = store.read(partial(_damage, blob))
                # A running server may have let go of it meanwhile.
                if problem and store.read(lambda snapshot: snapshot.blobs.size(blob)) is not None:  # noqa: B023
                    yield f"content {blob}: {problem}"


def _damage(blob: BlobHash, snapshot: Snapshot) -> str | None:
    """Why a content is not what its name says."""
    try:
        return None if digest(snapshot.blobs.open(blob)) == blob else "it is not what its name says"
    except KeyError:
        return "it is gone"
    except Exception as error:  # a damaged store may raise anything
        return f"it cannot be read: {str(error) or type(error).__name__}"


def _directory(snapshot: Snapshot, verified: Verified) -> list[tuple[str, AccountKey, int]]:
    """Check users and grants; the accounts with the names of their owners and how much they hold."""
    users = principals.all_users(snapshot)
    verified.users = len(users)
    accounts = set(snapshot.accounts())
    verified.problems += _wrong_users(snapshot, users, accounts)
    owners = {user.account: user.name for user in users}
    verified.problems += [f"account a{account}: belongs to nobody" for account in sorted(accounts - owners.keys())]
    known = {user.id for user in users}
    for grant in principals.all_grants(snapshot):
        if grant.account not in accounts or grant.user not in known:
            verified.problems.append(f"grant {grant.id}: names an account or a user that is not there")
    return [
        (owners.get(account, f"account a{account}"), account, snapshot.messages.count(account))
        for account in sorted(accounts)
    ]


def _wrong_users(snapshot: Snapshot, users: Sequence[User], accounts: set[AccountKey]) -> Iterator[str]:
    for user in users:
        if user.account not in accounts:
            yield f"user {user.name}: the account is gone"
        if principals.by_name(snapshot, user.name) != user:
            yield f"user {user.name}: is not found by name"


def _check_account(
    name: str,
    account: AccountKey,
    verified: Verified,
    checked: set[BlobHash],
    progress: Progress,
    snapshot: Snapshot,
) -> None:
    _Account(snapshot, name, account, verified, checked, progress).check()


class _Account:
    """The check of one account."""

    def __init__(
        self,
        snapshot: Snapshot,
        name: str,
        account: AccountKey,
        verified: Verified,
        checked: set[BlobHash],
        progress: Progress,
    ) -> None:
        self._snapshot = snapshot
        self._name = name
        self._account = account
        self._verified = verified
        self._checked = checked
        self._progress = progress
        self._forest: dict[str, records.MailboxRecord] = {}
        self._listed: dict[str, set[str]] = {}
        self._threads: dict[str, list[Stored]] = defaultdict(list)

    def check(self) -> None:
        """Run each part; one that cannot be read is itself a problem."""
        parts: Mapping[str, Callable[[], None]] = {
            "the mailboxes": self._check_mailboxes,
            "the mails": self._check_emails,
            "the lists of mailboxes": self._check_lists,
            "the threads": self._check_threads,
            "the counters": self._check_counters,
            "the indexes": self._check_indexes,
            "the quotas": self._check_quotas,
            "the contacts": partial(self._check_records, CARDS),
            "the calendars": partial(self._check_records, EVENTS),
        }
        for part, check in parts.items():
            try:
                check()
            except Exception as error:  # a damaged store may raise anything
                self._wrong(f"{part} cannot be read: {str(error) or type(error).__name__}")

    def _wrong(self, text: str) -> None:
        self._verified.problems.append(f"{self._name}: {text}")

    def _check_mailboxes(self) -> None:
        self._forest = records.read_all(self._snapshot.records, self._account)
        roles: dict[str, str] = {}
        for mailbox, record in self._forest.items():
            if record.parent is not None and record.parent not in self._forest:
                self._wrong(f"mailbox {mailbox}: its parent {record.parent} is not there")
            if mailbox in records.ancestors(self._forest, mailbox):
                self._wrong(f"mailbox {mailbox}: is inside itself")
            if record.role and roles.setdefault(record.role, mailbox) != mailbox:
                self._wrong(f"mailbox {mailbox}: has the role {record.role}, and so has {roles[record.role]}")
            if records.at_place(self._snapshot.records, self._account, record.parent, record.name) != mailbox:
                self._wrong(f"mailbox {mailbox}: is not found by its name")
            self._listed[mailbox] = set(self._snapshot.messages.in_mailbox(self._account, mailbox))

    def _check_records(self, holding: Holding) -> None:
        for problem in wrong_records(self._snapshot, self._account, holding, self._checked):
            self._wrong(problem)

    def _check_emails(self) -> None:
        ids = self._snapshot.messages.query(self._account, _NEWEST, Window()).ids
        count = self._snapshot.messages.count(self._account)
        if len(ids) != count or len(set(ids)) != count:
            self._wrong(f"{count} mails are counted, and {len(ids)} listed")
        for start in range(0, len(ids), _TOGETHER):
            together = ids[start : start + _TOGETHER]
            stored = self._snapshot.messages.stored(self._account, together)
            for email in together:
                self._progress.advance(1)
                self._verified.emails += 1
                if email not in stored:
                    self._wrong(f"mail {email}: is listed, but not there")
                else:
                    self._check_email(stored[email])

    def _check_email(self, stored: Stored) -> None:
        self._threads[stored.thread].append(stored)
        if not stored.mailboxes:
            self._wrong(f"mail {stored.id}: is in no mailbox")
        for mailbox in stored.mailboxes - self._forest.keys():
            self._wrong(f"mail {stored.id}: is in mailbox {mailbox}, which is not there")
        if stored.blob not in self._checked:
            self._checked.add(stored.blob)
            if problem := self._content_problem(stored):
                self._wrong(f"mail {stored.id}: {problem}")

    def _content_problem(self, stored: Stored) -> str | None:
        try:
            content = self._snapshot.blobs.open(stored.blob)
            found = digest(content)
        except KeyError:
            return f"its content {stored.blob} is gone"
        except OSError as error:
            return f"its content {stored.blob} cannot be read: {error}"
        if found != stored.blob:
            return f"its content is not that of {stored.blob}"
        if len(content) != stored.size:
            return f"it has {len(content)} octets, and {stored.size} are counted"
        return None

    def _check_lists(self) -> None:
        """A mailbox lists exactly the mails that say that they are in it."""
        said: dict[str, set[str]] = defaultdict(set)
        for emails in self._threads.values():
            for stored in emails:
                for mailbox in stored.mailboxes:
                    said[mailbox].add(stored.id)
        for mailbox, listed in self._listed.items():
            for email in sorted(listed ^ said[mailbox]):
                self._wrong(f"mail {email}: its own word and the list of mailbox {mailbox} differ")

    def _check_threads(self) -> None:
        ids = sorted(self._threads)
        for start in range(0, len(ids), _TOGETHER):
            together = ids[start : start + _TOGETHER]
            encoded, missing = self._snapshot.messages.threads(self._account, together)
            for thread in missing:
                self._wrong(f"thread {thread}: has mails, but is not there")
            found = loads(encoded)
            for item in found if isinstance(found, list) else []:
                if isinstance(item, dict) and isinstance(item["emailIds"], list):
                    thread = str(item["id"])
                    if sorted(map(str, item["emailIds"])) != sorted(stored.id for stored in self._threads[thread]):
                        self._wrong(f"thread {thread}: its list and what its mails say differ")

    def _check_counters(self) -> None:
        trash = next((mailbox for mailbox, record in self._forest.items() if record.role == "trash"), None)
        kept = self._snapshot.messages.counts(self._account, sorted(self._forest))
        counted = count(self._threads.values(), trash)
        for mailbox in self._forest:
            said, found = kept.get(mailbox, Counts()), counted.get(mailbox, Counts())
            if said != found:
                self._wrong(f"mailbox {mailbox}: {_shown(said)}; counted {_shown(found)}")

    def _check_quotas(self) -> None:
        """Each limit of the account, and nothing else, is a Quota."""
        limited = quotas.limits(self._snapshot.allowance(self._account))
        shown = quotas.resources(self._snapshot, self._account)
        if sorted(limited) != sorted(shown.values()):
            self._wrong(f"its limits are on {sorted(limited)}, and its quotas on {sorted(shown.values())}")

    def _check_indexes(self) -> None:
        """What only the message index can say of itself."""
        for problem in self._snapshot.messages.check(self._account):
            self._wrong(problem)


def count(threads: Iterable[Sequence[Stored]], trash: str | None) -> dict[str, Counts]:
    """The counters of every mailbox that holds a mail, from scratch (RFC 8621 §2)."""
    counters: dict[str, Counts] = {}
    for thread in threads:
        for mailbox in {mailbox for stored in thread for mailbox in stored.mailboxes}:
            inside = [stored for stored in thread if mailbox in stored.mailboxes]
            # RFC 8621 §2: mail in the trash counts as though it were in a thread of its own.
            shown = inside if mailbox == trash else [stored for stored in thread if stored.mailboxes != {trash}]
            before = counters.get(mailbox, Counts())
            counters[mailbox] = Counts(
                before.total_emails + len(inside),
                before.unread_emails + sum(map(_unread, inside)),
                before.total_threads + 1,
                before.unread_threads + any(map(_unread, shown)),
            )
    return counters


def _unread(stored: Stored) -> bool:
    return not stored.keywords & _READ


def _shown(counts: Counts) -> str:
    return (
        f"{counts.total_emails} mails, {counts.unread_emails} unread, "
        f"{counts.total_threads} threads, {counts.unread_threads} unread"
    )
