"""What was made of an object once is not made again, and never shown of another."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from angarium.protocols.legacy.remembered import Remembered, apart, encoded, encoded_list, inner, whole
from tests.protocols.legacy.client import Old


class _Maker:
    """Tells in capital letters, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def __call__(self, texts: Sequence[bytes]) -> list[bytes]:
        self.asked += texts
        return [text.upper() for text in texts]


def test_what_is_known_is_not_made_again() -> None:
    remembered, make = Remembered(), _Maker()
    assert remembered.all("form", [b"a", b"b"], make) == [b"A", b"B"]
    assert remembered.all("form", [b"b", b"c", b"a"], make) == [b"B", b"C", b"A"]
    assert make.asked == [b"a", b"b", b"c"]


def test_another_form_is_another_thing() -> None:
    remembered, make = Remembered(), _Maker()
    remembered.all("form", [b"a"], make)
    remembered.all("other form", [b"a"], make)
    assert make.asked == [b"a", b"a"]


def test_what_is_not_to_be_shown_is_left_out_and_asked_for_again() -> None:
    remembered = Remembered()
    for _ in range(2):
        asked: list[bytes] = []

        def make(texts: Sequence[bytes], asked: list[bytes] = asked) -> list[bytes]:
            asked += texts
            return [b"" if text == b"no" else text for text in texts]

        assert remembered.all("form", [b"no", b"yes"], make) == [b"yes"]
        assert b"no" in asked


def test_room_is_bounded_and_what_was_asked_for_lately_stays() -> None:
    remembered, make = Remembered(most=10_000), _Maker()
    for number in range(1_000):
        remembered.all("form", [b"often", b"%d" % number], make)
    assert make.asked.count(b"often") == 1
    assert len(remembered) <= 2 * 10_000 // 300
    huge = [b"x" * 10_000]
    remembered.all("form", huge, make)
    remembered.all("form", huge, make)
    assert make.asked[-2:] == [*huge, *huge]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_objects_are_taken_apart_and_put_together(count: int) -> None:
    given = [{"id": f"C{number}", "note": '"},{"id":"'} for number in range(count)]
    texts = encoded(orjson.Fragment(orjson.dumps(given)))
    assert [orjson.loads(whole(text)) for text in texts] == given
    assert encoded(given) == texts
    assert orjson.loads(orjson.dumps(encoded_list(texts))) == given


def test_objects_inside_of_an_object_leave_no_json() -> None:
    given = {"id": "C1", "example.com:x": [{"a": 1}, {"id": "C2"}, {"id": "C3"}]}
    texts = apart(orjson.dumps(given))
    assert len(texts) == 3
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(whole(texts[0]))
    assert inner(orjson.dumps(given)) != texts[0]


def _made(ann: Old, card: Any) -> str:
    book = ann.modern("AddressBook/get", {})["list"][0]["id"]
    made = ann.modern("ContactCard/set", {"create": {"k": {**card, "addressBookIds": {book: True}}}})
    return str(made["created"]["k"]["id"])


def test_a_card_with_objects_that_have_ids_is_shown(ann: Old) -> None:
    inside = {"name": {"full": "Zoe"}, "example.com:x": [{"a": 1}, {"id": "C2"}, {"id": "C3"}]}
    records = [_made(ann, {"name": {"full": "Ann"}}), _made(ann, inside), _made(ann, {"name": {"full": "Bo"}})]
    for _ in range(2):
        shown = ann.ask("getContacts", {"ids": records})
        assert [each["firstName"] for each in shown["list"]] == ["Ann", "Zoe", "Bo"]
        assert shown["notFound"] is None


def test_a_contact_that_changed_is_shown_changed(ann: Old) -> None:
    record = _made(ann, {"name": {"full": "Zoe"}})
    assert ann.ask("getContacts")["list"][0]["isFlagged"] is False
    ann.ask("setContacts", {"update": {record: {"isFlagged": True, "firstName": "Zora"}}})
    (shown,) = ann.ask("getContacts")["list"]
    assert (shown["isFlagged"], shown["firstName"]) == (True, "Zora")


def test_a_group_is_no_contact_however_often_it_is_asked_for(ann: Old) -> None:
    group = ann.ask("setContactGroups", {"create": {"g": {"name": "Friends"}}})["created"]["g"]["id"]
    for _ in range(2):
        shown = ann.ask("getContacts", {"ids": [group]})
        assert (shown["list"], shown["notFound"]) == ([], [group])


def test_who_one_is_among_the_participants_follows_the_identities(ann: Old) -> None:
    address = f"{ann.user.name}+tea@localhost"
    made = ann.modern(
        "ParticipantIdentity/set", {"create": {"i": {"name": "", "calendarAddress": f"mailto:{address}"}}}
    )
    identity = made["created"]["i"]["id"]
    people = {"me": {"name": "Me", "email": address, "roles": ["owner"]}}
    given = {"title": "Tea", "start": "2030-01-01T09:00:00", "participants": people}
    event = ann.ask("setCalendarEvents", {"create": {"e": given}})["created"]["e"]["id"]
    assert ann.ask("getCalendarEvents", {"ids": [event]})["list"][0]["participantId"] == "me"
    assert ann.modern("ParticipantIdentity/set", {"destroy": [identity]})["destroyed"] == [identity]
    assert ann.ask("getCalendarEvents", {"ids": [event]})["list"][0]["participantId"] is None
