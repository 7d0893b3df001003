"""Contacts and groups of the dialect."""

from typing import Any

import pytest

from tests.protocols.legacy.client import Old

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")

FULL = {
    "isFlagged": True,
    "prefix": "Dr",
    "firstName": "Zoe Ann",
    "lastName": "Quill",
    "suffix": "PhD",
    "nickname": "Zo",
    "birthday": "1980-02-29",
    "anniversary": "0000-06-01",
    "company": "Quill & Co",
    "department": "Ink",
    "jobTitle": "Scribe",
    "notes": "Likes geese.\nAnd ink.",
    "emails": [
        {"type": "work", "label": "desk", "value": "zoe@quill.example", "isDefault": True},
        {"type": "personal", "label": None, "value": "zo@geese.example", "isDefault": False},
        {"type": "other", "label": None, "value": "z@x.example", "isDefault": False},
    ],
    "phones": [
        {"type": "mobile", "label": None, "value": "+49 1", "isDefault": False},
        {"type": "home", "label": "hall", "value": "+49 2", "isDefault": False},
        {"type": "fax", "label": None, "value": "+49 3", "isDefault": False},
    ],
    "online": [
        {"type": "uri", "label": "page", "value": "https://quill.example/", "isDefault": False},
        {"type": "username", "label": "Chirp", "value": "zoe", "isDefault": False},
    ],
    "addresses": [
        {
            "type": "home",
            "label": None,
            "street": "Goose Lane 1\nBack door",
            "locality": "Inkwell",
            "region": "",
            "postcode": "12345",
            "country": "Germany",
            "isDefault": False,
        }
    ],
}


def make(ann: Old, **given: Any) -> str:
    made = ann.ask("setContacts", {"create": {"k": given}})
    assert made["created"], made
    return str(made["created"]["k"]["id"])


def contact(ann: Old, record: str, *names: str) -> Any:
    return ann.ask("getContacts", {"ids": [record], "properties": list(names) or None})["list"][0]


def card(ann: Old, record: str) -> Any:
    return ann.modern("ContactCard/get", {"ids": [record]})["list"][0]


def test_what_is_made_comes_back(ann: Old) -> None:
    shown = contact(ann, make(ann, **FULL))
    assert {name: shown[name] for name in FULL} == FULL
    assert shown["avatar"] is None


def test_what_is_not_known_is_empty_but_never_null(ann: Old) -> None:
    shown = contact(ann, make(ann, lastName="Reed"))
    lists: Any = {name: [] for name in ("emails", "phones", "online", "addresses")}
    assert {name: shown[name] for name in lists} == lists
    assert (shown["birthday"], shown["firstName"], shown["isFlagged"]) == ("0000-00-00", "", False)


def test_a_contact_is_a_card(ann: Old) -> None:
    shown = card(ann, make(ann, **FULL))
    assert [each["kind"] for each in shown["name"]["components"]] == ["title", "given", "surname", "credential"]
    assert next(iter(shown["emails"].values())) == {
        "address": "zoe@quill.example",
        "contexts": {"work": True},
        "label": "desk",
        "pref": 1,
    }
    assert next(iter(shown["phones"].values()))["features"] == {"mobile": True}
    assert "(flagged)" not in shown
    dates = [each["date"] for each in shown["anniversaries"].values()]
    assert dates == [{"year": 1980, "month": 2, "day": 29}, {"month": 6, "day": 1}]


def test_modern_clients_neither_see_nor_set_the_flag(ann: Old) -> None:
    record = make(ann, lastName="Reed", isFlagged=True)
    answer = ann.modern("ContactCard/set", {"update": {record: {"(flagged)": None}}})
    assert answer["notUpdated"][record]["properties"] == ["(flagged)"]
    assert ann.modern("ContactCard/set", {"update": {record: {"nicknames": {"a": {"name": "R"}}}}})["updated"]
    assert contact(ann, record, "isFlagged", "nickname") == {"id": record, "isFlagged": True, "nickname": "R"}
    ann.ask("setContacts", {"update": {record: {"isFlagged": False}}})
    assert contact(ann, record, "isFlagged")["isFlagged"] is False


