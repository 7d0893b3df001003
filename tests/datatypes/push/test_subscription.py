import base64
from dataclasses import replace
from typing import Any

import pytest

from angarium.datatypes import principals, push
from angarium.engine.access import Principal
from angarium.formats.primitives import format_utc
from angarium.store.contract import DIRECTORY
from tests.datatypes.push.conftest import Desk
from tests.harness import NOW

DAY = 86_400_000
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def test_a_new_subscription_tells_its_id_its_end_and_the_defaults_but_no_code(desk: Desk) -> None:
    _, ann = desk.user("ann")
    created = desk.create(ann)["created"]["a"]
    assert created == {
        "id": created["id"],
        "keys": None,
        "types": None,
        "verificationCode": None,
        "expires": format_utc(NOW + 30 * DAY),
    }
    kept = desk.kept(created["id"])
    assert (kept.verified, kept.asked) == (False, False)
    assert len(kept.code) >= 6


def test_neither_method_knows_accounts_or_states(desk: Desk) -> None:
    _, ann = desk.user("ann")
    assert desk.get(ann).keys() == {"list", "notFound"}
    told = desk.create(ann)
    assert told.keys().isdisjoint({"accountId", "oldState", "newState"})
    for arguments in ({"accountId": "a1"}, {"ifInState": "0"}):
        (answer,) = desk.engine.request(ann, [["PushSubscription/set", arguments, "c"]])["methodResponses"]
        assert answer[1]["type"] == "invalidArguments"


def test_there_is_no_changes_method(desk: Desk) -> None:
    assert "PushSubscription/changes" not in desk.engine.registry.methods


def test_get_shows_all_but_url_and_keys(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann, keys=KEYS, types=["Email"])
    assert desk.get(ann)["list"] == [
        {
            "id": record,
            "deviceClientId": "d",
            "verificationCode": None,
            "expires": format_utc(NOW + 30 * DAY),
            "types": ["Email"],
        }
    ]


@pytest.mark.parametrize("name", ["url", "keys"])
def test_asking_for_url_or_keys_is_forbidden(desk: Desk, name: str) -> None:
    _, ann = desk.user("ann")
    error = desk.engine.error(ann, "PushSubscription/get", {"properties": ["id", name]})
    assert error["type"] == "forbidden"


@pytest.mark.parametrize("name", ["user", "credentials", "token", "code", "asked", "told"])
def test_what_is_kept_beside_is_nobodys_business(desk: Desk, name: str) -> None:
    _, ann = desk.user("ann")
    error = desk.engine.error(ann, "PushSubscription/get", {"properties": [name]})
    assert error["type"] == "invalidArguments"
    assert desk.create(ann, **{name: "x"})["notCreated"]["a"]["properties"] == [name]


