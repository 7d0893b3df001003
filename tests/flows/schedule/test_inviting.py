"""What an organizer's message comes to where somebody was invited, and what it never can do."""

from typing import Any

import pytest
from tests.flows.schedule.party import ANN, BOB, CY, LATER, NOW, Own, event, person

from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.decision import Decision, Held, Incoming
from angarium.flows.schedule.guests import guests
from angarium.flows.schedule.inviting import invited
from angarium.flows.schedule.message import Method, sendable

FIRST = "2026-10-01T09:00:00"
SECOND = "2026-10-08T09:00:00"
EVE = "mailto:eve@example.net"


def comes(
    held: Held, given: Event, method: Method = Method.REQUEST, sender: str = ANN, trusted: bool = True
) -> Decision:
    return invited(held, Incoming(method, sendable(given), sender, trusted, Own(BOB), "K9", LATER, guests(given)))


def mine(**properties: Any) -> Any:
    """What Bob has of it, who has accepted."""
    return event(
        participants={"ann": person(ANN, "owner"), "bob": person(BOB, status="accepted"), "cy": person(CY)},
        **{"calendarIds": {"K2": True}, "color": "red", "useDefaultAlerts": True, "privacy": "private", **properties},
    )


def have(**properties: Any) -> Held:
    return Held(("V1", mine(**properties)))


def became(decision: Decision) -> Event:
    (step,) = decision.steps
    assert step.after is not None
    return step.after


def status(given: Event, at: str | None = None) -> Any:
    people: Any = given["participants"]
    if at is None:
        return people["bob"]["participationStatus"]
    overrides: Any = given["recurrenceOverrides"]
    return overrides[at].get("participants/bob/participationStatus")


def newer(**properties: Any) -> Any:
    return event(**{"sequence": 2, "updated": LATER, **properties})


def test_an_invitation_makes_an_event_that_waits_for_an_answer() -> None:
    claimed = event(participants={"ann": person(ANN, "owner"), "bob": person(BOB, status="accepted")}, alerts={"x": {}})
    (step,) = comes(Held(), claimed, trusted=False).steps
    assert (step.record, step.before) == (None, None)
    made = became(comes(Held(), claimed, trusted=False))
    assert made["calendarIds"] == {"K9": True}
    assert status(made) == "needs-action"
    assert "alerts" not in made
    assert made["useDefaultAlerts"] is True
    assert (made["title"], made["sequence"], made["updated"]) == ("Party", 1, NOW)


def test_an_update_changes_what_is_the_organizers_and_nothing_else() -> None:
    made = became(comes(have(), newer(title="Feast", color="green", privacy="public", calendarIds={"K7": True})))
    assert (made["title"], made["sequence"], made["updated"]) == ("Feast", 2, LATER)
    assert (made["color"], made["privacy"], made["calendarIds"]) == ("red", "private", {"K2": True})
    assert status(made) == "accepted"


def test_only_one_who_moves_the_event_can_ask_anew() -> None:
    assert status(became(comes(have(), newer(start="2026-10-02T09:00:00")))) == "needs-action"
    kept = {"ann": person(ANN, "owner"), "bob": person(BOB, status="declined")}
    assert status(became(comes(have(), newer(start="2026-10-02T09:00:00", participants=kept)))) == "accepted"


def test_a_moved_occurrence_is_moved_and_keeps_the_answer_of_the_whole() -> None:
    moved = newer(recurrenceOverrides={SECOND: {"start": "2026-10-08T15:00:00"}})
    made = became(comes(have(), moved))
    assert made["recurrenceOverrides"] == {SECOND: {"start": "2026-10-08T15:00:00"}}
    assert status(made) == "accepted"


def test_a_moved_occurrence_can_be_asked_for_anew() -> None:
    asked = {"start": "2026-10-08T15:00:00", "participants/bob/participationStatus": "needs-action"}
    made = became(comes(have(), newer(recurrenceOverrides={SECOND: asked})))
    assert status(made, SECOND) == "needs-action"
    told = {"title": "Big", "participants/bob/participationStatus": "declined"}
    assert status(became(comes(have(), newer(recurrenceOverrides={SECOND: told}))), SECOND) is None


def test_who_knows_the_answer_to_the_whole_can_ask_anew_for_an_occurrence() -> None:
    asked = {"title": "Big", "participants/bob/participationStatus": "needs-action"}
    known = {"ann": person(ANN, "owner"), "bob": person(BOB, status="accepted")}
    made = became(comes(have(), newer(recurrenceOverrides={SECOND: asked}, participants=known)))
    assert (status(made), status(made, SECOND)) == ("accepted", "needs-action")
    unknown = became(comes(have(), newer(recurrenceOverrides={SECOND: asked})))
    assert (status(unknown), status(unknown, SECOND)) == ("accepted", None)