def test_an_update_leaves_what_this_dialect_does_not_know(ann: Old) -> None:
    record = make(ann, **FULL)
    before = card(ann, record)
    key = next(iter(before["emails"]))
    patch = {
        f"emails/{key}/vCardParams": {"x-note": "kept"},
        "speakToAs": {"grammaticalGender": "feminine"},
        "name": {"components": [*before["name"]["components"], {"kind": "given2", "value": "Bea"}]},
    }
    answer = ann.modern("ContactCard/set", {"update": {record: patch}})
    assert answer["updated"], answer
    assert contact(ann, record, "firstName")["firstName"] == "Zoe Ann Bea"
    emails = FULL["emails"]
    assert isinstance(emails, list)
    ann.ask("setContacts", {"update": {record: {"lastName": "Plume", "emails": emails[::-1]}}})
    after = card(ann, record)
    assert after["speakToAs"] == {"grammaticalGender": "feminine"}
    assert list(after["emails"].values())[-1]["vCardParams"] == {"x-note": "kept"}
    assert [each["address"] for each in after["emails"].values()] == [each["value"] for each in emails[::-1]]
    assert contact(ann, record, "lastName", "firstName")["lastName"] == "Plume"


def test_properties_are_emptied(ann: Old) -> None:
    record = make(ann, **FULL)
    empty: dict[str, Any] = {name: [] if isinstance(value, list) else "" for name, value in FULL.items()}
    empty |= {"isFlagged": False, "birthday": "0000-00-00", "anniversary": "0000-00-00", "avatar": None}
    assert ann.ask("setContacts", {"update": {record: empty}})["updated"].keys() == {record}
    shown = contact(ann, record)
    assert {name: shown[name] for name in empty} == empty
    assert card(ann, record).keys() <= {"id", "@type", "version", "uid", "created", "updated", "addressBookIds"}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"firstName": 5}, "firstName"),
        ({"birthday": "soon"}, "birthday"),
        ({"birthday": "1999-13-01"}, "birthday"),
        ({"emails": "a@b"}, "emails"),
        ({"emails": [{"type": "work", "value": "no address"}]}, "emails"),
        ({"emails": [{"type": 5, "value": "a@b.example"}]}, "emails"),
        ({"phones": [{"value": "+1", "isDefault": "yes"}]}, "phones"),
        ({"avatar": {"blobId": "b0"}}, "avatar"),
        ({"isFlagged": "yes"}, "isFlagged"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_values_of_another_shape_are_named(ann: Old, given: Any, name: str) -> None:
    refused = ann.ask("setContacts", {"create": {"k": given}})["notCreated"]["k"]
    assert refused["type"] == "invalidProperties"
    assert name in refused["properties"]


def test_an_avatar_is_an_uploaded_blob(ann: Old) -> None:
    blob = ann.upload(PNG)
    given = {"blobId": blob, "type": "image/png", "name": "zoe.png"}
    record = make(ann, lastName="Quill", avatar=given)
    assert contact(ann, record, "avatar")["avatar"] == {**given, "size": len(PNG)}
    path = f"/jmap/download/{ann.account}/{blob}/zoe.png?type=image/png"
    assert ann.served.request("GET", path, user=ann.user.name).body == PNG


def test_contacts_and_groups_are_apart(ann: Old) -> None:
    since = ann.ask("getContacts")["state"]
    replies = ann.replies(
        ("setContacts", {"create": {"k1": {"lastName": "A"}, "k 2": {"lastName": "B"}}}),
        ("setContactGroups", {"create": {"g": {"name": "Friends", "contactIds": ["#k 2", "#k1"]}}}),
    )
    first, second = (replies[0][1]["created"][key]["id"] for key in ("k1", "k 2"))
    group = replies[1][1]["created"]["g"]["id"]
    assert [each["id"] for each in ann.ask("getContacts")["list"]] == [first, second]
    (shown,) = ann.ask("getContactGroups")["list"]
    assert (shown["id"], shown["name"], shown["contactIds"]) == (group, "Friends", [second, first])
    assert ann.ask("getContacts", {"ids": [group]})["notFound"] == [group]
    assert ann.ask("getContactGroups", {"ids": [first]})["notFound"] == [first]
    assert ann.ask("getContactUpdates", {"sinceState": since})["changed"] == [first, second]
    assert ann.ask("getContactGroupUpdates", {"sinceState": since})["changed"] == [group]
    wrong = ann.ask("setContacts", {"update": {group: {"lastName": "X"}}})
    assert wrong["notUpdated"][group]["type"] == "notFound"
    before = ann.ask("getContacts")["state"]
    ann.ask("setContacts", {"destroy": [first]})
    assert ann.ask("getContactGroups")["list"][0]["contactIds"] == [second]
    for kind in ("Contact", "ContactGroup"):  # a tombstone has no kind
        assert ann.ask(f"get{kind}Updates", {"sinceState": before})["removed"] == [first]


def test_members_keep_their_order_and_strangers_stay(ann: Old) -> None:
    ids = [make(ann, lastName=name) for name in "ABC"]
    made = ann.ask("setContactGroups", {"create": {"g": {"name": "G", "contactIds": ids[::-1]}}})["created"]["g"]["id"]
    ann.modern("ContactCard/set", {"update": {made: {"members/urn:uuid:stranger": True}}})
    assert ann.ask("getContactGroups")["list"][0]["contactIds"] == ids[::-1]
    ann.ask("setContactGroups", {"update": {made: {"contactIds": [ids[1], ids[0]]}}})
    assert ann.ask("getContactGroups")["list"][0]["contactIds"] == [ids[1], ids[0]]
    assert "urn:uuid:stranger" in card(ann, made)["members"]
    assert ann.ask("setContactGroups", {"update": {made: {"name": "H"}}})["updated"]
    assert (
        ann.ask("getContactGroups")["list"][0] | {"name": "H", "contactIds": [ids[1], ids[0]]}
        == (ann.ask("getContactGroups")["list"][0])
    )
    refused = ann.ask("setContactGroups", {"update": {made: {"contactIds": ["C9999"]}}})["notUpdated"][made]
    assert refused["properties"] == ["contactIds"]


@pytest.fixture
def people(ann: Old) -> list[str]:
    return [
        make(ann, firstName="Ann", lastName="Reed", jobTitle="Smith", isFlagged=True, notes="tall"),
        make(ann, firstName="Bo", prefix="Dr", company="Quill & Co", phones=[{"type": "work", "value": "+49 30"}]),
        make(ann, firstName="Cy", suffix="PhD", emails=[{"type": "work", "value": "cy@quill.example"}]),
    ]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        (None, [0, 1, 2]),
        ({}, [0, 1, 2]),
        ({"firstName": "bo"}, [1]),
        ({"isFlagged": True}, [0]),
        ({"isFlagged": False}, [1, 2]),
        ({"prefix": "dr"}, [1]),
        ({"suffix": "PhD"}, [2]),
        ({"jobTitle": "smi"}, [0]),
        ({"company": "quill"}, [1]),
        ({"email": "cy@quill.example"}, [2]),
        ({"phone": "+49"}, [1]),
        ({"notes": "tall", "isFlagged": False}, []),
        ({"text": "reed"}, [0]),
        ({"operator": "OR", "conditions": [{"isFlagged": True}, {"email": "quill"}]}, [0, 2]),
        ({"operator": "NOT", "conditions": [{"isFlagged": True}, {"prefix": "Dr"}]}, [2]),
        ({"operator": "AND", "conditions": [{"firstName": "Ann"}, {"lastName": "Reed"}]}, [0]),
    ],
)
def test_contacts_are_found(ann: Old, people: list[str], filter_: Any, found: list[int]) -> None:
    ann.ask("setContactGroups", {"create": {"g": {"name": "Ann Bo Cy"}}})
    told = ann.ask("getContactList", {"filter": filter_})
    assert told["contactIds"] == [people[index] for index in found]
    assert (told["filter"], told["total"], told["position"]) == (filter_, len(found), 0)