def test_nobody_sees_or_changes_those_of_another(desk: Desk) -> None:
    _, ann = desk.user("ann")
    _, bob = desk.user("bob")
    record = desk.made(ann)
    assert desk.get(bob) == {"list": [], "notFound": []}
    assert desk.get(bob, ids=[record]) == {"list": [], "notFound": [record]}
    assert desk.update(bob, record, types=[])["notUpdated"][record]["type"] == "notFound"
    answer = desk.engine.call(bob, "PushSubscription/set", {"destroy": [record]})
    assert answer["notDestroyed"][record]["type"] == "notFound"
    assert desk.get(ann, ids=[record])["notFound"] == []


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"url": "http://push.example.com/"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "https://x/" + "y" * 2_000}, "url"),
        ({"url": None}, "url"),
        ({"deviceClientId": ""}, "deviceClientId"),
        ({"deviceClientId": 1}, "deviceClientId"),
        ({"verificationCode": "guess"}, "verificationCode"),
        ({"expires": "2026-01-01"}, "expires"),
        ({"expires": format_utc(NOW - 1000)}, "expires"),
        ({"expires": format_utc(NOW)}, "expires"),
        ({"types": "Email"}, "types"),
        ({"types": [1]}, "types/0"),
        ({"keys": {}}, "keys"),
        ({"keys": {**KEYS, "more": ""}}, "keys"),
        ({"keys": {**KEYS, "auth": "short"}}, "keys/auth"),
        ({"keys": {**KEYS, "auth": "BTBZMqHH6r4Tts7J+aSIgg"}}, "keys/auth"),
        ({"keys": {**KEYS, "p256dh": KEYS["auth"]}}, "keys/p256dh"),
        ({"keys": {**KEYS, "p256dh": KEYS["p256dh"][:-2] + "AA"}}, "keys/p256dh"),
        ({"keys": {**KEYS, "p256dh": "A" * 10_000}}, "keys/p256dh"),
        ({"keys": {**KEYS, "p256dh": 7}}, "keys/p256dh"),
    ],
)
def test_what_is_wrong_is_named(desk: Desk, given: dict[str, Any], wrong: str) -> None:
    _, ann = desk.user("ann")
    refused = desk.create(ann, **given)["notCreated"]["a"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", [wrong])
    assert desk.get(ann)["list"] == []


def test_keys_may_be_padded(desk: Desk) -> None:
    _, ann = desk.user("ann")
    padded = {name: value + "=" * (-len(value) % 4) for name, value in KEYS.items()}
    keys = desk.kept(desk.made(ann, keys=padded)).keys
    assert keys
    assert keys.auth == base64.urlsafe_b64decode(KEYS["auth"] + "==")
    assert (len(keys.p256dh), keys.p256dh[0]) == (65, 4)


def test_the_right_code_verifies_and_any_other_is_refused(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann)
    code = desk.kept(record).code
    for wrong in (code + "x", code[:-1], "", "ä", code.upper() + " "):
        refused = desk.update(ann, record, verificationCode=wrong)["notUpdated"][record]
        assert (refused["type"], refused["properties"]) == ("invalidProperties", ["verificationCode"])
    assert not desk.kept(record).verified
    assert desk.update(ann, record, verificationCode=code)["updated"] == {record: None}
    assert desk.kept(record).verified
    assert desk.get(ann, properties=["verificationCode"])["list"] == [{"id": record, "verificationCode": code}]
    assert desk.update(ann, record, verificationCode=None)["notUpdated"][record]["type"] == "invalidProperties"


def test_a_verified_subscription_is_told_of_what_comes_after(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann)
    newest = desk.engine.store.read(lambda view: view.states_after([], 0))[1]
    desk.update(ann, record, verificationCode=desk.kept(record).code)
    assert desk.kept(record).told >= newest


@pytest.mark.parametrize("name", ["url", "keys", "deviceClientId"])
def test_what_cannot_change_does_not(desk: Desk, name: str) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann, keys=KEYS)
    given = {"url": "https://other.example.com/", "keys": None, "deviceClientId": "other"}[name]
    refused = desk.update(ann, record, **{name: given})["notUpdated"][record]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", [name])


def test_an_end_is_kept_within_thirty_days(desk: Desk) -> None:
    _, ann = desk.user("ann")
    soon, late, last = (format_utc(NOW + days * DAY) for days in (2, 99, 30))
    record = desk.made(ann, expires=soon)
    assert desk.get(ann, properties=["expires"])["list"][0]["expires"] == soon
    assert desk.update(ann, record, expires=late)["updated"] == {record: {"expires": last}}
    assert desk.update(ann, record, expires=soon)["updated"] == {record: None}
    assert desk.update(ann, record, expires=None)["updated"] == {record: {"expires": last}}
    assert desk.update(ann, record, expires=format_utc(NOW))["notUpdated"][record]["properties"] == ["expires"]
    assert desk.create(ann, deviceClientId="e", expires=late)["created"]["a"]["expires"] == last


def test_what_has_expired_is_no_more(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann, expires=format_utc(NOW + 1000))
    desk.engine.now += 1000
    assert desk.get(ann, ids=[record])["notFound"] == [record]
    assert desk.engine.store.write(lambda view: push.remove_void(view, desk.engine.now)).result() == 1
    assert desk.engine.store.read(push.subscriptions) == []


