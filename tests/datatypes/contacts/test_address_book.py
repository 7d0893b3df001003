"""AddressBook (RFC 9610 §2)."""

from typing import Any

import pytest

from tests.datatypes.contacts.desk import Desk, named


def _default(desk: Desk) -> list[str]:
    return [name for name, book in desk.books().items() if book["isDefault"]]


def test_an_account_begins_with_one_book_that_is_the_default(ann: Desk) -> None:
    assert list(ann.books().values()) == [
        {
            "id": ann.book,
            "name": "Contacts",
            "description": None,
            "sortOrder": 0,
            "isDefault": True,
            "isSubscribed": True,
            "shareWith": None,
            "myRights": {"mayRead": True, "mayWrite": True, "mayShare": False, "mayDelete": True},
        }
    ]


def test_a_create_tells_what_the_client_did_not_say(ann: Desk) -> None:
    made = ann.call("AddressBook/set", create={"a": {"name": "Work", "sortOrder": 3}})["created"]["a"]
    assert made.pop("id")
    assert made == {
        "description": None,
        "isDefault": False,
        "isSubscribed": True,
        "shareWith": None,
        "myRights": {"mayRead": True, "mayWrite": True, "mayShare": False, "mayDelete": True},
    }


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 256}, ["name"]),
        ({"name": "é" * 128}, ["name"]),
        ({"name": "two\r\nlines"}, ["name"]),
        ({"name": "a", "sortOrder": 2**31}, ["sortOrder"]),
        ({"name": "a", "sortOrder": -1, "description": 7}, ["sortOrder", "description"]),
        ({"name": "a", "isDefault": True}, ["isDefault"]),
        ({"name": "a", "myRights": {}}, ["myRights"]),
        ({"name": "a", "colour": "red"}, ["colour"]),
    ],
)
def test_what_no_book_may_have_is_told_by_name(ann: Desk, properties: dict[str, Any], wrong: list[str]) -> None:
    refused = ann.call("AddressBook/set", create={"a": properties})["notCreated"]["a"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", wrong)


def test_a_client_cannot_set_the_default_by_hand(ann: Desk) -> None:
    work = ann.new_book("Work")
    refused = ann.call("AddressBook/set", update={work: {"isDefault": True}})["notUpdated"][work]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["isDefault"])


def test_the_default_changes_on_success_and_both_books_are_told(ann: Desk) -> None:
    first, work = ann.book, ann.new_book("Work")
    answer = ann.call("AddressBook/set", onSuccessSetIsDefault=work)
    assert answer["updated"] == {first: {"isDefault": False}, work: {"isDefault": True}}
    assert answer["oldState"] != answer["newState"]
    assert _default(ann) == ["Work"]
    changes = ann.call("AddressBook/changes", sinceState=answer["oldState"])
    assert sorted(changes["updated"]) == sorted([first, work])


def test_a_book_becomes_the_default_in_the_call_that_makes_it(ann: Desk) -> None:
    first = ann.book
    answer = ann.call("AddressBook/set", create={"w": {"name": "Work"}}, onSuccessSetIsDefault="#w")
    assert answer["created"]["w"]["isDefault"] is True
    assert answer["updated"] == {first: {"isDefault": False}}
    assert _default(ann) == ["Work"]


@pytest.mark.parametrize("wanted", ["A999", "#nothing", "nonsense"])
def test_a_default_that_is_no_book_is_passed_over_in_silence(ann: Desk, wanted: str) -> None:
    answer = ann.call("AddressBook/set", onSuccessSetIsDefault=wanted)
    assert (answer["updated"], answer["oldState"]) == (None, answer["newState"])
    assert _default(ann) == ["Contacts"]


def test_the_default_stays_when_anything_in_the_call_fails(ann: Desk) -> None:
    work = ann.new_book("Work")
    answer = ann.call("AddressBook/set", update={"A999": {"name": "x"}}, onSuccessSetIsDefault=work)
    assert answer["updated"] is None
    assert _default(ann) == ["Contacts"]


def test_another_book_is_the_default_when_the_default_goes(ann: Desk) -> None:
    first, work = ann.book, ann.new_book("Work")
    answer = ann.call("AddressBook/set", destroy=[first])
    assert (answer["destroyed"], answer["updated"]) == ([first], {work: {"isDefault": True}})
    assert ann.call("AddressBook/set", destroy=[work])["destroyed"] == [work]
    again = ann.call("AddressBook/set", create={"a": {"name": "Again"}})
    assert again["created"]["a"]["isDefault"] is True


def test_a_book_with_cards_stays_unless_its_contents_may_go(ann: Desk) -> None:
    first, work = ann.book, ann.new_book("Work")
    only = ann.put(**named("Only"), addressBookIds={work: True})
    both = ann.put(**named("Both"), addressBookIds={work: True, first: True})
    refused = ann.call("AddressBook/set", destroy=[work])["notDestroyed"][work]
    assert refused["type"] == "addressBookHasContents"
    assert ann.card(only)["addressBookIds"] == {work: True}
    assert ann.call("AddressBook/set", destroy=[work], onDestroyRemoveContents=True)["destroyed"] == [work]
    assert ann.card(only) is None
    assert ann.card(both)["addressBookIds"] == {first: True}
    assert ann.find(inAddressBook=work) == []


def test_sharing_is_not_for_clients_to_set(ann: Desk) -> None:
    refused = ann.call("AddressBook/set", update={ann.book: {"shareWith": {"U9": {"mayRead": True}}}})["notUpdated"]
    assert refused[ann.book]["type"] == "forbidden"
    assert ann.call("AddressBook/set", update={ann.book: {"shareWith": None}})["updated"] == {ann.book: None}


def test_each_user_of_a_shared_account_subscribes_apart(ann: Desk, bob: Desk) -> None:
    guest = Desk(ann.harness, ann.harness.share(ann.user, bob.user))

    def seen(desk: Desk) -> bool:
        found = desk.call("AddressBook/get", accountId=ann.account, properties=["isSubscribed"])["list"]
        return bool(found[0]["isSubscribed"])

    assert (seen(ann), seen(guest)) == (True, False)
    guest.call("AddressBook/set", accountId=ann.account, update={ann.book: {"isSubscribed": True}})
    ann.call("AddressBook/set", update={ann.book: {"isSubscribed": False}})
    assert (seen(ann), seen(guest)) == (False, True)


def test_a_reader_may_read_and_no_more(ann: Desk, bob: Desk) -> None:
    guest = Desk(ann.harness, ann.harness.share(ann.user, bob.user, read_only=True))
    (book,) = guest.call("AddressBook/get", accountId=ann.account)["list"]
    assert book["myRights"] == {"mayRead": True, "mayWrite": False, "mayShare": False, "mayDelete": False}
    assert guest.error("AddressBook/set", accountId=ann.account, create={})["type"] == "accountReadOnly"


def test_the_capability_tells_who_may_create_books(ann: Desk) -> None:
    capability = ann.harness.registry.capabilities["urn:ietf:params:jmap:contacts"]
    (access,) = ann.user.accounts.values()
    assert capability.account(access) == {"maxAddressBooksPerCard": None, "mayCreateAddressBook": True}
