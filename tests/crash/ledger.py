"""What is known of a household from what it was told: what must be there, and what was under way and may be.

A thing is a token in a space (the mail of a user, cards, uploads); its state is a few facts. A deed changes things; it
is begun, and then done or refused. After a crash each thing is in a state that the deeds done lead to, with those
under way each either taken whole or not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Facts:
    """The octets of a thing (None: not known), whether it is flagged, where it is."""

    content: str | None = None
    flagged: bool = False
    place: str = ""

    def fits(self, seen: "Facts") -> bool:
        """Whether what is seen is this."""
        return replace(seen, content=None) == replace(self, content=None) and self.content in (None, seen.content)


Thing: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a deed does to one thing: `made` of nothing, `flagged` or `place` or `content` anew, or gone."""

    thing: Thing
    made: Facts | None = None
    flagged: bool | None = None
    place: str | None = None
    content: str | None = None
    gone: bool = False

    def on(self, before: Facts | None) -> Facts | None:
        """The thing afterwards."""
        if self.made is not None:
            return self.made
        if self.gone or before is None:
            return None
        after = before
        if self.flagged is not None:
            after = replace(after, flagged=self.flagged)
        if self.place is not None:
            after = replace(after, place=self.place)
        return after if self.content is None else replace(after, content=self.content)


@dataclass(frozen=True, slots=True)
class Image:
    """All of a type in an account at a state: id to what was shown of it."""

    user: str
    kind: str
    state: str
    objects: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Begun:
    """A deed is under way."""

    deed: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A deed was acknowledged."""

    deed: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A deed was refused, so nothing of it was kept; unless it is uncertain, for the disk itself failed."""

    deed: str
    why: str = ""
    uncertain: bool = False


Event: TypeAlias = Begun | Done | Refused | Image


@dataclass(slots=True)
class Ledger:
    """Keeps account of events."""

    things: dict[Thing, Facts] = field(default_factory=dict)
    under_way: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    uncertain: set[str] = field(default_factory=set)
    images: list[Image] = field(default_factory=list)
    done: int = 0
    reasons: list[str] = field(default_factory=list)

    def hear(self, events: Iterable[Event]) -> None:
        """Note what happened."""
        for event in events:
            match event:
                case Begun(deed, changes):
                    self.under_way[deed] = changes
                case Done(deed):
                    self.done += 1
                    for change in self.under_way.pop(deed):
                        self._put(change.thing, change.on(self._before(change)))
                case Refused(deed, why, uncertain):
                    if uncertain:
                        self.uncertain.add(deed)
                    else:
                        del self.under_way[deed]
                    self.reasons.append(why)
                case Image():
                    self.images = [*self.images[-20:], event]

    def wrong(self, seen: Mapping[Thing, Facts]) -> list[str]:
        """What is not as it must be."""
        found = []
        for thing in sorted(self.things.keys() | seen.keys() | self._doubtful()):
            allowed = self._allowed(thing)
            is_so = seen.get(thing)
            if not any(is_so is None if may is None else is_so is not None and may.fits(is_so) for may in allowed):
                found.append(f"{thing} is {is_so} and not one of {allowed}")
        return found

    def settle(self, seen: Mapping[Thing, Facts]) -> None:
        """Begin anew with what is there."""
        self.things, self.under_way, self.images = dict(seen), {}, []
        self.uncertain.clear()

    def _doubtful(self) -> set[Thing]:
        return {change.thing for changes in self.under_way.values() for change in changes}

    def _allowed(self, thing: Thing) -> set[Facts | None]:
        states = {self.things.get(thing)}
        changes = [change for all_ in self.under_way.values() for change in all_ if change.thing == thing]
        for _ in changes:  # in whichever order the group took them
            states |= {change.on(state) for change in changes for state in states}
        return states

    def _before(self, change: Change) -> Facts | None:
        """What a thing was before something was done to it: if only uncertain deeds made it, then it was made."""
        before = self.things.get(change.thing)
        if change.made is not None:
            return before
        for deed in self.uncertain & self.under_way.keys():
            settled = [one for one in self.under_way[deed] if one.thing == change.thing and (one.made or one.gone)]
            before = next((one.made for one in settled if one.made is not None), before)
            self.under_way[deed] = tuple(one for one in self.under_way[deed] if one not in settled)
        return before

    def _put(self, thing: Thing, facts: Facts | None) -> None:
        if facts is None:
            self.things.pop(thing, None)
        else:
            self.things[thing] = facts
