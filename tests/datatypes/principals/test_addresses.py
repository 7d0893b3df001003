"""Addresses: whose they are, and whom mail for them reaches."""

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import Domains, NameTaken, Recipient, UnfitAddress, User
from angarium.store.contract import Store

HERE = Domains(("example.org", "exämple.net"))


def add(store: Store, name: str) -> User:
    return store.write(lambda transaction: principals.add(transaction, name, None, 0)).result()


def give(store: Store, user: User, address: str) -> User:
    return store.write(lambda transaction: principals.give(transaction, HERE, user, address)).result()


def reached(store: Store, address: str) -> tuple[str, str | None] | None:
    found: Recipient | None = store.read(lambda snapshot: principals.recipient(snapshot, HERE, address))
    return None if found is None else (found.user.name, found.detail)


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("ann@example.org", ("ann", None)),
        ("ANN@Example.ORG", ("ann", None)),
        ("ann@xn--exmple-cua.net", ("ann", None)),
        ("ann@XN--Exmple-CUA.net", ("ann", None)),
        ("ann", ("ann", None)),
        ("ann+lists@example.org", ("ann", "lists")),
        ("ann+a+b@example.org", ("ann", "a+b")),
        ("ann+Work", ("ann", "Work")),
        ("bob@other.example", ("bob@other.example", None)),
        ("bob+x@other.example", ("bob@other.example", "x")),
        ("sales@example.org", ("ann", None)),
        ("Sales", ("ann", None)),
        ("sales+eu@example.org", ("ann", "eu")),
        ("ann@other.example", None),
        ("nobody@example.org", None),
        ("+ann@example.org", None),
        ("@example.org", None),
        ("", None),
        ("bob@example.org", None),
    ],
)
def test_mail_reaches_whom_the_address_names(store: Store, address: str, who: tuple[str, str | None] | None) -> None:
    give(store, add(store, "ann"), "sales@example.org")
    add(store, "bob@other.example")
    assert reached(store, address) == who


def test_an_address_with_a_plus_of_its_own_goes_before_a_detail(store: Store) -> None:
    add(store, "ann")
    give(store, add(store, "bob"), "ann+bob@example.org")
    assert reached(store, "ann+bob@example.org") == ("bob", None)


def test_a_user_owns_own_addresses_with_any_detail_and_no_others(store: Store) -> None:
    ann = give(store, add(store, "ann"), "sales@example.org")
    owned = ["ann@example.org", "Ann@exämple.net", "ann+x@example.org", "sales@example.org", "SALES+y@example.org"]
    assert all(principals.owns(ann, HERE, address) for address in owned)
    strange = ["bob@example.org", "ann@other.example", "ann", "", "x+ann@example.org"]
    assert not any(principals.owns(ann, HERE, address) for address in strange)
    assert principals.addresses(ann, HERE) == ("ann@example.org", "ann@exämple.net", "sales@example.org")


def test_no_address_belongs_to_two_users(store: Store) -> None:
    ann = give(store, add(store, "ann"), "sales@example.org")
    bob = add(store, "bob")
    for taken in ("sales@example.org", "SALES@example.org", "ann@example.org"):
        with pytest.raises(NameTaken):
            give(store, bob, taken)
    with pytest.raises(NameTaken):
        add(store, "sales@example.org")
    assert ann.addresses == ("sales@example.org",)


def test_an_address_that_was_taken_back_reaches_nobody(store: Store) -> None:
    ann = give(store, add(store, "ann"), "sales@example.org")
    store.write(lambda transaction: principals.take(transaction, ann, "Sales@example.org")).result()
    assert reached(store, "sales@example.org") is None
    left = store.read(lambda snapshot: principals.by_name(snapshot, "ann"))
    assert left is not None
    assert store.write(lambda transaction: principals.take(transaction, left, "sales@example.org")).result() is None


@pytest.mark.parametrize(
    "address",
    ["ann", "@example.org", "ann@", "a b@example.org", "a\r\n@x.org", "a..b@x.org", ".a@x.org", "a@x..org", "<a@x.org>",
     "a" * 65 + "@x.org", "a@" + "x" * 254, "a\u0000@x.org", 'a"b@x.org', "a@b@x.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused(store: Store, address: str) -> None:
    ann = add(store, "ann")
    with pytest.raises(UnfitAddress):
        give(store, ann, address)