def test_answers_and_alerts_of_single_occurrences_stay_while_these_do() -> None:
    held = have(recurrenceOverrides={SECOND: {"participants/bob/participationStatus": "declined", "color": "blue"}})
    made = became(comes(held, newer(title="Feast")))
    assert made["recurrenceOverrides"] == {
        SECOND: {"participants/bob/participationStatus": "declined", "color": "blue"}
    }
    gone = became(comes(held, newer(recurrenceOverrides={SECOND: {"excluded": True}})))
    assert gone["recurrenceOverrides"] == {SECOND: {"excluded": True}}
    elsewhere = became(comes(held, newer(start="2026-10-02T09:00:00")))
    assert "recurrenceOverrides" not in elsewhere


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        (newer(), EVE),
        (newer(organizerCalendarAddress=EVE), EVE),
        (newer(), ""),
        (newer(sequence=0), ANN),
        (newer(sequence=1, updated="2020-01-01T00:00:00Z"), ANN),
        (event(), ANN),
        (newer(participants={"ann": person(ANN, "owner"), "cy": person(CY)}), ANN),
        (newer(organizerCalendarAddress=BOB), BOB),
    ],
    ids=["forged", "uid of another", "nobody", "old sequence", "old date", "the same", "not invited", "oneself"],
)
@pytest.mark.parametrize("method", [Method.REQUEST, Method.CANCEL, Method.ADD])
def test_what_is_not_from_the_organizer_or_not_newer_changes_nothing(given: Event, sender: str, method: Method) -> None:
    if method is Method.CANCEL and (given == event() or (sender == ANN and given["sequence"] == 2)):
        return  # to cancel, it need not be newer, nor name who is invited
    if method is Method.ADD and given == event():
        return
    assert comes(have(), given, method, sender) == Decision()


def test_what_cannot_be_verified_only_tells() -> None:
    for method in (Method.REQUEST, Method.CANCEL, Method.ADD, Method.DECLINECOUNTER):
        decision = comes(have(), newer(), method, trusted=False)
        assert not decision.steps
        assert decision.told is not None
        assert decision.told.record == "V1"
    assert comes(have(), event(), trusted=False) == Decision()


def test_a_cancelled_event_stays_to_be_seen_as_cancelled() -> None:
    made = became(comes(have(), newer(status="cancelled"), Method.CANCEL))
    assert (made["status"], made["sequence"], made["color"], made["title"]) == ("cancelled", 2, "red", "Party")


def test_a_cancelled_occurrence_is_taken_out() -> None:
    one = newer(recurrenceId=SECOND)
    made = became(comes(have(), one, Method.CANCEL))
    assert made["recurrenceOverrides"] == {SECOND: {"excluded": True}}
    assert comes(have(), newer(recurrenceId="2026-10-09T09:00:00"), Method.CANCEL) == Decision()


def single(**properties: Any) -> Any:
    made = newer(recurrenceId=SECOND, start=SECOND, **properties)
    del made["recurrenceRule"]
    return made


def test_an_occurrence_of_what_is_there_becomes_an_override() -> None:
    made = became(comes(have(), single(title="Big", sequence=1)))
    overrides: Any = made["recurrenceOverrides"]
    assert overrides[SECOND]["title"] == "Big"
    assert status(made) == "accepted"
    assert status(made, SECOND) is None
    assert made["title"] == "Party"


def test_an_occurrence_alone_is_an_event_until_the_whole_takes_its_place() -> None:
    made = became(comes(Held(), single()))
    assert made["recurrenceId"] == SECOND
    held = Held(None, {SECOND: ("V2", made)})
    again = comes(held, single(title="Big", sequence=3))
    assert [(step.record, became(again)["title"]) for step in again.steps] == [("V2", "Big")]
    gone, whole = comes(held, newer()).steps
    assert (gone.record, gone.after, whole.record) == ("V2", None, None)
    off = became(comes(held, single(sequence=3), Method.CANCEL))
    assert off["status"] == "cancelled"


def test_one_more_occurrence_is_added() -> None:
    extra = newer(start="2026-10-09T10:00:00", title="Extra", sequence=1)
    del extra["recurrenceRule"]
    overrides: Any = became(comes(have(), extra, Method.ADD))["recurrenceOverrides"]
    assert overrides["2026-10-09T10:00:00"]["title"] == "Extra"
