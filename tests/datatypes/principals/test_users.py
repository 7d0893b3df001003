"""Users: made, found, changed, removed with everything that names them."""

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import NameTaken, UnfitName, User
from angarium.store.contract import DIRECTORY, Store

NOW = 1_790_000_000_000


def add(store: Store, name: str) -> User:
    return store.write(lambda transaction: principals.add(transaction, name, "hash", NOW)).result()


def test_a_user_is_found_by_name_whatever_its_case(store: Store) -> None:
    ann = add(store, "Ann@Example.org")
    assert store.read(lambda snapshot: principals.by_name(snapshot, "ann@example.ORG")) == ann
    assert store.read(lambda snapshot: principals.by_name(snapshot, "bob")) is None
    assert (ann.name, ann.password_hash, ann.created) == ("Ann@Example.org", "hash", NOW)


def test_letters_count_as_the_same_however_they_are_composed(store: Store) -> None:
    zoe = add(store, "Zoe\u0308")
    assert zoe.name == "Zoë"
    assert store.read(lambda snapshot: principals.by_name(snapshot, "ZOË")) == zoe


def test_no_two_users_have_one_name(store: Store) -> None:
    add(store, "ann")
    with pytest.raises(NameTaken):
        add(store, "ANN")
    assert len(store.read(principals.all_users)) == 1


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a/b", "a\n", "..", "-x", "x" * 201, "a\u200bb", "a%2fb", "\ud800"])
def test_a_name_that_would_break_sign_in_or_paths_is_refused(store: Store, name: str) -> None:
    with pytest.raises(UnfitName):
        add(store, name)


def test_users_are_listed_by_name(store: Store) -> None:
    for name in ("bob", "Ann", "cas"):
        add(store, name)
    assert [user.name for user in store.read(principals.all_users)] == ["Ann", "bob", "cas"]


def test_a_changed_password_is_kept_and_moves_the_session_state(store: Store) -> None:
    ann = add(store, "ann")
    before = store.read(lambda snapshot: principals.principal(snapshot, ann.id))
    store.write(lambda transaction: principals.set_password_hash(transaction, ann, "other")).result()
    kept = store.read(lambda snapshot: principals.by_name(snapshot, "ann"))
    after = store.read(lambda snapshot: principals.principal(snapshot, ann.id))
    assert kept is not None
    assert kept.password_hash == "other"
    assert before is not None
    assert after is not None
    assert before.state != after.state


def test_a_removed_user_leaves_neither_account_nor_grants(store: Store) -> None:
    ann, bob, cas = add(store, "ann"), add(store, "bob"), add(store, "cas")
    store.write(lambda transaction: principals.grant(transaction, ann.account, bob, False)).result()
    store.write(lambda transaction: principals.grant(transaction, bob.account, ann, False)).result()
    store.write(lambda transaction: principals.grant(transaction, bob.account, cas, True)).result()
    store.write(lambda transaction: principals.remove(transaction, ann)).result()
    assert store.read(lambda snapshot: snapshot.accounts()) == [bob.account, cas.account]
    assert store.read(lambda snapshot: principals.principal(snapshot, ann.id)) is None
    assert [given.user for given in store.read(principals.all_grants)] == [cas.id]
    assert store.read(lambda snapshot: principals.owner(snapshot, ann.account)) is None


def test_the_directory_is_no_account(store: Store) -> None:
    add(store, "ann")
    assert DIRECTORY not in store.read(lambda snapshot: snapshot.accounts())
