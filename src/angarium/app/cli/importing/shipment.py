"""Cards or events on their way into the books or calendars of an account: which those are, and what became of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from angarium.app.cli.importing.batches import Batches, Freight
from angarium.app.cli.importing.taking import Task
from angarium.app.operations.arrival_batch import pack
from angarium.engine.arrivals import Arrival, Became
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

_BATCH_OBJECTS = 500
_BATCH_OCTETS = 4_000_000


@dataclass(frozen=True, slots=True)
class Wording:
    """What things and their containers are called: in operations, and to people."""

    things: str
    containers: str
    default: str
    thing: str


CARDS = Wording("cards", "books", "the default address book", "card")
EVENTS = Wording("events", "calendars", "the default calendar", "event")
_WHY = {
    Became.THERE: "the account has this {} already",
    Became.OTHER: "the account has another version of this {}, and this one is not known to be newer",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """The containers that a thing goes to: their names and ids."""

    names: Sequence[str]
    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A thing that waits for its batch; `problems` are what could not be read of it."""

    label: str
    goal: Goal
    arrival: Arrival
    problems: Sequence[str]


class Shipment:
    """One import of things of a kind; with `chosen` all of them go to the container of that name."""

    def __init__(self, task: Task, wording: Wording, chosen: str | None) -> None:
        self._task = task
        self._outcome = task.outcome
        self._wording = wording
        self._chosen = chosen
        self._everywhere: Goal | None = None
        freight = Freight(f"import.{wording.things}", {"user": task.user}, self._pack, self._told, self._refused)
        self._batches = Batches(task.caller, freight, _BATCH_OBJECTS, _BATCH_OCTETS)

    def send(self, label: str, make: Callable[[Sequence[str]], Arrival], goal: Goal, problems: Sequence[str]) -> None:
        """Send a thing, once it is made for its containers."""
        try:
            new = make(goal.ids)
        except FormatError as error:
            self._outcome.fail(label, error.problem)
            return
        except Exception as error:  # a fault of the converter must not end an import of thousands
            self._outcome.fail(label, f"a fault in reading it: {error!r}")
            return
        self._batches.add(_Ready(label, goal, new, problems), len(new.value) + sum(map(len, new.blobs)))

    def goal(self) -> Goal:
        """For things that do not say where they belong."""
        if self._everywhere is None:
            wanted: JSON = None if self._chosen is None else {"name": self._chosen}
            self._everywhere = Goal([self._chosen or self._wording.default], self._found([wanted]))
        return self._everywhere

    def goals(self, containers: Sequence[Mapping[str, JSON]]) -> Callable[[Sequence[int]], Goal]:
        """For things that do: gives what becomes of places in a list of containers."""
        ids = self._found([dict(each) for each in containers]) if self._chosen is None else []

        def goal(places: Sequence[int]) -> Goal:
            if not places or not ids:
                return self.goal()
            return Goal([str(containers[place]["name"]) for place in places], [ids[place] for place in places])

        return goal

    def finish(self) -> None:
        """Wait for everything to be stored."""
        self._batches.flush()

    def close(self) -> None:
        """Let go of the thread that sends."""
        self._batches.close()

    def _found(self, containers: list[JSON]) -> list[str]:
        self._batches.land()
        arguments: dict[str, JSON] = {"user": self._task.user, "containers": containers}
        return cast("list[str]", self._task.caller.call(f"import.{self._wording.containers}", arguments)[0])

    def _pack(self, batch: Sequence[_Ready]) -> bytes:
        return pack([ready.arrival for ready in batch])

    def _told(self, ready: _Ready, became: JSON) -> None:
        if why := _WHY.get(Became(str(became))):
            self._outcome.skip(ready.label, why.format(self._wording.thing), self._task.name_all)
            return
        if became == Became.UPDATED:
            self._outcome.update()
        else:
            self._outcome.take(list(ready.goal.names))
        for problem in ready.problems:
            self._outcome.lacks(ready.label, problem)

    def _refused(self, ready: _Ready, reason: str) -> None:
        self._outcome.fail(ready.label, reason)
