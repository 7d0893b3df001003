"""The tables of the message index.

`email` holds what filters and sorts look at, a few hundred octets a row; `email_metadata` the encoded JSON that only
reading a message needs, in the order of `document` so that the newest messages are neighbours. `mailbox_email` is the
message list, clustered in the order in which it is shown; mailbox 0 holds every email of the account. Columns of
metadata and text carry the names of RFC 8621.
"""

from typing import Final

from angarium.store.contract import METADATA

TEXT_COLUMNS: Final = ("from", "to", "cc", "bcc", "subject", "body", "attachments")
"""Columns of full text; the first six are filters of the same name (RFC 8621 §4.4.1)."""

_METADATA_COLUMNS = ",\n    ".join(f'"{name}" BLOB NOT NULL' for name in METADATA)
_TEXT_COLUMNS = ",\n    ".join(f'"{name}" TEXT NOT NULL' for name in TEXT_COLUMNS)

DDL: Final = f"""
CREATE TABLE email (
    account INTEGER NOT NULL,
    id INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    thread INTEGER NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    received INTEGER NOT NULL,              -- epoch milliseconds, as is sent
    sent INTEGER,
    flags INTEGER NOT NULL,                 -- common keywords and hasAttachment as bits
    document INTEGER NOT NULL,              -- rowid of email_metadata and email_text: account, second, sequence
    keywords TEXT NOT NULL,                 -- the JSON of the properties keywords and mailboxIds
    mailbox_ids TEXT NOT NULL,
    sort_subject TEXT NOT NULL,
    sort_from TEXT NOT NULL,
    sort_to TEXT NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE INDEX email_modified ON email (account, modified);
CREATE INDEX email_blob ON email (blob, account);
CREATE UNIQUE INDEX email_document ON email (document);

CREATE TABLE email_metadata (
    document INTEGER PRIMARY KEY,
    "receivedAt" BLOB NOT NULL,
    {_METADATA_COLUMNS}
);

CREATE TABLE mailbox_email (
    account INTEGER NOT NULL,
    mailbox INTEGER NOT NULL,
    received INTEGER NOT NULL,
    id INTEGER NOT NULL,
    thread INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (account, mailbox, received, id)
) WITHOUT ROWID;
CREATE INDEX mailbox_thread ON mailbox_email (account, thread, mailbox, received, id);

CREATE TABLE email_keyword (
    account INTEGER NOT NULL,
    keyword TEXT NOT NULL,
    received INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (account, keyword, received, id)
) WITHOUT ROWID;

CREATE TABLE keyword_count (
    account INTEGER NOT NULL,
    keyword TEXT NOT NULL,
    emails INTEGER NOT NULL,
    PRIMARY KEY (account, keyword)
) WITHOUT ROWID;

CREATE TABLE thread (
    account INTEGER NOT NULL,
    id INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE INDEX thread_modified ON thread (account, modified);

CREATE TABLE thread_key (
    account INTEGER NOT NULL,
    key INTEGER NOT NULL,                   -- hash of a message-id and the base subject
    thread INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE INDEX thread_key_thread ON thread_key (account, thread);

CREATE TABLE mailbox_count (
    account INTEGER NOT NULL,
    mailbox INTEGER NOT NULL,
    total_emails INTEGER NOT NULL,
    unread_emails INTEGER NOT NULL,
    total_threads INTEGER NOT NULL,
    unread_threads INTEGER NOT NULL,
    unseen_emails INTEGER NOT NULL,         -- without $seen, drafts included: totals of that query
    unseen_threads INTEGER NOT NULL,
    octets INTEGER NOT NULL DEFAULT 0,      -- of all emails, in the row of mailbox 0
    PRIMARY KEY (account, mailbox)
) WITHOUT ROWID;

CREATE TABLE trash (
    account INTEGER PRIMARY KEY,
    mailbox INTEGER NOT NULL
);

CREATE TABLE waiting (
    document INTEGER PRIMARY KEY,
    {_TEXT_COLUMNS}
);

CREATE VIRTUAL TABLE email_text USING fts5 (
    {", ".join(f'"{name}"' for name in TEXT_COLUMNS)},
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii'                      -- text comes prepared: it only has to be cut at spaces
);
"""
