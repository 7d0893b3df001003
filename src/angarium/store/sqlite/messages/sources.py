"""The ways to walk an account's messages, each a FROM clause, and the choice between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from angarium.store.contract import Expression, Term
from angarium.store.sqlite.messages import statement
from angarium.store.sqlite.messages.counters import Sums
from angarium.store.sqlite.messages.documents import Documents
from angarium.store.sqlite.messages.ids import EVERYWHERE
from angarium.store.sqlite.messages.statement import At, Bindings
from angarium.store.sqlite.messages.terms import keyword_entry, searched


@dataclass(frozen=True, slots=True)
class Source:
    """Tables to walk and the columns in whose order, by time of receipt and id, they can be walked."""

    tables: str
    where: str
    at: At
    received: str
    id: str
    documents: Documents | None = None

    def tables_for(self, fragments: Sequence[str]) -> str:
        """The tables, and the email when a fragment speaks of it."""
        row, email, _ = self.at
        if row == email or not any(f"{email}." in fragment for fragment in fragments):
            return self.tables
        return f"{self.tables} CROSS JOIN email {email} ON {email}.account = {row}.account AND {email}.id = {row}.id"


def mailbox_source(mailbox: int, bindings: Bindings) -> Source:
    """Along the list of a mailbox."""
    return Source(
        "mailbox_email r",
        f"r.account = :account AND r.mailbox = {bindings.bind(mailbox)}",
        At("r", "e"),
        "r.received",
        "r.id",
    )


def keyword_source(entry: str, mailbox: int, bindings: Bindings) -> Source:
    """Along an entry of the keyword index, keeping what is in the mailbox."""
    return Source(
        f"email_keyword w CROSS JOIN mailbox_email r ON r.account = w.account AND r.mailbox = {bindings.bind(mailbox)} "
        "AND r.received = w.received AND r.id = w.id",
        f"w.account = :account AND w.keyword = {bindings.bind(entry)}",
        At("r", "e"),
        "w.received",
        "w.id",
    )


def text_source(documents: Documents, selected: str) -> Source:
    """Along the documents that a SELECT gives as `document`."""
    return Source(
        f"({selected}) d CROSS JOIN email e ON e.document = d.document",
        "1",
        At("e", "e"),
        "e.received",
        "e.id",
        documents,
    )


def listed_source(numbers: str) -> Source:
    """Along emails whose numbers a JSON list bound to this placeholder holds."""
    return Source(
        f"json_each({numbers}) j CROSS JOIN email e ON e.account = :account AND e.id = j.value",
        "1",
        At("e", "e"),
        "e.received",
        "e.id",
    )


def choose(
    mailbox: Term | None, number: int, others: Sequence[Expression], sums: dict[int, Sums], bindings: Bindings
) -> tuple[Source, list[Expression]]:
    """The cheapest source, and what it leaves to be checked; `number` is the mailbox to walk, `sums` its counters."""
    listed, everything = sums[number].total_emails, sums[EVERYWHERE].total_emails
    checked = [mailbox] if mailbox else []
    if listed * statement.LOOK_UP >= everything:
        texts = [text for text in map(searched, others) if text is not None]
        documents = Documents.of(texts, bindings) if texts else None
        if documents:
            rest = [*checked, *(other for other in others if searched(other) is None)]
            return text_source(documents, documents.all_from(":low")), rest
    for part in others:
        entry = keyword_entry(part)
        if entry is not None and bindings.is_rare(entry, listed):
            return keyword_source(entry, number, bindings), [other for other in others if other is not part]
    return mailbox_source(number, bindings), list(others)
