"""What an organizer sends, to whom, and what of the event each sees (JMAP calendars §5.9.2)."""

from typing import Any

import pytest
from tests.flows.schedule.party import ANN, BOB, CY, LATER, Own, event, person

from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.guests import TooManyGuests
from angarium.flows.schedule.message import Message, Method
from angarium.flows.schedule.organizing import messages, whole
from angarium.formats.json import JSON

SECOND = "2026-10-08T09:00:00"
THIRD = "2026-10-15T09:00:00"
OUTSIDE = "2026-10-09T09:00:00"


def sent(before: Event | None, after: Event | None) -> list[Message]:
    return messages(before, after, ANN, Own(ANN), LATER)


def told(before: Event | None, after: Event | None) -> list[tuple[Method, tuple[str, ...], list[JSON]]]:
    """Method, recipients and recurrence ids."""
    return [
        (message.method, message.recipients, [each.get("recurrenceId") for each in message.events])
        for message in sent(before, after)
    ]


def changed(**properties: Any) -> Any:
    return event(sequence=2, **properties)


def test_a_new_event_is_a_request_to_everybody_but_its_owner() -> None:
    (message,) = sent(None, event())
    assert (message.method, message.sender, message.recipients) == (Method.REQUEST, ANN, (BOB, CY))
    (shown,) = message.events
    assert shown["title"] == "Party"
    assert shown["sequence"] == 1


def test_what_is_the_owners_alone_stays_here() -> None:
    alerts = {"a": {"trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}}}
    bob = person(BOB, scheduleSequence=1, scheduleUpdated=LATER)
    overrides = {SECOND: {"color": "red", "alerts/a/acknowledged": LATER, "title": "Big", "participants/bob": bob}}
    kept = event(
        alerts=alerts,
        color="blue",
        keywords={"x": True},
        freeBusyStatus="free",
        privacy="private",
        useDefaultAlerts=True,
        iCalendar={"name": "vevent"},
        recurrenceOverrides=overrides,
    )
    (message,) = sent(None, kept)
    (shown,) = message.events
    secret = {"alerts", "color", "keywords", "freeBusyStatus", "privacy", "useDefaultAlerts", "calendarIds", "isDraft"}
    assert not secret & shown.keys()
    assert shown["recurrenceOverrides"] == {SECOND: {"title": "Big", "participants/bob": person(BOB)}}


def test_a_change_is_a_request_and_no_change_is_nothing() -> None:
    assert told(event(), changed(title="Feast")) == [(Method.REQUEST, (BOB, CY), [None])]
    assert told(event(), event(color="red", calendarIds={"K2": True}, updated=LATER)) == []


def test_who_is_added_is_asked_and_who_is_removed_is_told() -> None:
    people = {"ann": person(ANN, "owner"), "bob": person(BOB), "dee": person("mailto:dee@example.com")}
    assert told(event(), changed(participants=people)) == [
        (Method.CANCEL, (CY,), [None]),
        (Method.REQUEST, (BOB,), [None]),
        (Method.REQUEST, ("mailto:dee@example.com",), [None]),
    ]
    assert [message.is_new for message in sent(event(), changed(participants=people))] == [False, False, True]


def test_a_cancellation_names_only_those_it_is_for_and_is_one_further() -> None:
    (message,) = sent(event(), None)
    assert (message.method, message.recipients) == (Method.CANCEL, (BOB, CY))
    (shown,) = message.events
    assert (shown["sequence"], shown["updated"], shown["status"]) == (2, LATER, "cancelled")
    assert shown["participants"] == {"bob": person(BOB), "cy": person(CY)}


def test_an_occurrence_taken_out_is_cancelled_and_nothing_else_is_said() -> None:
    without = changed(recurrenceOverrides={SECOND: {"excluded": True}})
    assert told(event(), without) == [(Method.CANCEL, (BOB, CY), [SECOND])]
    (message,) = sent(event(), without)
    assert message.events[0]["sequence"] == 2
    assert "recurrenceRule" not in message.events[0]


def test_an_added_occurrence_that_goes_again_is_cancelled() -> None:
    more = event(recurrenceOverrides={OUTSIDE: {"title": "Extra"}})
    assert told(more, changed()) == [(Method.CANCEL, (BOB, CY), [OUTSIDE])]
    assert told(event(), {**more, "sequence": 2}) == [(Method.REQUEST, (BOB, CY), [None])]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (None, True),
        (changed(recurrenceOverrides={SECOND: {"excluded": True}}), True),
        (changed(participants={"ann": person(ANN, "owner"), "bob": person(BOB)}), False),
        (changed(recurrenceOverrides={SECOND: {"participants/cy": None}}), False),
    ],
    ids=["the event goes", "an occurrence goes", "a participant goes", "a participant leaves an occurrence"],
)
def test_a_cancellation_has_a_status_where_the_event_is_off_for_all(after: Event | None, expected: bool) -> None:
    message = sent(event(), after)[0]
    assert (message.method, "status" in message.events[0]) == (Method.CANCEL, expected)


