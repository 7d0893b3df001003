"""ContactCard get, set and copy (RFC 9610 §3.1, §3.5, §3.6)."""

import re
from typing import Any

import pytest

from tests.datatypes.contacts.desk import Desk, named

NOW = "2026-09-21T14:13:20Z"


def test_a_card_gets_what_every_card_has(ann: Desk) -> None:
    made = ann.create(**named("Ann", "Quill"))
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["uid"])
    assert made == {
        "id": made["id"],
        "uid": made["uid"],
        "@type": "Card",
        "version": "1.0",
        "created": NOW,
        "updated": NOW,
    }
    assert ann.card(made["id"]) == {**made, **named("Ann", "Quill"), "addressBookIds": {ann.book: True}}


def test_what_the_client_says_is_kept(ann: Desk) -> None:
    given = {
        "@type": "Card",
        "version": "2.0",
        "uid": "u1",
        "created": "2001-01-01T00:00:00Z",
        "updated": "2002-01-01T00:00:00Z",
        "kind": "org",
        "example.com:shoe": {"size": 42},
        "unheardOf": [1, None],
    }
    made = ann.create(**given, nicknames=None)
    assert list(made) == ["id"]
    assert ann.card(made["id"]) == {**given, **made, "addressBookIds": {ann.book: True}}


def test_get_gives_the_properties_asked_for_and_none_that_a_card_lacks(ann: Desk) -> None:
    card = ann.put(**named("Ann"), kind="individual")
    assert ann.card(card, "kind", "nicknames", "example.com:shoe") == {"id": card, "kind": "individual"}
    assert ann.card(card, "id") == {"id": card}
    assert ann.error("ContactCard/get", ids=[card], properties=["shoeSize"])["type"] == "invalidArguments"
    assert ann.call("ContactCard/get", ids=["C999", card])["notFound"] == ["C999"]


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"phones": {"p1": {"number": 7}}}, ["phones/p1/number"]),
        ({"emails": {"e": {}}, "kind": 7}, ["kind", "emails/e/address"]),
        ({"name": {"components": [{"kind": "given"}]}}, ["name/components/0/value"]),
        ({"emails": {"e": {"@type": "Phone", "address": "a@example.com"}}}, ["emails/e/@type"]),
        ({"@type": "Group"}, ["@type"]),
        ({"version": "9"}, ["version"]),
        ({"created": "yesterday"}, ["created"]),
        ({"addressBookIds": {}}, ["addressBookIds"]),
        ({"addressBookIds": {"A999": True}}, ["addressBookIds/A999"]),
        ({"addressBookIds": {"A1": False}}, ["addressBookIds/A1"]),
        ({"id": "C1"}, ["id"]),
    ],
)
def test_what_is_wrong_is_told_by_its_path(ann: Desk, properties: dict[str, Any], wrong: list[str]) -> None:
    refused = ann.create(**properties)
    assert (refused["type"], sorted(refused["properties"])) == ("invalidProperties", sorted(wrong))
    assert ann.find() == []


def test_a_card_without_book_is_refused(ann: Desk) -> None:
    refused = ann.call("ContactCard/set", create={"a": named("Ann")})["notCreated"]["a"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["addressBookIds"])


def test_a_book_of_another_account_is_no_book(ann: Desk, bob: Desk) -> None:
    foreign = bob.new_book("Bob's")
    refused = ann.create(addressBookIds={foreign: True})
    assert (refused["type"], refused["properties"]) == ("invalidProperties", [f"addressBookIds/{foreign}"])


def test_a_book_and_its_cards_are_made_in_one_request(ann: Desk) -> None:
    (_, books), (_, cards) = ann.harness.responses(
        ann.user,
        ("AddressBook/set", {"create": {"b": {"name": "New"}}}),
        ("ContactCard/set", {"create": {"c": {**named("Ann"), "addressBookIds": {"#b": True}}}}),
    )
    assert ann.card(cards["created"]["c"]["id"])["addressBookIds"] == {books["created"]["b"]["id"]: True}


def test_a_card_of_more_than_a_megabyte_is_too_large(ann: Desk) -> None:
    assert ann.create(notes={"n": {"note": "x" * 1_000_001}})["type"] == "tooLarge"
    card = ann.put(notes={"n": {"note": "x" * 990_000}})
    assert ann.update(card, {"notes/m": {"note": "y" * 20_000}})["type"] == "tooLarge"
    assert list(ann.card(card)["notes"]) == ["n"]


def test_a_uid_that_another_card_has_is_refused_with_that_card(ann: Desk, bob: Desk) -> None:
    first = ann.put(uid="u1")
    refused = ann.create(uid="u1")
    assert (refused["type"], refused["existingId"]) == ("alreadyExists", first)
    other = ann.put(uid="u2")
    refused = ann.update(other, {"uid": "u1"})
    assert (refused["type"], refused["existingId"]) == ("alreadyExists", first)
    assert ann.update(first, {"uid": "u1", "kind": "org"}) is None
    assert bob.put(uid="u1")


def test_a_uid_is_free_again_in_the_call_that_destroys_its_card(ann: Desk) -> None:
    first = ann.put(uid="u1")
    answer = ann.call(
        "ContactCard/set", create={"a": {"uid": "u1", "addressBookIds": {ann.book: True}}}, destroy=[first]
    )
    assert (list(answer["created"]), answer["destroyed"]) == (["a"], [first])


