"""What the administrator sees of mail that waits."""

from angarium.datatypes.submission import Address, Envelope, enqueue
from angarium.store.contract import AccountKey, Transaction
from angarium.store.sqlite import open_store
from tests.app.cli.program import Program


def test_a_header_that_is_shown_moves_no_cursor_and_paints_nothing(ann: Program) -> None:
    letter = "Subject: caf\u00e9\r\n\tand more\r\nX-Evil: \x1b]0;owned\x07\x9b2J\u202e\r\n\r\n\x1b[2J".encode()
    store = open_store(ann.data)

    def put(transaction: Transaction) -> str:
        envelope = Envelope(Address("ann@localhost"), (Address("bo@elsewhere.example"),))
        return enqueue(transaction, AccountKey(1), envelope, transaction.blobs.add(letter), 1_790_000_000_000)

    record = store.write(put).result()
    store.close()
    shown = ann.good("queue", "show", record)
    assert shown.endswith("\n\nSubject: café\n\tand more\nX-Evil: \\x1b]0;owned\\x07\\x9b2J\\u202e\n")
