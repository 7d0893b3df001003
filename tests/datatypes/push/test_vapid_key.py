from functools import partial

from angarium.datatypes.push import VapidKey, keep_next_key, keep_vapid_key, turn_to_next_key, vapid_key
from tests.datatypes.push.conftest import Desk


def test_a_key_that_was_kept_stays_the_key(desk: Desk) -> None:
    store, first = desk.engine.store, VapidKey("private", "public")
    assert store.read(vapid_key) is None
    assert store.write(lambda view: keep_vapid_key(view, first)).result() == first
    assert store.write(lambda view: keep_vapid_key(view, VapidKey("other", "other"))).result() == first
    assert store.read(vapid_key) == first


def test_the_next_key_waits_and_then_takes_the_subscriptions_of_the_old_one_along(desk: Desk) -> None:
    store, keys = desk.engine.store, [VapidKey(name, name) for name in ("first", "second", "third")]
    _, ann = desk.user("ann@example.com")
    assert store.write(turn_to_next_key).result() == 0
    store.write(lambda view: keep_vapid_key(view, keys[0])).result()
    made = desk.made(ann)
    assert store.write(turn_to_next_key).result() == 0
    for key in keys[1:]:
        store.write(partial(keep_next_key, key=key)).result()
    assert store.read(vapid_key) == keys[0]
    assert [known["id"] for known in desk.get(ann)["list"]] == [made]
    assert store.write(turn_to_next_key).result() == 1
    assert store.read(vapid_key) == keys[2]
    assert desk.get(ann)["list"] == []
    assert store.write(turn_to_next_key).result() == 0
