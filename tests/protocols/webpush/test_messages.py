"""What is pushed: changes since the last push, and alerts of calendars before them."""

import json

import pytest

from angarium.datatypes.calendars import reminders
from angarium.datatypes.principals import User
from angarium.datatypes.push import Subscription
from angarium.flows.provision import new_user
from angarium.protocols.webpush.messages import news
from angarium.store.contract import Store


@pytest.fixture
def ann(store: Store) -> User:
    return store.write(lambda transaction: new_user(transaction, "ann", None, ("inbox",), 0)).result()


def subscription(user: User, types: frozenset[str] | None = None) -> Subscription:
    return Subscription("P1", user.id, "", "https://push.example/", None, types, 2**50, "", True, True, 0)


def test_alerts_go_before_the_changes_and_each_once(store: Store, ann: User) -> None:
    told = store.read(lambda snapshot: news(snapshot, subscription(ann), 0)).sequence
    store.write(lambda view: reminders.fire(view, ann.account, ann.id, {"alertId": "a"}, 0)).result()
    found = store.read(lambda snapshot: news(snapshot, subscription(ann), told))
    (alert,) = map(json.loads, found.messages)
    assert (alert["@type"], alert["alertId"]) == ("CalendarAlert", "a")
    assert store.read(lambda snapshot: news(snapshot, subscription(ann), found.sequence)).messages == []


def test_alerts_are_pushed_to_those_who_ask_for_them(store: Store, ann: User) -> None:
    store.write(lambda view: reminders.fire(view, ann.account, ann.id, {"alertId": "a"}, 0)).result()
    told = {
        name: store.read(lambda snapshot, types=types: news(snapshot, subscription(ann, types), 0)).messages  # type: ignore[misc]
        for name, types in (("mail", frozenset({"Email"})), ("alerts", frozenset({"CalendarAlert"})))
    }
    assert (told["mail"], len(told["alerts"])) == ([], 1)
