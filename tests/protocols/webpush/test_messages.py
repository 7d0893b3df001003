"""What is pushed: changes since the last push, and alerts of calendars before them."""

import json

import pytest

from angarium.datatypes import principals
from angarium.datatypes.calendars import reminders
from angarium.datatypes.principals import User
from angarium.datatypes.push import Subscription
from angarium.datatypes.push.record import KIND, PREFIX, holder
from angarium.flows.provision import new_user
from angarium.formats.json import JSON
from angarium.protocols.webpush.messages import MOST_OCTETS, News, news
from angarium.store.contract import DIRECTORY, Store


@pytest.fixture
def ann(store: Store) -> User:
    return store.write(lambda transaction: new_user(transaction, "ann", None, ("inbox",), 0)).result()


NOW = 1_000


def subscription(store: Store, user: User, types: frozenset[str] | None = None) -> Subscription:
    _, credentials = store.read(lambda snapshot: holder(snapshot, user.id))
    record = store.write(lambda view: view.records.create(DIRECTORY, KIND, PREFIX, b"{}", {})).result()
    url = "https://push.example/"
    return Subscription(record, user.id, credentials, None, url, None, types, NOW + 1, "", True, True, 0)


def told_of(store: Store, subscribed: Subscription, told: int = 0, now: int = NOW) -> News:
    return store.read(lambda snapshot: news(snapshot, subscribed, told, now))


def test_alerts_go_before_the_changes_and_each_once(store: Store, ann: User) -> None:
    subscribed = subscription(store, ann)
    told = told_of(store, subscribed).sequence
    store.write(lambda view: reminders.fire(view, ann.account, ann.id, {"alertId": "a"}, 0)).result()
    found = told_of(store, subscribed, told)
    (alert,) = map(json.loads, found.messages)
    assert (alert["@type"], alert["alertId"]) == ("CalendarAlert", "a")
    assert told_of(store, subscribed, found.sequence).messages == []


def test_alerts_are_pushed_to_those_who_ask_for_them(store: Store, ann: User) -> None:
    store.write(lambda view: reminders.fire(view, ann.account, ann.id, {"alertId": "a"}, 0)).result()
    told = {
        name: told_of(store, subscription(store, ann, types)).messages
        for name, types in (("mail", frozenset({"Email"})), ("alerts", frozenset({"CalendarAlert"})))
    }
    assert (told["mail"], len(told["alerts"])) == ([], 1)


def test_an_alert_that_no_service_must_take_is_left_out(store: Store, ann: User) -> None:
    told = told_of(store, subscription(store, ann)).sequence
    for uid in ("a" * MOST_OCTETS, "b"):
        alert: dict[str, JSON] = {"uid": uid}
        store.write(lambda view, alert=alert: reminders.fire(view, ann.account, ann.id, alert, 0)).result()  # type: ignore[misc]
    (message,) = told_of(store, subscription(store, ann), told).messages
    assert json.loads(message)["uid"] == "b"


def test_nothing_is_told_to_a_subscription_that_is_void(store: Store, ann: User) -> None:
    subscribed = subscription(store, ann)
    assert told_of(store, subscribed).messages
    assert told_of(store, subscribed, now=subscribed.expires).messages == []
    destroyed = subscription(store, ann)
    store.write(lambda view: view.records.destroy(DIRECTORY, KIND, destroyed.id)).result()
    assert told_of(store, destroyed).messages == []
    store.write(lambda view: principals.set_password_hash(view, ann, "another")).result()
    assert told_of(store, subscribed).messages == []