def test_contacts_are_found_by_group_and_fetched(ann: Old, people: list[str]) -> None:
    make_group = {"create": {"g": {"name": "G", "contactIds": people[1:]}}}
    group = ann.ask("setContactGroups", make_group)["created"]["g"]["id"]
    given = {"filter": {"inContactGroup": [group]}, "position": 1, "limit": 5, "fetchContactProperties": ["firstName"]}
    replies = ann.replies(("getContactList", {**given, "fetchContacts": True}))
    assert (replies[0][1]["contactIds"], replies[0][1]["total"]) == (people[2:], 2)
    assert replies[1][1]["list"] == [{"id": people[2], "firstName": "Cy"}]
    assert [name for name, _, _ in ann.replies(("getContactList", {**given, "fetchRecords": True}))][1:] == ["contacts"]
    assert ann.error("getContactList", {"filter": {"shoe": 43}})["type"] == "cannotDoFilter"
    deep: Any = {"firstName": "a"}
    for _ in range(20):
        deep = {"operator": "AND", "conditions": [deep]}
    assert ann.error("getContactList", {"filter": deep})["type"] == "cannotDoFilter"


def test_more_contacts_than_a_get_gives(ann: Old) -> None:
    for start in range(0, 1200, 400):
        create = {f"c{number}": {"lastName": f"N{number}"} for number in range(start, start + 400)}
        assert len(ann.ask("setContacts", {"create": create})["created"]) == 400
    assert len(ann.ask("getContacts", {"properties": ["lastName"]})["list"]) == 1200
    assert ann.ask("getContactList")["total"] == 1200
