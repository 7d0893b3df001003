"""Cards that are too much, or that are not what they say: each is refused by its name, and nothing is half written."""

import base64
from typing import Any

import pytest

from tests.attacks.ground import Ground

TEXT = b"This is no photo.\n" * 10
DATA = f"data:image/png;base64,{base64.b64encode(TEXT).decode()}"
MANY = 100_000
LINES = 50_000


def create(land: Ground, **properties: Any) -> Any:
    """The SetError of a card that must be refused, with a good one beside it that must not be."""
    card = {"addressBookIds": {land.book: True}, "name": {"full": "Bad"}, **properties}
    beside = {"addressBookIds": {land.book: True}, "uid": "beside"}
    answer = land.engine.call(land.user, "ContactCard/set", {"create": {"bad": card, "good": beside}})
    assert land.engine.call(land.user, "ContactCard/set", {"destroy": [answer["created"]["good"]["id"]]})["destroyed"]
    return answer["notCreated"]["bad"]


def update(land: Ground, patch: dict[str, Any]) -> Any:
    """The SetError of a change that must be refused."""
    return land.engine.call(land.user, "ContactCard/set", {"update": {land.card: patch}})["notUpdated"][land.card]


@pytest.fixture(autouse=True)
def _unharmed(land: Ground) -> Any:
    before = land.image()
    yield
    assert land.image() == before


@pytest.mark.parametrize(
    "properties",
    [
        {"notes": {"n": {"note": "x" * 2_000_000}}},
        {"keywords": {f"keyword {number}": True for number in range(MANY)}},
        {f"example.com:{number}": number for number in range(MANY)},
        {"media": {"m": {"kind": "sound", "uri": f"data:audio/ogg;base64,{'A' * 2_000_000}"}}},
    ],
    ids=["a long note", "many keywords", "many properties", "a long sound"],
)
def test_a_card_that_is_too_large_is_refused_by_its_size(land: Ground, properties: dict[str, Any]) -> None:
    for error in (create(land, **properties), update(land, properties)):
        assert error["type"] == "tooLarge"
        assert "1000000" in error["description"]