def test_another_password_voids_what_was_made_with_the_old_one(desk: Desk) -> None:
    user, ann = desk.user("ann")
    old = desk.made(ann)
    desk.engine.store.write(lambda view: principals.set_password_hash(view, user, "another")).result()
    assert desk.get(ann, ids=[old])["notFound"] == [old]
    new = desk.made(ann)
    assert desk.engine.store.write(lambda view: push.remove_void(view, NOW)).result() == 1
    assert [known.id for known in desk.engine.store.read(push.subscriptions)] == [new]


def test_a_token_has_its_own_and_takes_them_along(desk: Desk) -> None:
    _, ann = desk.user("ann")

    def by_token(digest: str) -> Principal:
        token = desk.engine.store.write(lambda view: principals.issue(view, ann.id, digest, NOW)).result()
        return replace(ann, token=token)

    made = [(who, desk.made(who)) for who in (ann, by_token("phone"), by_token("tablet"))]
    for who, record in made:
        assert [found["id"] for found in desk.get(who)["list"]] == [record]
    desk.engine.store.write(lambda view: principals.withdraw(view, "phone")).result()
    assert desk.engine.store.write(lambda view: push.remove_void(view, NOW)).result() == 1
    assert [known.id for known in desk.engine.store.read(push.subscriptions)] == [made[0][1], made[2][1]]


def test_a_removed_user_leaves_none(desk: Desk) -> None:
    user, ann = desk.user("ann")
    _, bob = desk.user("bob")
    desk.made(ann)
    kept = desk.made(bob)
    desk.engine.store.write(lambda view: principals.remove(view, user)).result()
    assert desk.engine.store.write(lambda view: push.remove_void(view, NOW)).result() == 1
    assert [known.id for known in desk.engine.store.read(push.subscriptions)] == [kept]


def test_the_same_device_with_the_same_url_has_one(desk: Desk) -> None:
    _, ann = desk.user("ann")
    _, bob = desk.user("bob")
    first, others = desk.made(ann), desk.made(bob)
    second = desk.made(ann)
    assert first != second
    elsewhere = desk.made(ann, url="https://push.example.com/2")
    assert [found["id"] for found in desk.get(ann)["list"]] == [second, elsewhere]
    assert [found["id"] for found in desk.get(bob)["list"]] == [others]


def test_a_user_has_at_most_fifteen(desk: Desk) -> None:
    _, ann = desk.user("ann")
    _, bob = desk.user("bob")
    records = [desk.made(ann, deviceClientId=str(number)) for number in range(15)]
    assert desk.create(ann, deviceClientId="one more")["notCreated"]["a"]["type"] == "overQuota"
    assert desk.made(ann, deviceClientId="0") not in records
    assert desk.made(bob)


def test_too_many_in_a_short_time_are_refused(desk: Desk) -> None:
    _, ann = desk.user("ann")
    desk.may_create = False
    assert desk.create(ann)["notCreated"]["a"]["type"] == "rateLimit"


def test_destroyed_ones_leave_nothing_of_url_and_keys(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann, keys=KEYS)
    assert desk.engine.call(ann, "PushSubscription/set", {"destroy": [record]})["destroyed"] == [record]
    assert desk.engine.store.read(lambda view: view.records.get(DIRECTORY, push.KIND)) == {}
    desk.engine.store.write(lambda view: push.destroy(view, record)).result()


def test_a_verification_is_asked_for_once(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann)
    assert desk.engine.store.write(lambda view: push.mark_asked(view, record)).result()
    assert not desk.engine.store.write(lambda view: push.mark_asked(view, record)).result()
    assert not desk.engine.store.write(lambda view: push.mark_asked(view, "P999")).result()
    assert desk.kept(record).asked


def test_how_far_a_client_was_told_is_kept(desk: Desk) -> None:
    _, ann = desk.user("ann")
    record = desk.made(ann)
    desk.engine.store.write(lambda view: push.mark_told(view, {record: 77, "P999": 1})).result()
    assert desk.kept(record).told == 77
