"""CalendarEventNotification (JMAP calendars §7)."""

from typing import Any

from angarium.datatypes.calendars import notifications
from tests.datatypes.calendars.desk import NOW, Desk


def _told(desk: Desk) -> list[dict[str, Any]]:
    return list(desk.call("CalendarEventNotification/get", ids=None)["list"])


def test_the_owner_hears_what_a_guest_does(ann: Desk, guest: Desk) -> None:
    event = guest.put(title="Tea")
    guest.change(event, {"title": "Coffee", "locations": {"l": {"name": "Attic"}}})
    guest.destroy(event)
    created, updated, destroyed = _told(ann)
    assert (created["type"], updated["type"], destroyed["type"]) == ("created", "updated", "destroyed")
    assert created["changedBy"] == {
        "name": "bob@example.com",
        "email": "bob@example.com",
        "principalId": guest.user.id,
        "calendarAddress": None,
    }
    assert (created["created"], created["calendarEventId"], created["isDraft"], created["comment"]) == (
        NOW,
        event,
        False,
        None,
    )
    assert created["event"]["title"] == updated["event"]["title"] == "Tea"
    assert updated["eventPatch"] == {"title": "Coffee", "locations": {"l": {"name": "Attic"}}, "sequence": 1}
    assert destroyed["event"]["title"] == "Coffee"
    assert "isDraft" not in destroyed
    assert _told(guest) == []


def test_guests_hear_when_they_are_subscribed(ann: Desk, guest: Desk) -> None:
    ann.put(title="Unheard")
    guest.call("Calendar/set", update={ann.calendar: {"isSubscribed": True}})
    ann.put(title="Heard", color="red")
    ann.put(title="Secret", privacy="secret")
    private = ann.put(title="Private", privacy="private")
    heard, hidden = _told(guest)
    assert heard["event"]["title"] == "Heard"
    assert "color" not in heard["event"]
    assert (hidden["calendarEventId"], "title" in hidden["event"]) == (private, False)
    assert _told(ann) == []


def test_what_users_have_apart_is_nobody_elses_business(ann: Desk, guest: Desk) -> None:
    event = ann.put(title="Tea")
    guest.change(event, {"color": "red", "alerts": {"a": {"trigger": {"offset": "PT0S"}}}})
    assert _told(ann) == []


def test_an_event_that_becomes_secret_has_gone_for_a_guest(ann: Desk, guest: Desk) -> None:
    guest.call("Calendar/set", update={ann.calendar: {"isSubscribed": True}})
    event = ann.put(title="Tea")
    ann.change(event, {"privacy": "secret", "title": "hush"})
    assert [told["type"] for told in _told(guest)] == ["created", "destroyed"]
    assert _told(guest)[1]["event"]["title"] == "Tea"


def test_dismissing_is_for_the_user_alone_and_nothing_else_can_be_done(ann: Desk, bob: Desk, guest: Desk) -> None:
    guest.put(title="Tea")
    (told,) = _told(ann)
    for desk, kind in ((ann, "forbidden"), (guest, "notFound")):
        answer = desk.call("CalendarEventNotification/set", update={told["id"]: {"comment": "x"}})
        assert answer["notUpdated"][told["id"]]["type"] == kind
    made = ann.call("CalendarEventNotification/set", create={"a": {"type": "created"}})["notCreated"]["a"]
    assert made["type"] == "forbidden"
    assert (
        guest.call("CalendarEventNotification/set", destroy=[told["id"]])["notDestroyed"][told["id"]]["type"]
        == "notFound"
    )
    assert ann.call("CalendarEventNotification/set", destroy=[told["id"]])["destroyed"] == [told["id"]]
    assert _told(ann) == []


