"""ParticipantIdentity (JMAP calendars §3)."""

from angarium.datatypes import principals
from angarium.datatypes.calendars import identities
from tests.datatypes.calendars.desk import Desk
from tests.harness import DOMAINS


def _addresses(desk: Desk) -> dict[str, bool]:
    found = desk.call("ParticipantIdentity/get")["list"]
    return {identity["calendarAddress"]: identity["isDefault"] for identity in found}


def _settle(desk: Desk) -> None:
    def settle(transaction: object) -> None:
        user = principals.by_id(transaction, desk.user.id)  # type: ignore[arg-type]
        assert user is not None
        identities.settle(transaction, user, DOMAINS)  # type: ignore[arg-type]

    desk.harness.store.write(settle).result()


def test_each_address_of_the_user_comes_with_one(ann: Desk) -> None:
    assert ann.call("ParticipantIdentity/get")["list"] == [
        {
            "id": ann.call("ParticipantIdentity/get")["list"][0]["id"],
            "name": "",
            "calendarAddress": "mailto:ann@example.com",
            "isDefault": True,
        }
    ]


def test_only_own_addresses_may_be_claimed(ann: Desk) -> None:
    given = {
        "a": {"name": "Ann", "calendarAddress": "MAILTO:ann+cal@example.com"},
        "b": {"calendarAddress": "mailto:bob@example.com"},
        "c": {"calendarAddress": "https://example.com/ann"},
        "d": {"calendarAddress": "no address"},
    }
    answer = ann.call("ParticipantIdentity/set", create=given, onSuccessSetIsDefault="#a")
    assert list(answer["created"]) == ["a"]
    refused = {key: error["type"] for key, error in answer["notCreated"].items()}
    assert refused == {"b": "forbidden", "c": "forbidden", "d": "invalidProperties"}
    assert _addresses(ann) == {"mailto:ann@example.com": True, "MAILTO:ann+cal@example.com": False}


def test_one_is_the_default(ann: Desk) -> None:
    (first,) = ann.call("ParticipantIdentity/get")["list"]
    moved = ann.call(
        "ParticipantIdentity/set",
        create={"a": {"calendarAddress": "mailto:ann+cal@example.com"}},
        onSuccessSetIsDefault="#a",
    )
    assert moved["created"]["a"]["isDefault"] is True
    assert moved["updated"] == {first["id"]: {"isDefault": False}}
    gone = ann.call("ParticipantIdentity/set", destroy=[moved["created"]["a"]["id"]])
    assert gone["updated"] == {first["id"]: {"isDefault": True}}


def test_that_of_an_address_stays_as_long_as_the_address(ann: Desk) -> None:
    (first,) = ann.call("ParticipantIdentity/get")["list"]
    assert (
        ann.call("ParticipantIdentity/set", destroy=[first["id"]])["notDestroyed"][first["id"]]["type"] == "forbidden"
    )
    _settle(ann)
    assert _addresses(ann) == {"mailto:ann@example.com": True}


def test_a_new_address_brings_one_and_takes_it_away_again(ann: Desk) -> None:
    def give(transaction: object) -> None:
        user = principals.by_id(transaction, ann.user.id)  # type: ignore[arg-type]
        assert user is not None
        principals.give(transaction, DOMAINS, user, "office@example.org")  # type: ignore[arg-type]

    def take(transaction: object) -> None:
        user = principals.by_id(transaction, ann.user.id)  # type: ignore[arg-type]
        assert user is not None
        principals.take(transaction, user, "office@example.org")  # type: ignore[arg-type]

    ann.harness.store.write(give).result()
    _settle(ann)
    assert _addresses(ann) == {"mailto:ann@example.com": True, "mailto:office@example.org": False}
    ann.harness.store.write(take).result()
    _settle(ann)
    assert _addresses(ann) == {"mailto:ann@example.com": True}
