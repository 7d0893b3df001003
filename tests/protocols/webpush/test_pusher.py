import json
import time
from pathlib import Path

import pytest

from angarium.datatypes import principals, push
from angarium.formats.primitives import format_utc
from angarium.protocols.webpush import pusher
from angarium.protocols.webpush.messages import News, news
from angarium.protocols.webpush.targets import Targets
from angarium.store.contract import DIRECTORY, NotDurable, Snapshot, TooSlow
from angarium.store.sqlite import open_store
from tests.protocols.served import HASHES
from tests.protocols.webpush.conftest import Ground, ground
from tests.protocols.webpush.device import Device, read_token
from tests.protocols.webpush.service import Service
from tests.waiting import eventually


def user_of(land: Ground, name: str = "ann") -> principals.User:
    found = land.served.store.read(lambda view: principals.by_name(view, name))
    assert found
    return found


def silent(land: Ground, count: int, seconds: float = 0.4) -> bool:
    """Whether it stays at so many requests."""
    time.sleep(seconds)
    return len(land.service.requests) == count


def test_a_new_subscription_is_asked_at_once_and_once(land: Ground) -> None:
    record = land.subscribe()
    pushed = land.service.wait(1)
    value = pushed.json
    assert (value["@type"], value["pushSubscriptionId"]) == ("PushVerification", record)
    assert len(value["verificationCode"]) >= 22
    land.served.mailbox(user_of(land), "unverified")
    assert silent(land, 1)


def test_a_push_is_a_post_that_says_how_long_it_is_good(land: Ground) -> None:
    land.subscribe(path="/a/b?c=d")
    pushed = land.service.wait(1)
    assert pushed.path == "/a/b?c=d"
    assert pushed.headers["content-type"] == "application/json"
    assert int(pushed.headers["ttl"]) > 0
    assert pushed.headers["urgency"] == "normal"
    assert "content-encoding" not in pushed.headers


def test_a_change_is_pushed_to_a_verified_subscription(land: Ground) -> None:
    land.verified()
    user = user_of(land)
    land.served.mailbox(user, "told by push")
    now = land.served.call("Mailbox/get", {"accountId": land.served.account(user), "ids": []})["state"]
    assert land.service.wait(2).json == {
        "@type": "StateChange",
        "changed": {land.served.account(user): {"Mailbox": now}},
    }


def test_pushes_are_encrypted_for_the_keys_of_the_client(land: Ground) -> None:
    device = Device()
    record = land.subscribe(keys=device.keys)
    pushed = land.service.wait(1)
    assert pushed.headers["content-encoding"] == "aes128gcm"
    asked = json.loads(device.read(pushed.body))
    assert asked["@type"] == "PushVerification"
    land.verify(record, code=asked["verificationCode"])
    land.served.mailbox(user_of(land), "in secret")
    assert json.loads(device.read(land.service.wait(2).body))["@type"] == "StateChange"


def test_every_push_is_signed_with_the_key_of_the_session(land: Ground) -> None:
    land.verified()
    land.served.mailbox(user_of(land), "signed")
    land.service.wait(2)
    capabilities = land.served.request("GET", "/jmap").json["capabilities"]
    for pushed in land.service.requests:
        claims, key = read_token(pushed.headers["authorization"])
        assert claims["aud"] == land.service.url
        assert key == capabilities["urn:ietf:params:jmap:webpush-vapid"]["applicationServerKey"]


def test_only_the_types_asked_for_are_pushed(land: Ground) -> None:
    land.verified(types=["Email"])
    land.served.mailbox(user_of(land), "not asked for")
    assert silent(land, 1)


def test_many_changes_are_few_pushes_and_the_last_state_is_told(land: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pusher, "GAP", 0.3)
    land.verified()
    user = user_of(land)
    for number in range(20):
        land.served.mailbox(user, f"many {number}")
    account = land.served.account(user)
    now = land.served.call("Mailbox/get", {"accountId": account, "ids": []})["state"]
    eventually(lambda: land.service.requests[-1].json.get("changed") == {account: {"Mailbox": now}})
    assert len(land.service.requests) < 10


def test_what_others_share_is_pushed_as_long_as_they_do(land: Ground) -> None:
    other = land.served.user("bob")
    user = user_of(land)
    land.verified()
    grant = lambda view: principals.grant(view, other.account, user, read_only=True)  # noqa: E731
    land.served.store.write(grant).result()
    time.sleep(0.3)
    count = len(land.service.requests)  # what the account held before may be told with the grant
    land.served.mailbox(other, "shared")
    assert land.served.account(other) in land.service.wait(count + 1).json["changed"]
    land.served.store.write(lambda view: principals.revoke(view, other.account, user)).result()
    land.served.mailbox(other, "not shared any more")
    assert silent(land, count + 1)