def test_queries_and_changes_are_of_the_users_own(ann: Desk, guest: Desk) -> None:
    state = ann.call("CalendarEventNotification/get", ids=[])["state"]
    first = guest.put(title="Tea")
    ann.harness.now += 3_600_000
    guest.destroy(first)
    created, destroyed = (told["id"] for told in _told(ann))

    def find(**filter_: Any) -> list[str]:
        return list(ann.call("CalendarEventNotification/query", filter=filter_, sort=[{"property": "created"}])["ids"])

    assert find() == [created, destroyed]
    assert find(type="destroyed") == find(after="2026-09-21T15:13:20Z") == [destroyed]
    assert find(before="2026-09-21T15:13:20Z") == [created]
    assert find(calendarEventIds=[first, "V999"]) == [created, destroyed]
    assert find(calendarEventIds=["V999"]) == []
    assert ann.call("CalendarEventNotification/changes", sinceState=state)["created"] == [created, destroyed]
    assert guest.call("CalendarEventNotification/query")["ids"] == []
    assert guest.call("CalendarEventNotification/changes", sinceState=state)["created"] == []


def _states(desk: Desk) -> tuple[str, str]:
    got, found = (desk.call(f"CalendarEventNotification/{name}") for name in ("get", "query"))
    return got["state"], found["queryState"]


def _gone(desk: Desk, states: tuple[str, str], **arguments: Any) -> tuple[list[str], list[str]]:
    """What a user hears by changes and by queryChanges."""
    changes = desk.call("CalendarEventNotification/changes", sinceState=states[0])
    changed = desk.call("CalendarEventNotification/queryChanges", sinceQueryState=states[1], **arguments)
    assert (changes["created"], changes["updated"], changed["added"]) == ([], [], [])
    return changes["destroyed"], changed["removed"]


def test_what_goes_is_told_to_whom_it_was_and_to_nobody_else(ann: Desk, guest: Desk) -> None:
    guest.call("Calendar/set", update={ann.calendar: {"isSubscribed": True}})
    guest.put(title="Tea")
    ann.put(title="Coffee")
    (of_ann,), (of_guest,) = ([told["id"] for told in _told(desk)] for desk in (ann, guest))
    states = _states(ann)
    ann.call("CalendarEventNotification/set", destroy=[of_ann])
    assert _gone(guest, states, maxChanges=0) == ([], [])
    guest.call("CalendarEventNotification/set", destroy=[of_guest])
    assert _gone(ann, states, maxChanges=1) == ([of_ann], [of_ann])
    assert _gone(guest, states, maxChanges=1) == ([of_guest], [of_guest])


def test_what_makes_room_for_others_is_told_to_whom_it_was_and_to_nobody_else(ann: Desk, guest: Desk) -> None:
    event = guest.put(title="Tea")
    for number in range(99):
        guest.change(event, {"title": str(number)})
    states, oldest = _states(ann), _told(ann)[0]["id"]
    guest.change(event, {"title": "one more"})
    assert ann.call("CalendarEventNotification/changes", sinceState=states[0])["destroyed"] == [oldest]
    assert _gone(guest, states) == ([], [])


def test_where_nobody_knows_whose_it_was_changes_cannot_be_told(ann: Desk, guest: Desk) -> None:
    guest.put(title="Tea")
    (told,) = _told(ann)
    states, key = _states(ann), ann.user.accounts[ann.account].key
    ann.harness.store.write(lambda view: view.records.destroy(key, notifications.KIND, told["id"])).result()
    for desk in (ann, guest):
        changes = desk.error("CalendarEventNotification/changes", sinceState=states[0])
        changed = desk.error("CalendarEventNotification/queryChanges", sinceQueryState=states[1])
        assert changes["type"] == changed["type"] == "cannotCalculateChanges"


def test_the_oldest_go_when_there_are_many(ann: Desk, guest: Desk) -> None:
    event = guest.put(title="Tea")
    for number in range(105):
        guest.change(event, {"title": str(number)})
    told = _told(ann)
    assert len(told) == 100
    assert told[-1]["eventPatch"]["title"] == "104"
