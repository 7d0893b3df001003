"""Invariants of the message index (`angarium verify`): everything that follows from the emails agrees with them."""

# ruff: noqa: S608 (SQL is made of the names in this package, values are bound)

from collections.abc import Mapping
from typing import Final

import apsw

from angarium.store.sqlite.messages import counters
from angarium.store.sqlite.messages.ids import EVERYWHERE, first_document, last_document
from angarium.store.sqlite.messages.keywords import UNSEEN

_SPAN: Final = "BETWEEN :low AND :high"

# What is broken, and a query for up to ten examples of it.
_CHECKS: Final[Mapping[str, str]] = {
    "is missing from the list of all emails": f"""
        SELECT 'M' || id FROM email e WHERE account = :account AND NOT EXISTS (
            SELECT 1 FROM mailbox_email m WHERE m.account = :account AND m.mailbox = {EVERYWHERE}
            AND m.received = e.received AND m.id = e.id AND m.thread = e.thread)""",
    "stands in a mailbox list against its mailboxIds": f"""
        SELECT 'M' || id FROM (
            SELECT id, mailbox FROM mailbox_email WHERE account = :account AND mailbox <> {EVERYWHERE}
            EXCEPT SELECT e.id, CAST(substr(j.key, 2) AS INTEGER) FROM email e, json_each(e.mailbox_ids) j
            WHERE e.account = :account)""",
    "is missing from a mailbox list": f"""
        SELECT 'M' || id FROM (
            SELECT e.id, CAST(substr(j.key, 2) AS INTEGER) FROM email e, json_each(e.mailbox_ids) j
            WHERE e.account = :account
            EXCEPT SELECT id, mailbox FROM mailbox_email WHERE account = :account AND mailbox <> {EVERYWHERE})""",
    "differs in a list from its own row": """
        SELECT DISTINCT 'M' || m.id FROM mailbox_email m
        LEFT JOIN email e ON e.account = m.account AND e.id = m.id
        WHERE m.account = :account AND (m.received, m.thread, m.flags) IS NOT (e.received, e.thread, e.flags)""",
    "stands in the keyword index against its keywords": """
        SELECT 'M' || id FROM (
            SELECT id, keyword, received FROM email_keyword WHERE account = :account
            EXCEPT {indexed})""",
    "is missing from the keyword index": """
        SELECT 'M' || id FROM (
            {indexed} EXCEPT SELECT id, keyword, received FROM email_keyword WHERE account = :account)""",
    "has no thread": """
        SELECT 'M' || id FROM email e WHERE account = :account
        AND NOT EXISTS (SELECT 1 FROM thread t WHERE t.account = :account AND t.id = e.thread)""",
    "is in no list": """
        SELECT 'T' || id FROM thread t WHERE account = :account
        AND NOT EXISTS (
            SELECT 1 FROM mailbox_email m INDEXED BY mailbox_thread WHERE m.account = :account AND m.thread = t.id)""",
    "has ended and still owns keys": """
        SELECT 'T' || thread FROM thread_key k WHERE account = :account
        AND NOT EXISTS (SELECT 1 FROM thread t WHERE t.account = :account AND t.id = k.thread)""",
    "has no metadata": """
        SELECT 'M' || id FROM email e WHERE account = :account
        AND NOT EXISTS (SELECT 1 FROM email_metadata d WHERE d.document = e.document)""",
    "has another account's document key": f"""
        SELECT 'M' || id FROM email WHERE account = :account AND document NOT {_SPAN}""",
    "is not in full text": """
        SELECT 'M' || id FROM email e WHERE account = :account
        AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.document = e.document)
        AND NOT EXISTS (SELECT 1 FROM email_text t WHERE t.rowid = e.document)""",
    "is in full text twice": """
        SELECT 'M' || id FROM email e WHERE account = :account
        AND EXISTS (SELECT 1 FROM waiting w WHERE w.document = e.document)
        AND EXISTS (SELECT 1 FROM email_text t WHERE t.rowid = e.document)""",
    "is a document of no email": f"""
        SELECT document FROM (
            SELECT document FROM waiting WHERE document {_SPAN}
            UNION SELECT rowid FROM email_text WHERE rowid {_SPAN}
            UNION SELECT document FROM email_metadata WHERE document {_SPAN}
            EXCEPT SELECT document FROM email WHERE account = :account)""",
}

_INDEXED: Final = f"""
    SELECT id, keyword, received FROM (SELECT e.id, j.key AS keyword, e.received FROM email e, json_each(e.keywords) j
    WHERE e.account = :account AND j.key <> '$seen'
    UNION ALL SELECT e.id, '{UNSEEN}', e.received FROM email e
    WHERE e.account = :account AND json_type(e.keywords, '$."$seen"') IS NULL)
"""


def check(connection: apsw.Connection, account: int) -> list[str]:
    """What is broken in an account, each as a sentence; up to ten of a kind."""
    values = {"account": account, "low": first_document(account), "high": last_document(account)}
    found = []
    for problem, sql in _CHECKS.items():
        limited = f"SELECT * FROM ({sql.replace('{indexed}', _INDEXED)}) LIMIT 10"
        found += [f"{name} {problem}" for (name,) in connection.execute(limited, values)]
    return [*found, *_counters(connection, account), *_keyword_counts(connection, account)]


def _counters(connection: apsw.Connection, account: int) -> list[str]:
    kept = {mailbox: sums for mailbox, sums in counters.read_all(connection, account, EVERYWHERE).items() if any(sums)}
    counted = dict(counters.of_account(connection, account))
    return [
        f"the counters of B{mailbox} are {tuple(kept.get(mailbox, ()))} instead of {tuple(counted.get(mailbox, ()))}"
        for mailbox in sorted(kept.keys() | counted.keys())
        if kept.get(mailbox) != counted.get(mailbox)
    ]


def _keyword_counts(connection: apsw.Connection, account: int) -> list[str]:
    wrong = """
        SELECT keyword FROM (
            SELECT keyword, emails FROM keyword_count WHERE account = :account AND emails <> 0
            EXCEPT SELECT keyword, count(*) FROM email_keyword WHERE account = :account GROUP BY keyword
        ) UNION SELECT keyword FROM (
            SELECT keyword, count(*) FROM email_keyword WHERE account = :account GROUP BY keyword
            EXCEPT SELECT keyword, emails FROM keyword_count WHERE account = :account
        )"""
    rows = connection.execute(wrong, {"account": account})
    return [f"the counter of the keyword {keyword} is wrong" for (keyword,) in rows]
