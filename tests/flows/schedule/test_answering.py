"""What a participant's message comes to where the event is organized, and what it never can do."""

from typing import Any

import pytest
from tests.flows.schedule.party import ANN, BOB, CY, LATER, NOW, Own, event, person

from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.answering import answered
from angarium.flows.schedule.decision import Decision, Held, Incoming
from angarium.flows.schedule.guests import guests
from angarium.flows.schedule.message import Method

SECOND = "2026-10-08T09:00:00"
EVE = "mailto:eve@example.net"


def answer(status: str = "accepted", who: str = BOB, **properties: Any) -> Any:
    given = event(
        participants={"x": person(who, status=status)}, **{"updated": LATER, "title": "Mine now", **properties}
    )
    del given["recurrenceRule"]
    return given


def comes(
    given: Event,
    sender: str = BOB,
    trusted: bool = True,
    method: Method = Method.REPLY,
    kept: Event | None = None,
    me: str = ANN,
) -> Decision:
    return answered(
        Held(("V1", kept or event())), Incoming(method, given, sender, trusted, Own(me), "K1", LATER, guests(given))
    )


def became(decision: Decision) -> Any:
    (step,) = decision.steps
    assert step.record == "V1"
    return step.after


def test_an_answer_sets_the_status_of_who_sent_it_and_nothing_else() -> None:
    after = became(comes(answer()))
    noted = {"participationStatus": "accepted", "scheduleSequence": 1, "scheduleUpdated": LATER}
    assert after["participants"]["bob"] == {**person(BOB), **noted}
    assert {**after, "participants": None} == {**event(), "participants": None}
    assert after["participants"]["cy"] == person(CY)


def test_an_answer_for_one_occurrence_is_an_override() -> None:
    after = became(comes(answer("declined", recurrenceId=SECOND, start=SECOND)))
    assert after["participants"] == event()["participants"]
    assert after["recurrenceOverrides"][SECOND]["participants/bob/participationStatus"] == "declined"
    assert "title" not in after["recurrenceOverrides"][SECOND]
    again = became(comes(answer("accepted", recurrenceId=SECOND, updated="2026-09-23T00:00:00Z"), kept=after))
    assert again["recurrenceOverrides"][SECOND]["participants/bob/participationStatus"] == "accepted"
    assert comes(answer("accepted", recurrenceId=SECOND, updated=NOW), kept=again) == Decision()


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        (answer(who=CY), BOB),
        (answer(), EVE),
        (answer(uid="other"), ""),
        (answer("needs-action"), BOB),
        (answer("delighted"), BOB),
        (answer(recurrenceId="2026-10-09T09:00:00"), BOB),
    ],
    ids=["for another", "by another", "nobody", "no answer", "no status", "no such occurrence"],
)
def test_what_is_no_answer_of_a_participant_changes_nothing(given: Event, sender: str) -> None:
    assert comes(given, sender) == Decision()


def test_late_answers_are_passed_over() -> None:
    known = event()
    known["participants"]["bob"] = person(BOB, status="accepted", scheduleSequence=1, scheduleUpdated=LATER)
    assert comes(answer("declined", sequence=0, updated="2027-01-01T00:00:00Z"), kept=known) == Decision()
    assert comes(answer("declined", updated=NOW), kept=known) == Decision()
    assert became(comes(answer("declined", sequence=2, updated=NOW), kept=known))


def test_where_the_event_is_not_organized_answers_change_nothing() -> None:
    assert comes(answer(), me=CY) == Decision()
    assert comes(answer(), kept=event(organizerCalendarAddress=None)) == Decision()
    assert (
        answered(Held(), Incoming(Method.REPLY, answer(), BOB, True, Own(ANN), "K1", LATER, guests(answer())))
        == Decision()
    )


def test_an_answer_that_cannot_be_verified_only_tells() -> None:
    decision = comes(answer("declined"), trusted=False)
    assert not decision.steps
    assert decision.told is not None
    assert decision.told.why.startswith("declined: ")
    assert comes(answer(who=EVE), EVE, trusted=False) == Decision()


def test_who_is_not_invited_stays_out_unless_everybody_may_come() -> None:
    decision = comes(answer(who=EVE), EVE)
    assert not decision.steps
    assert decision.told is not None
    crowd = became(comes(answer(who=EVE), EVE, kept=event(mayInviteSelf=True)))["participants"]
    (eve,) = (each for each in crowd.values() if each["calendarAddress"] == EVE)
    assert (eve["roles"], eve["participationStatus"]) == ({"attendee": True}, "accepted")
    assert len(crowd) == 4


def test_a_counter_proposal_is_declined_in_so_many_words() -> None:
    decision = comes(answer(start="2026-10-01T12:00:00"), method=Method.COUNTER)
    assert not decision.steps
    assert decision.told is not None
    assert decision.answer is not None
    assert (decision.answer.method, decision.answer.recipients) == (Method.DECLINECOUNTER, (BOB,))
    assert decision.answer.events[0]["start"] == "2026-10-01T09:00:00"
    assert comes(answer(), method=Method.COUNTER, trusted=False).answer is None


def test_who_asks_for_the_event_gets_what_a_participant_may_see() -> None:
    asked = comes(answer(), method=Method.REFRESH)
    assert asked.answer is not None
    assert (asked.answer.method, asked.answer.recipients) == (Method.REQUEST, (BOB,))
    assert "calendarIds" not in asked.answer.events[0]
    assert comes(answer(who=EVE), EVE, method=Method.REFRESH) == Decision()
