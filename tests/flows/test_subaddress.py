"""The detail of an address names a mailbox that is there."""

import pytest

from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.record import MailboxRecord
from angarium.datatypes.principals import User
from angarium.flows.subaddress import mailbox_of
from angarium.store.contract import Store


def add(store: Store, user: User, name: str, parent: str | None = None) -> str:
    return store.write(lambda t: records.add(t, user.account, MailboxRecord(name, parent))).result()


def found(store: Store, user: User, detail: str | None) -> str:
    mailbox = store.write(lambda transaction: mailbox_of(transaction, user.account, detail)).result()
    read = store.read(lambda snapshot: records.read(snapshot.records, user.account, mailbox))
    assert read is not None
    return read.role or mailbox


@pytest.mark.parametrize("detail", [None, "", "no such mailbox", "Work/Nothing", "/", "."])
def test_what_names_nothing_goes_to_the_inbox_and_makes_nothing(store: Store, ann: User, detail: str | None) -> None:
    before = store.read(lambda snapshot: snapshot.records.count(ann.account, "Mailbox"))
    assert found(store, ann, detail) == "inbox"
    assert store.read(lambda snapshot: snapshot.records.count(ann.account, "Mailbox")) == before


def test_a_mailbox_is_found_by_its_path_whatever_the_case(store: Store, ann: User) -> None:
    work = add(store, ann, "Wörk")
    below = add(store, ann, "a.b", work)
    assert {found(store, ann, detail) for detail in ("wörk", "WÖRK", "Wo\u0308rk")} == {work}
    assert {found(store, ann, detail) for detail in ("wörk/a.b", "WÖRK.A.B")} == {below}
    assert found(store, ann, "a.b") == "inbox"


def test_a_role_names_its_mailbox_unless_another_has_that_name(store: Store, ann: User) -> None:
    assert found(store, ann, "JUNK") == "junk"
    other = add(store, ann, "junk", add(store, ann, "Work"))
    assert found(store, ann, "junk") == "junk"
    archive = next(
        key
        for key, record in store.read(lambda snapshot: records.read_all(snapshot.records, ann.account)).items()
        if record.role == "archive"
    )
    assert found(store, ann, "work/junk") == other
    assert found(store, ann, "archive") in ("archive", archive)
