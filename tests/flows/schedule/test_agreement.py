"""Whatever an organizer and a participant do, in any order, they agree after each step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.flows.schedule.party import ANN, BOB, CY, Own, event, person
from tests.harness import NOW

from angarium.datatypes.calendars.leaving import without_leftovers
from angarium.datatypes.calendars.own import Event
from angarium.flows.schedule.answering import answered
from angarium.flows.schedule.attending import replies, status_of
from angarium.flows.schedule.decision import Decision, Held, Incoming
from angarium.flows.schedule.guests import WHOLE, Views, guests, occurrence, occurs
from angarium.flows.schedule.inviting import invited
from angarium.flows.schedule.message import Message, Method, overrides_of, sendable
from angarium.flows.schedule.organizing import messages
from angarium.formats.jscalendar import check, series
from angarium.formats.localtime import END
from angarium.formats.primitives import format_utc
from angarium.formats.recurrence import Work

TIMES = [f"2026-10-{day:02}T09:00:00" for day in (1, 8, 15, 9)]
"""Three by the rule, and one that is not."""

ANSWERS = ("accepted", "declined", "tentative")


@dataclass
class Play:
    """What Ann and Bob have; Bob by record."""

    ann: Any = None
    bob: dict[str, Any] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def now(self) -> str:
        return format_utc(NOW + next(self.numbers) * 1000)

    def change(self, after: Any) -> None:
        """Ann changes her event, or destroys it."""
        now, before = self.now(), self.ann
        if after is not None:
            after = {**after, "sequence": (before or {}).get("sequence", 0) + 1, "updated": now}
            assert check(after) == []
        self.ann = after
        for message in messages(before, after, ANN, Own(ANN), now):
            if BOB in message.recipients:
                self.carry(message, ANN, invited, Own(BOB), self.bob)

    def answer(self, record: str, after: Any) -> None:
        """Bob changes what he has."""
        before, self.bob[record] = self.bob[record], after
        for message in replies(before, after, Own(BOB), self.now()):
            kept = {"ann": self.ann} if self.ann else {}
            self.carry(message, BOB, answered, Own(ANN), kept)
            self.ann = kept.get("ann")

    def carry(
        self,
        message: Message,
        sender: str,
        decide: Callable[[Held, Incoming], Decision],
        own: Own,
        kept: dict[str, Any],
    ) -> None:
        for each in map(sendable, message.events):
            base = next(((key, known) for key, known in kept.items() if "recurrenceId" not in known), None)
            alone = {known["recurrenceId"]: (key, known) for key, known in kept.items() if "recurrenceId" in known}
            incoming = Incoming(message.method, each, sender, True, own, "K1", self.now(), guests(each))
            for step in decide(Held(base, alone), incoming).steps:
                record = step.record or f"V{next(self.numbers)}"
                kept.pop(record, None)
                if step.after is not None:
                    assert check(step.after) == [], step.after
                    kept[record] = step.after


def starts(shown: Event) -> list[int]:
    found = series(shown)
    assert found is not None
    return [each.start for each in found.instances(0, END, Work(100_000))]


def answer_at(shown: Event, at: str | None) -> str | None:
    """Bob's answer to an occurrence, None where there is none for him; to all without one."""
    if at is None:
        return status_of(shown, BOB)
    return status_of(occurrence(shown, at, overrides_of(shown).get(at)), BOB) if occurs(shown, at) else None


def agree(play: Play) -> None:
    """Bob has what Ann's event shows him, and both tell the same answer."""
    there = [each for each in play.bob.values() if each.get("status") != "cancelled"]
    expected = Views(sendable(play.ann)).of(BOB) if play.ann else {}
    if WHOLE in expected:
        (mine,) = there
        assert "recurrenceId" not in mine
        assert starts(mine) == starts(expected[WHOLE])
        assert mine["title"] == expected[WHOLE]["title"]
        assert [answer_at(mine, at) for at in (None, *TIMES)] == [answer_at(play.ann, at) for at in (None, *TIMES)]
        return
    assert {each["recurrenceId"]: (each["start"], each["title"]) for each in there} == {
        at: (each["start"], each["title"]) for at, each in expected.items()
    }