def test_an_override_that_goes_is_a_request() -> None:
    moved = event(recurrenceOverrides={SECOND: {"start": "2026-10-08T15:00:00"}})
    assert told(moved, changed()) == [(Method.REQUEST, (BOB, CY), [None])]


def test_who_is_removed_from_one_occurrence_sees_it_excluded_and_the_others_see_who_comes() -> None:
    after = changed(recurrenceOverrides={SECOND: {"participants/cy": None}})
    assert told(event(), after) == [(Method.CANCEL, (CY,), [SECOND]), (Method.REQUEST, (BOB,), [None])]
    (shown,) = whole(after, CY, ANN)
    assert shown["recurrenceOverrides"] == {SECOND: {"excluded": True}}
    beside = changed(recurrenceOverrides={OUTSIDE: {"participants/cy": None}})
    (shown,) = whole(beside, CY, ANN)
    assert "recurrenceOverrides" not in shown


def test_who_is_invited_to_single_occurrences_hears_of_those_alone() -> None:
    dee = "mailto:dee@example.com"
    overrides = {SECOND: {"participants/dee": person(dee)}, THIRD: {"title": "Other", "participants/dee": person(dee)}}
    after = changed(recurrenceOverrides=overrides)
    (of_all, of_dee) = sent(None, after)
    assert (of_dee.method, of_dee.recipients) == (Method.REQUEST, (dee,))
    assert [(each["recurrenceId"], each["title"]) for each in of_dee.events] == [(SECOND, "Party"), (THIRD, "Other")]
    assert not any("recurrenceRule" in each or "recurrenceOverrides" in each for each in of_dee.events)
    assert of_all.recipients == (BOB, CY)


def test_who_is_then_invited_to_the_whole_is_not_told_that_occurrences_are_off() -> None:
    dee = "mailto:dee@example.com"
    before = event(recurrenceOverrides={SECOND: {"participants/dee": person(dee)}})
    after = changed(participants={**event()["participants"], "dee": person(dee)})
    assert told(before, after) == [(Method.REQUEST, (BOB, CY, dee), [None])]


def test_hidden_attendees_each_see_nobody_but_themselves() -> None:
    overrides = {SECOND: {"participants/cy/participationStatus": "declined", "title": "Big"}}
    for message in sent(None, event(hideAttendees=True, recurrenceOverrides=overrides)):
        shown: Any = message.events[0]
        people = shown["participants"]
        assert isinstance(people, dict)
        assert [each["calendarAddress"] for each in people.values()] == [*message.recipients]
        assert ("participants/cy/participationStatus" in shown["recurrenceOverrides"][SECOND]) == (
            message.recipients == (CY,)
        )


def test_people_and_occurrences_that_are_too_many_together_are_refused() -> None:
    people = {f"p{number}": person(f"mailto:p{number}@example.com") for number in range(2_000)}
    overrides: dict[str, Any] = {
        f"2026-{1 + day // 28:02}-{1 + day % 28:02}T0{h}:00:00": {"participants": {}}
        for day in range(300)
        for h in "123"
    }
    with pytest.raises(TooManyGuests):
        sent(None, event(participants=people, recurrenceOverrides=overrides))