def test_two_cards_swap_uids_in_one_call(ann: Desk) -> None:
    first, second, third = (ann.put(uid=f"u{number}") for number in range(3))
    answer = ann.call("ContactCard/set", update={first: {"uid": "u1"}, second: {"uid": "u0"}, third: {"uid": "u0"}})
    assert sorted(answer["updated"]) == sorted([first, second])
    assert answer["notUpdated"][third]["existingId"] == second
    assert [ann.card(card, "uid")["uid"] for card in (first, second, third)] == ["u1", "u0", "u2"]
    assert ann.find(uid="u0") == [second]


def test_a_patch_reaches_inside(ann: Desk) -> None:
    card = ann.put(**named("Ann"), phones={"p": {"number": "+43 1"}, "q": {"number": "+43 2"}})
    ann.harness.now += 60_000
    told = ann.update(card, {"phones/p/number": "+43 9", "phones/q": None, "nicknames": {"n": {"name": "Annie"}}})
    assert told == {"updated": "2026-09-21T14:14:20Z"}
    found = ann.card(card)
    assert (found["phones"], found["nicknames"]) == ({"p": {"number": "+43 9"}}, {"n": {"name": "Annie"}})
    ann.update(card, {"nicknames": None, "unheardOf": 7})
    assert ann.card(card, "nicknames") == {"id": card}
    ann.update(card, {"unheardOf": None})
    assert "unheardOf" not in ann.card(card)


@pytest.mark.parametrize(
    ("patch", "kind"),
    [
        ({"name/components/0/value": "Zoe"}, "invalidPatch"),
        ({"phones/p/number": "1"}, "invalidPatch"),
        ({"name": {"full": 7}}, "invalidProperties"),
        ({"name/full": 7}, "invalidProperties"),
        ({"uid": None}, "invalidProperties"),
        ({"addressBookIds": None}, "invalidProperties"),
        ({"addressBookIds": {}}, "invalidProperties"),
        ({"addressBookIds/A999": True}, "invalidProperties"),
        ({"id": "C999"}, "invalidProperties"),
        ({"updated": None}, "invalidProperties"),
    ],
)
def test_an_update_that_cannot_be_changes_nothing(ann: Desk, patch: dict[str, Any], kind: str) -> None:
    card = ann.put(**named("Ann"))
    before = ann.card(card)
    state = ann.call("ContactCard/get", ids=[])["state"]
    assert ann.update(card, patch)["type"] == kind
    assert (ann.card(card), ann.call("ContactCard/get", ids=[])["state"]) == (before, state)


def test_a_card_moves_between_books(ann: Desk) -> None:
    first, work = ann.book, ann.new_book("Work")
    card = ann.put(**named("Ann"))
    ann.update(card, {f"addressBookIds/{work}": True})
    assert ann.find(inAddressBook=first) == ann.find(inAddressBook=work) == [card]
    ann.update(card, {f"addressBookIds/{first}": None})
    assert (ann.find(inAddressBook=first), ann.find(inAddressBook=work)) == ([], [card])


def test_groups_in_a_circle_are_kept(ann: Desk) -> None:
    ann.put(uid="g1", kind="group", members={"g2": True, "nobody": True})
    ann.put(uid="g2", kind="group", members={"g1": True, "g2": True})
    assert len(ann.find(hasMember="g2")) == 2
    assert ann.create(kind="individual", members={"g1": True})["type"] == "invalidProperties"


def test_changes_tell_what_happened(ann: Desk) -> None:
    first, second = ann.put(**named("A")), ann.put(**named("B"))
    since = ann.call("ContactCard/get", ids=[])["state"]
    third = ann.put(**named("C"))
    ann.update(first, {"kind": "org"})
    ann.destroy(second)
    changes = ann.call("ContactCard/changes", sinceState=since)
    assert (changes["created"], changes["updated"], changes["destroyed"]) == ([third], [first], [second])


def test_a_copy_is_a_card_of_the_other_account(ann: Desk, bob: Desk) -> None:
    card = ann.put(**named("Ann"), uid="u1", kind="individual")
    guest = Desk(ann.harness, ann.harness.share(ann.user, bob.user, read_only=True))
    create = {"c": {"id": card, "addressBookIds": {bob.book: True}, "kind": "org"}}
    made = guest.call("ContactCard/copy", fromAccountId=ann.account, create=create)["created"]["c"]
    assert list(made) == ["id"]
    assert bob.card(made["id"]) == {**ann.card(card), **made, "kind": "org", "addressBookIds": {bob.book: True}}
    again = guest.call("ContactCard/copy", fromAccountId=ann.account, create=create)["notCreated"]["c"]
    assert (again["type"], again["existingId"]) == ("alreadyExists", made["id"])


@pytest.mark.parametrize(
    ("create", "kind"),
    [
        ({"id": "C999", "addressBookIds": {"A1": True}}, "notFound"),
        ({"id": "card"}, "invalidProperties"),
        ({"id": "card", "addressBookIds": {"A999": True}}, "invalidProperties"),
        ({"id": "card", "addressBookIds": {"A1": True}, "phones": 7}, "invalidProperties"),
    ],
)
def test_a_copy_that_cannot_be_is_refused(ann: Desk, bob: Desk, create: dict[str, Any], kind: str) -> None:
    names = {"card": ann.put(**named("Ann")), "A1": bob.book}
    create = {**create, "id": names.get(create["id"], create["id"])}
    if "addressBookIds" in create:
        create["addressBookIds"] = {names.get(book, book): True for book in create["addressBookIds"]}
    guest = Desk(ann.harness, ann.harness.share(ann.user, bob.user))
    answer = guest.call("ContactCard/copy", fromAccountId=ann.account, create={"c": create})
    assert answer["notCreated"]["c"]["type"] == kind
    assert bob.find() == []
