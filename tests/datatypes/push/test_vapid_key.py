from angarium.datatypes.push import VapidKey, keep_vapid_key, vapid_key
from tests.datatypes.push.conftest import Desk


def test_a_key_that_was_kept_stays_the_key(desk: Desk) -> None:
    store, first = desk.engine.store, VapidKey("private", "public")
    assert store.read(vapid_key) is None
    assert store.write(lambda view: keep_vapid_key(view, first)).result() == first
    assert store.write(lambda view: keep_vapid_key(view, VapidKey("other", "other"))).result() == first
    assert store.read(vapid_key) == first
