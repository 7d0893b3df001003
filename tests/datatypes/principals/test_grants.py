"""Grants let a user into the account of another, and principals show exactly that."""

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.engine.access import AccountAccess, Principal, account_id
from angarium.store.contract import Store


def add(store: Store, name: str) -> User:
    return store.write(lambda transaction: principals.add(transaction, name, None, 0)).result()


def principal(store: Store, user: User) -> Principal:
    found = store.read(lambda snapshot: principals.principal(snapshot, user.id))
    assert found is not None
    return found


def test_a_user_sees_the_own_account_first_and_then_those_granted(store: Store) -> None:
    ann, bob, cas = add(store, "ann"), add(store, "bob"), add(store, "cas")
    store.write(lambda transaction: principals.grant(transaction, cas.account, ann, True)).result()
    store.write(lambda transaction: principals.grant(transaction, bob.account, ann, False)).result()
    assert list(principal(store, ann).accounts.values()) == [
        AccountAccess(ann.account, "ann", personal=True, read_only=False),
        AccountAccess(cas.account, "cas", personal=False, read_only=True),
        AccountAccess(bob.account, "bob", personal=False, read_only=False),
    ]
    assert list(principal(store, bob).accounts) == [account_id(bob.account)]


def test_a_second_grant_replaces_the_first(store: Store) -> None:
    ann, bob = add(store, "ann"), add(store, "bob")
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, True)).result()
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, False)).result()
    [given] = store.read(lambda snapshot: principals.grants_of_account(snapshot, ann.account))
    assert not given.read_only


def test_the_same_grant_again_changes_nothing(store: Store) -> None:
    ann, bob = add(store, "ann"), add(store, "bob")
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, True)).result()
    before = principal(store, bob).state
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, True)).result()
    assert principal(store, bob).state == before


def test_a_grant_and_its_end_move_the_session_state(store: Store) -> None:
    ann, bob = add(store, "ann"), add(store, "bob")
    states = [principal(store, bob).state]
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, True)).result()
    states.append(principal(store, bob).state)
    assert store.write(lambda transaction: principals.revoke(transaction, ann.account, bob)).result()
    states.append(principal(store, bob).state)
    assert len(set(states)) == 3
    assert list(principal(store, bob).accounts) == [account_id(bob.account)]


def test_what_was_not_granted_cannot_be_revoked(store: Store) -> None:
    ann, bob = add(store, "ann"), add(store, "bob")
    assert not store.write(lambda transaction: principals.revoke(transaction, ann.account, bob)).result()


def test_nobody_is_let_into_the_own_account(store: Store) -> None:
    ann = add(store, "ann")
    with pytest.raises(ValueError, match="owns"):
        store.write(lambda transaction: principals.grant(transaction, ann.account, ann, True)).result()


def test_the_account_of_a_removed_user_is_no_longer_seen(store: Store) -> None:
    ann, bob = add(store, "ann"), add(store, "bob")
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, True)).result()
    store.write(lambda transaction: principals.remove(transaction, ann)).result()
    assert list(principal(store, bob).accounts) == [account_id(bob.account)]