def with_override(shown: Any, at: str, **patch: Any) -> Any:
    overrides = dict(overrides_of(shown))
    kept = {} if overrides.get(at, {}).get("excluded") else overrides.get(at, {})
    kept = {path: value for path, value in kept.items() if not any(path.startswith(f"{new}/") for new in patch)}
    overrides[at] = {"excluded": True} if patch == {"excluded": True} else {**kept, **patch}
    return {**shown, "recurrenceOverrides": overrides}


def without_override(shown: Any, at: str) -> Any:
    """As it is by the rule, but for answers of Bob, which are not Ann's to take away."""
    overrides = dict(overrides_of(shown))
    kept = {path: value for path, value in overrides.pop(at, {}).items() if path.startswith("participants/bob")}
    return {**shown, "recurrenceOverrides": {**overrides, **({at: kept} if kept else {})}}


def with_people(shown: Any, *, bob: bool) -> Any:
    """With or without Bob; an answer that he gave stays, as only who moves the event can ask anew."""
    people = {key: each for key, each in shown["participants"].items() if key != "bob"}
    there = shown["participants"].get("bob", person(BOB))
    return without_leftovers({**shown, "participants": {**people, **({"bob": there} if bob else {})}}, shown)


STEPS = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(["Feast", "Ball"])),
    st.tuples(st.just("move"), st.sampled_from(TIMES), st.sampled_from(["12:00:00", "15:30:00"])),
    st.tuples(st.just("name"), st.sampled_from(TIMES), st.sampled_from(["Big", "Small"])),
    st.tuples(st.just("exclude"), st.sampled_from(TIMES[:3])),
    st.tuples(st.just("restore"), st.sampled_from(TIMES)),
    st.tuples(st.just("people"), st.booleans()),
    st.tuples(st.just("one"), st.sampled_from(TIMES), st.booleans()),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("answer one"), st.sampled_from(TIMES), st.sampled_from(ANSWERS)),
    st.tuples(st.just("destroy")),
)


def act(play: Play, step: tuple[Any, ...]) -> None:
    """Do one step, where it can be done."""
    what, *given_ = step
    ann = play.ann
    if ann is None:
        play.change({name: value for name, value in event().items() if name != "sequence"})
    elif what == "title":
        play.change({**ann, "title": given_[0]})
    elif what == "move":
        play.change(with_override(ann, given_[0], start=f"{given_[0][:11]}{given_[1]}"))
    elif what == "name":
        play.change(with_override(ann, given_[0], title=given_[1]))
    elif what == "exclude":
        play.change(with_override(ann, given_[0], excluded=True))
    elif what == "restore":
        play.change(without_override(ann, given_[0]))
    elif what == "people":
        play.change(with_people(ann, bob=given_[0]))
    elif what == "one" and given_[1] and answer_at(ann, given_[0]) is not None:
        return  # his answer is not hers to take away
    elif what == "one":
        play.change(with_override(ann, given_[0], **{"participants/bob": person(BOB) if given_[1] else None}))
    elif what == "destroy":
        play.change(None)
    else:
        reply(play, given_[-1], given_[0] if what == "answer one" else None)


def reply(play: Play, status: str, at: str | None) -> None:
    for record, mine in list(play.bob.items()):
        if mine.get("status") == "cancelled" or "bob" not in mine["participants"]:
            continue
        if at is None or "recurrenceId" in mine:
            people = {**mine["participants"], "bob": {**mine["participants"]["bob"], "participationStatus": status}}
            play.answer(record, {**mine, "participants": people})
        elif occurs(mine, at) and "participants/bob" not in overrides_of(mine).get(at, {}):
            play.answer(record, with_override(mine, at, **{"participants/bob/participationStatus": status}))


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_both_agree_after_each_step(steps: list[tuple[Any, ...]]) -> None:
    play = Play()
    for step in steps:
        act(play, step)
        agree(play)


def test_what_a_third_one_does_is_nothing_to_bob() -> None:
    play = Play()
    play.change(event())
    people = {key: each for key, each in play.ann["participants"].items() if each["calendarAddress"] != CY}
    before = dict(play.bob)
    cancelled = messages(play.ann, {**play.ann, "participants": people}, ANN, Own(ANN), play.now())
    assert [(each.method, each.recipients) for each in cancelled if each.method is Method.CANCEL] == [
        (Method.CANCEL, (CY,))
    ]
    assert play.bob == before
