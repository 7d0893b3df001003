"""Mail from elsewhere finds the mailbox that its folder means."""

import pytest

from angarium.datatypes.mail.ingest import new_message
from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.record import MailboxRecord
from angarium.datatypes.principals import User
from angarium.flows.filing import Place, fitting, mailbox_for
from angarium.store.contract import Store, Transaction


def file(store: Store, user: User, *path: str) -> MailboxRecord:
    return place(store, user, Place(path))


def place(store: Store, user: User, wanted: Place) -> MailboxRecord:
    mailbox = store.write(lambda transaction: mailbox_for(transaction, user.account, wanted)).result()
    found = store.read(lambda snapshot: records.read(snapshot.records, user.account, mailbox))
    assert found is not None
    return found


def count(store: Store, user: User) -> int:
    return store.read(lambda snapshot: snapshot.records.count(user.account, "Mailbox"))


@pytest.mark.parametrize(
    ("name", "role"),
    [("INBOX", "inbox"), ("Sent", "sent"), ("Sent Items", "sent"), ("Deleted Messages", "trash"), ("SPAM", "junk")],
)
def test_a_name_that_tells_a_role_means_the_mailbox_with_it(store: Store, ann: User, name: str, role: str) -> None:
    assert file(store, ann, name).role == role
    assert count(store, ann) == 6


def test_a_mailbox_of_exactly_that_name_goes_before_the_role(store: Store, ann: User) -> None:
    store.write(lambda transaction: records.add(transaction, ann.account, MailboxRecord("Spam"))).result()
    assert file(store, ann, "Spam").role is None
    assert file(store, ann, "spam").role == "junk"


def test_a_new_mailbox_is_subscribed_stands_behind_the_first_ones_and_is_made_once(store: Store, ann: User) -> None:
    made = file(store, ann, "Work", "2024")
    assert file(store, ann, "Work", "2024") == made
    assert (made.name, made.role, made.sort_order, made.subscribers) == ("2024", None, 100, frozenset({records.OWNER}))
    assert count(store, ann) == 8


def test_a_role_is_given_where_nobody_has_it(store: Store, ann: User) -> None:
    empty = store.write(lambda transaction: transaction.create_account()).result()
    bare = User("U0", "bare", None, empty, 0)
    assert file(store, bare, "Sent Items").role == "sent"
    assert file(store, bare, "Sent").role == "sent"
    assert file(store, bare, "A", "Trash").role is None


def test_a_place_below_another_is_no_role(store: Store, ann: User) -> None:
    assert file(store, ann, "Inbox", "Trash").role is None


def test_an_exported_mailbox_gives_an_unused_one_its_name_order_and_subscription(store: Store, ann: User) -> None:
    found = place(store, ann, Place(("Gesendet",), "sent", 7, False))
    assert (found.name, found.role, found.sort_order, found.subscribers) == ("Gesendet", "sent", 7, frozenset())
    assert count(store, ann) == 6


def test_a_mailbox_in_use_keeps_its_name_and_order(store: Store, ann: User) -> None:
    octets = b"Subject: a\r\n\r\n"
    sent = store.write(lambda transaction: mailbox_for(transaction, ann.account, Place(("Sent",)))).result()

    def fill(transaction: Transaction) -> None:
        transaction.blobs.add(octets)
        transaction.messages.add(ann.account, new_message(octets, [], [sent], 0))

    store.write(fill).result()
    found = place(store, ann, Place(("Gesendet",), "sent", 7, False))
    assert (found.name, found.sort_order, found.subscribers) == ("Sent", 30, frozenset())


def test_a_name_that_another_has_is_not_taken_over(store: Store, ann: User) -> None:
    found = place(store, ann, Place(("Archive",), "sent", 30, True))
    assert found.name == "Sent"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (("a\x00b", " ", ""), ("a_b", "_", "_")),
        (("e\u0301",), ("é",)),
        (("ж" * 200,), ("ж" * 127,)),
        (tuple("abcdefghijkl"), (*"abcdefghi", "j/k/l")),
    ],
)
def test_names_are_made_fit(path: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert fitting(path) == kept


def test_what_is_made_fit_can_be_made(store: Store, ann: User) -> None:
    assert file(store, ann, *("x" * 300 for _ in range(12))).name.startswith("x")