def test_a_changed_password_ends_pushes_and_leaves_nothing(land: Ground) -> None:
    land.verified()
    user = user_of(land)
    land.served.store.write(lambda view: principals.set_password_hash(view, user, HASHES["other"])).result()
    eventually(lambda: land.stays() == [])
    arguments = {"accountId": land.served.account(user), "create": {"a": {"name": "unheard"}}}
    land.served.call("Mailbox/set", arguments, password="other")
    assert silent(land, 1)


def test_a_withdrawn_token_takes_its_subscriptions_along(land: Ground) -> None:
    user, digest = user_of(land), principals.digest_of("a-token-of-twenty-letters")
    land.served.store.write(lambda view: principals.issue(view, user.id, digest, 0)).result()
    given = {"deviceClientId": "d", "url": land.service.url + "/d"}
    by_token = {"user": None, "headers": {"Authorization": "Bearer a-token-of-twenty-letters"}}
    assert land.served.call("PushSubscription/set", {"create": {"a": given}}, **by_token)["created"]
    assert len(land.served.call("PushSubscription/get", {"ids": None}, **by_token)["list"]) == 1
    assert land.served.call("PushSubscription/get", {"ids": None})["list"] == []
    land.service.wait(1)
    land.served.store.write(lambda view: principals.withdraw(view, digest)).result()
    eventually(lambda: land.stays() == [])


def test_a_removed_user_leaves_nothing(land: Ground) -> None:
    land.verified()
    user = user_of(land)
    land.served.store.write(lambda view: principals.remove(view, user)).result()
    eventually(lambda: land.stays() == [])


def test_a_destroyed_subscription_hears_nothing_more(land: Ground) -> None:
    record = land.verified()
    assert land.served.call("PushSubscription/set", {"destroy": [record]})["destroyed"] == [record]
    land.served.mailbox(user_of(land), "after the end")
    assert silent(land, 1)


