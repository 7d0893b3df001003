"""The index of an export, both ways."""

import pytest

from angarium.formats.errors import FormatError
from angarium.formats.mailstore import ExportedMailbox, ExportedMessage, Index, head, parse_index, tail

MAILBOXES = (
    ExportedMailbox("", ("Inbox",), "inbox", 10, True),
    ExportedMailbox(".A.B", ("A", "B"), None, 0, False),
)
MESSAGES = (
    ExportedMessage(("cur/1:2,", ".A.B/cur/1:2,"), 1577934245_123, ("$seen", "work"), ("", ".A.B")),
    ExportedMessage(("cur/2:2,",), 0, (), ("",)),
)


def test_what_is_written_is_read_back() -> None:
    text = head("ann", 0, MAILBOXES) + b",\n".join(message.line() for message in MESSAGES) + tail()
    assert parse_index(text) == Index(MAILBOXES, MESSAGES)


def test_an_empty_export_is_read_back() -> None:
    assert parse_index(head("ann", 0, ()) + tail()) == Index((), ())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"angarium":{"version":2}}',
        b'{"angarium":{"version":1}}',
        b'{"angarium":{"version":1},"mailboxes":[],"messages":[{}]}',
        b'{"angarium":{"version":1},"mailboxes":[{"folder":"","path":[]}],"messages":[]}',
        b'{"angarium":{"version":1},"mailboxes":[],"messages":'
        b'[{"files":[],"receivedAt":"now","keywords":[],"mailboxes":[]}]}',
    ],
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(FormatError):
        parse_index(text)
