"""A new user comes with an account that is ready for mail."""

from typing import cast

import pytest

from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.principals import Domains, NameTaken, User, all_users
from angarium.flows.provision import new_user, settle_addresses, unsettled
from angarium.formats.json import loads
from angarium.store.contract import Store


def test_a_new_account_has_a_subscribed_mailbox_for_each_role(store: Store, ann: User) -> None:
    found = store.read(lambda snapshot: records.read_all(snapshot.records, ann.account))
    assert [(box.role, box.name) for box in found.values()][:2] == [("inbox", "Inbox"), ("drafts", "Drafts")]
    assert all(records.OWNER in box.subscribers for box in found.values())
    assert len(found) == 6


def test_nothing_is_left_of_a_user_who_could_not_be_made(store: Store, ann: User) -> None:
    with pytest.raises(NameTaken):
        store.write(lambda transaction: new_user(transaction, "ANN", None, ["inbox"], 0)).result()
    with pytest.raises(ValueError, match="no role"):
        store.write(lambda transaction: new_user(transaction, "bob", None, ["inbox", "nothing"], 0)).result()
    assert store.read(all_users) == [ann]
    assert store.read(lambda snapshot: snapshot.accounts()) == [ann.account]


def test_what_comes_with_addresses_follows_the_domains_of_the_server(store: Store, ann: User) -> None:
    def identities() -> list[str]:
        found = store.read(lambda snapshot: snapshot.records.get(ann.account, "Identity"))
        return [cast("dict[str, str]", loads(value))["email"] for value in found.values()]

    def settle(domains: Domains) -> None:
        assert store.read(lambda snapshot: unsettled(snapshot, domains)) == [ann]
        store.write(lambda transaction: settle_addresses(transaction, ann, domains)).result()
        assert store.read(lambda snapshot: unsettled(snapshot, domains)) == []

    for names in (("example.com",), ("example.com", "example.org"), ("example.org",)):
        settle(Domains(names))
        assert identities() == [f"ann@{name}" for name in names]
