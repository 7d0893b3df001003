"""What who was invited answers, and when nothing is answered (JMAP calendars §5.9.2.3)."""

from typing import Any

import pytest
from tests.flows.schedule.party import ANN, BOB, CY, LATER, Own, event, person

from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.attending import replies
from angarium.flows.schedule.message import Method

SECOND = "2026-10-08T09:00:00"


def answers(before: Event | None, after: Event | None) -> list[tuple[Any, Any]]:
    """The occurrence, None for all, and the status of each answer of Bob."""
    made: Any = replies(before, after, Own(BOB), LATER)
    for message in made:
        assert (message.method, message.sender, message.recipients) == (Method.REPLY, BOB, (ANN,))
    return [
        (each.get("recurrenceId"), next(iter(each["participants"].values()))["participationStatus"])
        for message in made
        for each in message.events
    ]


def bob(status: str, **more: Any) -> Any:
    people = {"ann": person(ANN, "owner"), "bob": person(BOB, status=status, **more), "cy": person(CY)}
    return event(participants=people)


def at(**patch: Any) -> Any:
    return event(recurrenceOverrides={SECOND: patch})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (event(), bob("accepted"), [(None, "accepted")]),
        (bob("accepted"), bob("tentative"), [(None, "tentative")]),
        (None, bob("declined"), [(None, "declined")]),
        (bob("accepted"), None, [(None, "declined")]),
        (event(), at(**{"participants/bob/participationStatus": "declined"}), [(SECOND, "declined")]),
        (event(), at(**{"participants/bob": person(BOB, status="accepted")}), [(SECOND, "accepted")]),
        (event(), at(excluded=True), [(SECOND, "declined")]),
        (at(**{"participants/bob/participationStatus": "accepted"}), None, [(None, "declined")]),
    ],
)
def test_a_status_that_changes_is_told(before: Event | None, after: Event | None, expected: Any) -> None:
    assert answers(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, event()),
        (event(), None),
        (event(), event(title="Mine")),
        (bob("accepted"), event()),
        (bob("accepted"), bob("accepted", expectReply=False)),
        (bob("declined"), None),
        (event(), at(**{"participants/cy/participationStatus": "declined"})),
        (bob("accepted") | {"status": "cancelled"}, None),
        (bob("accepted") | {"organizerCalendarAddress": None}, None),
    ],
)
def test_nothing_else_is_told(before: Event | None, after: Event | None) -> None:
    assert answers(before, after) == []


def test_an_answer_tells_of_nobody_else_and_nothing_that_is_private() -> None:
    (message,) = replies(event(), bob("accepted", expectReply=True) | {"color": "red"}, Own(BOB), LATER)
    (shown,) = message.events
    assert shown["participants"] == {"bob": person(BOB, status="accepted")}
    assert (shown["sequence"], shown["updated"], shown["uid"]) == (1, LATER, "party@example.com")
    assert not {"color", "calendarIds", "recurrenceRule", "description"} & shown.keys()


def test_a_status_of_one_occurrence_that_is_taken_back_is_that_of_the_whole() -> None:
    before = bob("accepted") | {"recurrenceOverrides": {SECOND: {"participants/bob/participationStatus": "declined"}}}
    assert answers(before, bob("accepted")) == [(SECOND, "accepted")]
