"""What the message index must answer, worked out the slow and plain way over a list of emails."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cmp_to_key

from angarium.formats.primitives import parse_utc
from angarium.formats.searchtext import parse_query, prepare
from angarium.store.contract import All, Counts, Either, Expression, MessageQuery, Neither, Order, Term
from tests.store.messages.samples import Sample

COLUMNS = {"from": "from_"}


@dataclass
class Email:
    facts: Sample
    thread: int
    id: int = 0


@dataclass
class Model:
    """Emails by name, threads as owners of keys."""

    most_emails: int
    trash: str | None = None
    emails: dict[str, Email] = field(default_factory=dict)
    owner: dict[tuple[str, str], int] = field(default_factory=dict)
    threads: int = 0

    def add(self, facts: Sample) -> None:
        facts = replace(facts, keywords=frozenset(keyword.lower() for keyword in facts.keywords))
        keys = [(message_id, "".join(facts.subject.split()).casefold()) for message_id in facts.message_ids]
        sizes = {self.owner[key]: len(self.thread(self.owner[key])) for key in keys if key in self.owner}
        room, chosen = self.most_emails - 1, []
        for thread in sorted(sizes, key=lambda thread: (-sizes[thread], self._oldest(thread))):
            if sizes[thread] <= room:
                chosen.append(thread)
                room -= sizes[thread]
        if not chosen:
            self.threads += 1
            chosen = [self.threads]
        for key in keys:
            self.owner[key] = chosen[0]
        for merged in chosen[1:]:
            for email in self.thread(merged):
                email.thread = chosen[0]
            for key, thread in self.owner.items():
                if thread == merged:
                    self.owner[key] = chosen[0]
        self.emails[facts.name] = Email(facts, chosen[0])

    def _oldest(self, thread: int) -> int:
        return thread

    def thread(self, thread: int) -> list[Email]:
        return [email for email in self.emails.values() if email.thread == thread]

    def update(self, name: str, keywords: frozenset[str] | None, mailboxes: frozenset[str] | None) -> None:
        email = self.emails[name]
        if keywords is not None:
            email.facts = replace(email.facts, keywords=frozenset(keyword.lower() for keyword in keywords))
        if mailboxes is not None:
            email.facts = replace(email.facts, mailboxes=mailboxes)

    def destroy(self, name: str) -> None:
        thread = self.emails.pop(name).thread
        if not self.thread(thread):
            self.owner = {key: owner for key, owner in self.owner.items() if owner != thread}

    # --- RFC 8621 §2 ---

    def counts(self, mailbox: str) -> Counts:
        inside = [email for email in self.emails.values() if mailbox in email.facts.mailboxes]
        threads = {email.thread for email in inside}
        return Counts(
            total_emails=len(inside),
            unread_emails=sum(_unread(email) for email in inside),
            total_threads=len(threads),
            unread_threads=sum(self._thread_unread(thread, mailbox) for thread in threads),
        )

    def _thread_unread(self, thread: int, mailbox: str) -> bool:
        def considered(email: Email) -> bool:
            if mailbox == self.trash:
                return self.trash in email.facts.mailboxes
            return email.facts.mailboxes != {self.trash}

        return any(_unread(email) and considered(email) for email in self.thread(thread))

    # --- RFC 8621 §4.4 ---

    def query(self, query: MessageQuery) -> list[int]:
        found = [email for email in self.emails.values() if query.filter is None or self.matches(email, query.filter)]
        sort = query.sort or (Order("receivedAt", ascending=False),)
        found.sort(key=cmp_to_key(self._comparison(sort)))
        if not query.collapse_threads:
            return [email.id for email in found]
        seen: set[int] = set()
        first = []
        for email in found:
            if email.thread not in seen:
                seen.add(email.thread)
                first.append(email.id)
        return first

    def _comparison(self, sort: tuple[Order, ...]) -> Callable[[Email, Email], int]:
        def compare(one: Email, other: Email) -> int:
            for order in sort:
                a, b = self._key(one, order), self._key(other, order)
                if a != b:
                    return -1 if (a < b) is order.ascending else 1
            return (one.id > other.id) - (one.id < other.id) if sort[0].ascending else other.id - one.id

        return compare

    def _key(self, email: Email, order: Order) -> tuple[int, str]:
        facts = email.facts
        match order.property:
            case "receivedAt":
                return facts.received, ""
            case "sentAt":
                return (-(10**18) if facts.sent is None else facts.sent), ""
            case "size":
                return facts.size, ""
            case "id":
                return email.id, ""
            case "from":
                return 0, facts.sender
            case "to":
                return 0, facts.to
            case "subject":
                return 0, facts.subject
        keyword = (order.keyword or "").lower()
        having = [keyword in other.facts.keywords for other in self.thread(email.thread)]
        match order.property:
            case "hasKeyword":
                return int(keyword in facts.keywords), ""
            case "allInThreadHaveKeyword":
                return int(all(having)), ""
            case "someInThreadHaveKeyword":
                return int(any(having)), ""
        raise AssertionError(order)

    def matches(self, email: Email, expression: Expression) -> bool:
        match expression:
            case All(parts):
                return all(self.matches(email, part) for part in parts)
            case Either(parts):
                return any(self.matches(email, part) for part in parts)
            case Neither(parts):
                return not any(self.matches(email, part) for part in parts)
            case Term():
                return self._term(email, expression)

    def _term(self, email: Email, term: Term) -> bool:
        facts, value = email.facts, term.value
        match term.name, value:
            case "inMailbox", str():
                return value in facts.mailboxes
            case "inMailboxOtherThan", list():
                return any(mailbox not in value for mailbox in facts.mailboxes)
            case "before", str():
                return facts.received < (parse_utc(value) or 0)
            case "after", str():
                return facts.received >= (parse_utc(value) or 0)
            case "minSize", int():
                return facts.size >= value
            case "maxSize", int():
                return facts.size < value
            case "hasAttachment", bool():
                return facts.has_attachment is value
            case "hasKeyword", str():
                return value.lower() in facts.keywords
            case "notKeyword", str():
                return value.lower() not in facts.keywords
            case ("allInThreadHaveKeyword" | "someInThreadHaveKeyword" | "noneInThreadHaveKeyword") as name, str():
                having = [value.lower() in other.facts.keywords for other in self.thread(email.thread)]
                return {"a": all(having), "s": any(having), "n": not any(having)}[name[0]]
            case "text", str():
                return _contains(facts, value, ("from_", "to", "cc", "bcc", "subject", "body", "attachments"))
            case name, str():
                return _contains(facts, value, (COLUMNS.get(name, name),))
        raise AssertionError(term)


def _unread(email: Email) -> bool:
    return not email.facts.keywords & {"$seen", "$draft"}


def _contains(facts: Sample, text: str, columns: tuple[str, ...]) -> bool:
    prepared = [prepare(getattr(facts.text, column)) for column in columns]
    words = parse_query(text)
    if not words:
        return not text.strip()
    return all(any(word.needle in column for column in prepared) for word in words)