def test_an_expired_subscription_is_removed(land: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    record = land.verified()
    soon = format_utc(time.time_ns() // 1_000_000 + 300)
    land.served.call("PushSubscription/set", {"update": {record: {"expires": soon}}})
    eventually(lambda: land.stays() == [])
    land.served.mailbox(user_of(land), "too late")
    assert silent(land, 1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_service_that_refuses_for_good_is_not_asked_again(land: Ground, status: int) -> None:
    land.verified()
    land.service.answer = lambda _: (status, {})
    land.served.mailbox(user_of(land), "refused")
    land.service.wait(2)
    eventually(lambda: land.stays() == [])
    land.served.mailbox(user_of(land), "refused again")
    assert silent(land, 2)


def test_a_refused_verification_destroys_the_subscription_and_is_not_repeated(land: Ground) -> None:
    land.service.answer = lambda _: (403, {})
    land.subscribe()
    eventually(lambda: land.stays() == [])
    assert silent(land, 1)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_verification_that_reached_the_service_is_not_repeated(land: Ground, status: int) -> None:
    land.service.answer = lambda _: (status, {})
    land.subscribe()
    land.service.wait(1)
    assert silent(land, 1)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 302])
def test_a_service_in_trouble_is_tried_three_times_and_again_with_the_next_news(land: Ground, status: int) -> None:
    land.verified()
    land.service.answer = lambda number: (status, {"Location": "/elsewhere"}) if number < 4 else (201, {})
    user = user_of(land)
    land.served.mailbox(user, "first")
    land.service.wait(4)
    assert silent(land, 4)
    assert {pushed.path for pushed in land.service.requests} == {"/d"}
    land.served.mailbox(user, "second")
    account = land.served.account(user)
    now = land.served.call("Mailbox/get", {"accountId": account, "ids": []})["state"]
    assert land.service.wait(5).json["changed"] == {account: {"Mailbox": now}}
    assert len(land.stays()) == 1


def test_a_service_that_asks_to_wait_is_waited_for(land: Ground) -> None:
    land.verified()
    land.service.answer = lambda number: (429, {"Retry-After": "1"}) if number == 1 else (201, {})
    land.served.mailbox(user_of(land), "waits")
    assert land.service.wait(3).at - land.service.requests[1].at > 0.9


def test_what_changed_while_the_server_was_down_is_pushed_once(tmp_path: Path, running: Service, quick: None) -> None:
    with ground(tmp_path / "data", running) as land:
        user = land.served.user("ann")
        land.verified()
        land.served.mailbox(user, "while up")
        running.wait(2)
        time.sleep(0.2)
    with ground(tmp_path / "data", running) as land:
        assert silent(land, 2)
    from angarium.datatypes.mail import create_default

    store = open_store(tmp_path / "data")
    store.write(lambda view: create_default(view, user.account, ["archive"])).result()
    store.close()
    with ground(tmp_path / "data", running) as land:
        assert list(running.wait(3).json["changed"]) == [land.served.account(user)]
        assert silent(land, 3)
    with ground(tmp_path / "data", running) as land:
        assert silent(land, 3)


def test_what_was_never_pushed_is_pushed_after_a_restart(tmp_path: Path, running: Service, quick: None) -> None:
    with ground(tmp_path / "data", running) as land:
        user = land.served.user("ann")
        land.verified()
        running.answer = lambda _: (503, {})
        land.served.mailbox(user, "nobody took it")
        running.wait(4)
    running.answer = lambda _: (201, {})
    count = len(running.requests)
    with ground(tmp_path / "data", running) as land:
        assert list(running.wait(count + 1).json["changed"]) == [land.served.account(user)]


def test_a_verification_that_was_not_sent_is_sent_after_a_restart(
    tmp_path: Path, running: Service, quick: None
) -> None:
    with ground(tmp_path / "data", running) as land:
        land.served.user("ann")
        record = land.subscribe()
        running.wait(1)
    store = open_store(tmp_path / "data")
    value = store.read(lambda view: view.records.get(DIRECTORY, push.KIND))[record]
    waiting = value.replace(b'"asked":true', b'"asked":false')
    assert waiting != value
    indexes = {"user": ["U1"]}
    store.write(lambda view: view.records.update(DIRECTORY, push.KIND, record, waiting, indexes)).result()
    store.close()
    with ground(tmp_path / "data", running) as land:
        assert running.wait(2).json["pushSubscriptionId"] == record
        assert silent(land, 2)


def test_how_far_a_client_was_told_is_kept_now_and_then(
    tmp_path: Path, running: Service, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher, "TEND_SECONDS", 0.2)
    with ground(tmp_path / "data", running) as land:
        user = land.served.user("ann")
        land.verified()
        before = land.stays()[0].told
        land.served.mailbox(user, "kept")
        running.wait(2)
        eventually(lambda: land.stays()[0].told > before)
        settled = newest(land)
        time.sleep(1)
        assert newest(land) <= settled + 1, "keeping it must not be news that has to be kept"


def newest(land: Ground) -> int:
    """The sequence of the last commit."""
    return land.served.store.read(lambda view: view.states_after([], 0))[1]


def test_news_of_subscriptions_does_not_make_sign_ins_stale(land: Ground) -> None:
    land.served.request("GET", "/jmap")
    generation = land.served.composed.sign_in._generation
    land.verified()
    time.sleep(0.2)
    assert land.served.composed.sign_in._generation == generation


def test_a_name_that_comes_to_lead_inside_ends_the_subscription(land: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    land.verified()
    monkeypatch.setattr(Targets, "permits", lambda self, address: False)
    land.served.mailbox(user_of(land), "rebound")
    eventually(lambda: land.stays() == [])
    assert silent(land, 1)


def test_a_store_that_cannot_write_is_asked_again_later_and_not_at_once(
    land: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[float] = []

    def write(job: object) -> object:
        tried.append(time.monotonic())
        raise NotDurable("the disk is full")

    record = land.verified()
    soon = format_utc(time.time_ns() // 1_000_000 + 500)
    land.served.call("PushSubscription/set", {"update": {record: {"expires": soon}}})
    with monkeypatch.context() as broken:
        broken.setattr(land.served.store, "write", write)
        eventually(lambda: len(tried) > 1)
        time.sleep(0.5)
        assert len(tried) < 20
    eventually(lambda: land.stays() == [])


def test_a_store_that_cannot_be_read_for_a_moment_loses_no_news(land: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[int] = []

    def unread(snapshot: Snapshot, subscription: push.Subscription, told: int, now: int) -> News:
        if not failed:
            failed.append(told)
            raise TooSlow("the machine is busy")
        return news(snapshot, subscription, told, now)

    monkeypatch.setattr(pusher, "news", unread)
    land.verified()
    land.served.mailbox(user_of(land), "told all the same")
    assert "changed" in land.service.wait(2).json
    assert failed