def test_thousands_of_faults_cost_no_more_than_it_took_to_send_them(land: Ground) -> None:
    phones = {f"p{number}": {"number": 1} for number in range(20_000)}
    error = create(land, phones=phones)
    assert error["properties"] == [f"phones/{key}/number" for key in phones]
    assert len(error["description"]) < 1_000
    assert len(str(error)) < 2 * len(str(phones))


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"@type": "Robot"}, "@type"),
        ({"phones": {"p": {"@type": "Robot", "number": "1"}}}, "phones/p/@type"),
        ({"name": {"components": [{"@type": "Robot", "kind": "given", "value": "x"}]}}, "name/components/0/@type"),
        ({"anniversaries": {"a": {"kind": "birth", "date": {"@type": "Robot"}}}}, "anniversaries/a/date/@type"),
        ({"version": "3.0"}, "version"),
        ({"addressBookIds": {"A999": True}}, "addressBookIds/A999"),
        ({"addressBookIds": {"#nothing": True}}, "addressBookIds"),
        ({"addressBookIds": {}}, "addressBookIds"),
        ({"id": "C1"}, "id"),
        ({"media": {"m": {"kind": "photo", "uri": DATA}}}, "media/m/uri"),
        ({"media": {"m": {"kind": "photo", "blobId": "B" + "0" * 64}}}, "media/m/blobId"),
        ({"media": {"m": {"kind": "photo", "blobId": "../../etc/passwd"}}}, "media/m/blobId"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_card_is_told_by_its_path(land: Ground, properties: dict[str, Any], wrong: str) -> None:
    error = create(land, **properties)
    assert (error["type"], error["properties"]) == ("invalidProperties", [wrong])


def test_a_text_file_is_no_photo_however_it_is_called(land: Ground) -> None:
    blob = land.engine.upload(land.user, TEXT)
    for media_type in ({}, {"mediaType": "image/png"}):
        for kind in ("photo", "logo"):
            error = create(land, media={"m": {"kind": kind, "blobId": blob, **media_type}})
            assert (error["type"], error["properties"]) == ("invalidProperties", ["media/m/blobId"])
    error = update(land, {"media": {"m": {"kind": "photo", "blobId": blob}}})
    assert (error["type"], error["properties"]) == ("invalidProperties", ["media/m/blobId"])


def test_a_book_that_the_user_sees_in_another_account_is_no_book(land: Ground) -> None:
    theirs = land.engine.call(land.user, "AddressBook/get", {"accountId": land.friend})["list"][0]["id"]
    created = {"accountId": land.friend, "create": {"b": {"name": "More"}}}
    other = land.engine.call(land.user, "AddressBook/set", created)["created"]["b"]["id"]
    assert theirs != other
    for book in {theirs, other} - {land.book}:
        error = create(land, addressBookIds={land.book: True, book: True})
        assert (error["type"], error["properties"]) == ("invalidProperties", [f"addressBookIds/{book}"])
        error = update(land, {f"addressBookIds/{book}": True})
        assert (error["type"], error["properties"]) == ("invalidProperties", [f"addressBookIds/{book}"])


def test_the_default_is_not_for_clients_to_set(land: Ground) -> None:
    answer = land.engine.call(land.user, "AddressBook/set", {"create": {"b": {"name": "Mine", "isDefault": True}}})
    assert answer["notCreated"]["b"]["type"] == "invalidProperties"
    for value in (True, False):
        answer = land.engine.call(land.user, "AddressBook/set", {"update": {land.book: {"isDefault": value}}})
        if answer["notUpdated"] is not None:  # the value that it has already is no change (RFC 8620 §5.3)
            assert answer["notUpdated"][land.book]["properties"] == ["isDefault"]


def test_a_uid_is_taken_once_also_within_one_call(land: Ground) -> None:
    error = create(land, uid="here")
    assert (error["type"], error["existingId"]) == ("alreadyExists", land.card)
    twins = {name: {"addressBookIds": {land.book: True}, "uid": "twin"} for name in ("a", "b")}
    answer = land.engine.call(land.user, "ContactCard/set", {"create": twins})
    ((made, card),) = answer["created"].items()
    ((refused, error),) = answer["notCreated"].items()
    assert {made, refused} == {"a", "b"}
    assert (error["type"], error["existingId"]) == ("alreadyExists", card["id"])
    answer = land.engine.call(land.user, "ContactCard/set", {"update": {card["id"]: {"uid": "here"}}})
    assert answer["notUpdated"][card["id"]]["existingId"] == land.card
    land.engine.call(land.user, "ContactCard/set", {"destroy": [card["id"]]})


def test_groups_in_circles_harm_nobody(land: Ground) -> None:
    size = 200
    groups = {
        f"g{number}": {
            "addressBookIds": {land.book: True},
            "kind": "group",
            "uid": f"g{number}",
            "members": {f"g{(number + 1) % size}": True, f"g{number}": True},
        }
        for number in range(size)
    }
    made = land.engine.call(land.user, "ContactCard/set", {"create": groups})["created"]
    assert len(made) == size
    found = land.engine.call(land.user, "ContactCard/query", {"filter": {"hasMember": "g0"}})["ids"]
    assert sorted(found) == sorted([made["g0"]["id"], made[f"g{size - 1}"]["id"]])
    land.engine.call(land.user, "ContactCard/set", {"destroy": [card["id"] for card in made.values()]})


@pytest.mark.parametrize(
    "patch",
    [
        {"name/full/x": "through a text"},
        {"name": {"full": "a"}, "name/full": "b"},
        {"nothing/there/at/all": 1},
        {"": {}},
        {"notes/~2": {}},
    ],
    ids=str,
)
def test_a_patch_that_cannot_be_applied_is_refused_whole(land: Ground, patch: dict[str, Any]) -> None:
    assert update(land, {"kind": "org", **patch})["type"] in ("invalidPatch", "invalidProperties")


@pytest.mark.parametrize(
    "octets",
    [
        b"BEGIN:VCARD\r\n" * 20_000,
        b"BEGIN:VCARD\r\nVERSION:2.1\r\n" + b"AGENT:\r\nBEGIN:VCARD\r\n" * 5_000,
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\n" + b"TEL:1\r\n" * LINES + b"END:VCARD\r\n",
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nX" + b";P=1" * LINES + b":x\r\nEND:VCARD\r\n",
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nNOTE:" + b"\\," * LINES + b"\r\nEND:VCARD\r\n",
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nN:" + b";" * LINES + b"\r\nEND:VCARD\r\n",
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\n" + b"JSPROP;JSPTR=a/b:1\r\n" * 2_000 + b"END:VCARD\r\n",
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\n"
        + b"".join(b"TITLE;ALTID=1;LANGUAGE=x%d:t\r\n" % number for number in range(5_000))
        + b"END:VCARD\r\n",
        b"\xff\xfe" + b"\x00\xd8" * LINES,
        b"\x00" * LINES,
    ],
    ids=lambda octets: repr(octets[:60]),
)
def test_any_file_is_parsed_or_not_parsable(land: Ground, octets: bytes) -> None:
    blob = land.engine.upload(land.user, octets)
    answer = land.engine.call(land.user, "ContactCard/parse", {"blobIds": [blob]})
    assert [blob] in ([*(answer["parsed"] or {})], answer["notParsable"])


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=repr)
def test_more_lines_than_one_call_reads_are_refused_before_they_are_read(land: Ground, end: bytes) -> None:
    card = end.join([b"BEGIN:VCARD", b"VERSION:4.0", b"FN:x", b"END:VCARD", b""])
    blobs = [land.engine.upload(land.user, card * number) for number in (9_000, 9_001)]
    assert "parsed" in land.engine.call(land.user, "ContactCard/parse", {"blobIds": blobs[:1]})
    error = land.engine.error(land.user, "ContactCard/parse", {"blobIds": blobs})
    assert error["type"] == "requestTooLarge"


def test_a_long_photo_is_not_many_lines(land: Ground) -> None:
    text = base64.b64encode(bytes(3_000_000))
    folded = b"".join(b"\r\n " + text[at : at + 74] for at in range(0, len(text), 74))
    card = b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\nPHOTO:data:image/png;base64," + folded + b"\r\nEND:VCARD\r\n"
    blob = land.engine.upload(land.user, card * 2)
    answer = land.engine.call(land.user, "ContactCard/parse", {"blobIds": [blob], "properties": ["name"]})
    assert len(answer["parsed"][blob]) == 2
