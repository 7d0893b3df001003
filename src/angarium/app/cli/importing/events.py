"""Taking in events, of iCalendar files and of exports: read here, stored by who writes.

What cannot be read is named: an event by its UID, anything else by what it is.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from angarium.app.cli.importing.shipment import EVENTS, Goal, Shipment
from angarium.app.cli.importing.sources import Kind, Source, lines
from angarium.app.cli.importing.taking import Task
from angarium.app.memory import uncollected
from angarium.datatypes.blobs import BlobId, parse_blob_id
from angarium.datatypes.calendars import attachments
from angarium.datatypes.calendars.events import LARGEST
from angarium.datatypes.calendars.ingest import checked, new_event, revised
from angarium.engine.arrivals import Arrival
from angarium.formats import icalendar
from angarium.formats.errors import FormatError
from angarium.formats.exportfile import ATTACHMENTS, CALENDARS
from angarium.formats.json import JSON
from angarium.formats.primitives import format_utc, parse_utc
from angarium.store.contract import BlobHash

_LINE: Final = 2 * LARGEST


class EventTaker:
    """One import of events; with `calendar` all of them go to the calendar of that name."""

    kinds: Final = (Kind.EVENTS, Kind.CALENDARS)

    def __init__(self, task: Task, calendar: str | None) -> None:
        self._task = task
        self._outcome = task.outcome
        self._moment = format_utc(int(time.time()) * 1000)
        self._shipment = Shipment(task, EVENTS, calendar)

    def take(self, source: Source) -> Iterator[int]:
        """Take the events of a source; gives how much of it each was."""
        with uncollected():  # what is read has no cycles, and looking through it again and again costs a fifth
            yield from self._icalendar(source.path) if source.kind is Kind.EVENTS else self._exported(source.path)

    def finish(self) -> None:
        """Wait for everything to be stored."""
        self._shipment.finish()

    def close(self) -> None:
        """Let go of the thread that sends."""
        self._shipment.close()

    def _icalendar(self, path: Path) -> Iterator[int]:
        """A file of iCalendar is read as a whole: zones and changed instances may stand anywhere in it."""
        size = path.stat().st_size
        if size > self._task.limit:
            raise FormatError(f"{size} octets; the limit is {self._task.limit}")
        blobs: dict[str, bytes] = {}

        def store(octets: bytes, _media_type: str | None) -> str:
            blob = str(BlobId(BlobHash(hashlib.sha256(octets).hexdigest())))
            blobs[blob] = octets
            return blob

        found = icalendar.parse(path.read_bytes(), store)
        problems = self._by_entry(path, found.problems, {entry.get("uid") for entry in found.entries})
        for entry in found.entries:
            label = f"{path}, {entry.get('uid', 'an event without UID')}"
            if entry["@type"] != "Event":
                self._outcome.skip(label, "tasks are not stored", self._task.name_all)
            elif "start" not in entry:
                self._outcome.fail(label, "an event must have a start")
            else:
                told = problems.pop(entry.get("uid"), ())
                self._send(label, entry, self._shipment.goal(), told, blobs, revised(entry))
            yield size // len(found.entries)

    def _by_entry(
        self, path: Path, problems: Sequence[icalendar.Problem], entries: Collection[JSON]
    ) -> dict[JSON, Sequence[str]]:
        """Problems by the entry that they are of; the others are told here."""
        of_entries: dict[JSON, list[str]] = defaultdict(list)
        for problem in problems:
            label = f"{path}, {problem.of}" if problem.of else str(path)
            if problem.lost:
                self._outcome.fail(label, problem.text)
            elif problem.of in entries:
                of_entries[problem.of].append(problem.text)
            else:
                self._outcome.lacks(label, problem.text)
        return dict(of_entries)

    def _exported(self, path: Path) -> Iterator[int]:
        """Events of an export go back to their calendars, unless all are to go to one."""
        with path.open("rb") as file:
            calendars = CALENDARS.parse_head(file.readline(_LINE))
            goal = self._shipment.goals(calendars)
            for number, (size, line) in enumerate(lines(file, _LINE), start=1):
                label = f"{path}, event {number}"
                try:
                    found = CALENDARS.parse_line(line, len(calendars))
                    if found is not None:
                        event = checked(found.thing)
                        updated = parse_utc(str(event.get("updated")))
                        self._send(label, event, goal(found.places), (), self._filed(path, event), updated)
                except FormatError as error:
                    self._outcome.fail(label, error.problem)
                yield size

    def _filed(self, path: Path, event: dict[str, JSON]) -> dict[str, bytes]:
        """The octets of attachments that stand in files beside an export, as far as they are what they are called."""
        found = {}
        for name in attachments.names(event):
            blob = parse_blob_id(name)
            file = path.parent / ATTACHMENTS / name if blob is not None and not blob.steps else None
            if blob is not None and file is not None and file.is_file() and file.stat().st_size <= self._task.limit:
                octets = file.read_bytes()
                if hashlib.sha256(octets).hexdigest() == blob.hash:
                    found[name] = octets
        return found

    def _send(
        self,
        label: str,
        event: Mapping[str, JSON],
        goal: Goal,
        problems: Sequence[str],
        blobs: Mapping[str, bytes],
        changed: int | None,
    ) -> None:
        """Send an event that is valid; `blobs` are the octets of its attachments."""
        self._shipment.send(label, partial(self._made, event, blobs, changed), goal, problems)

    def _made(
        self, event: Mapping[str, JSON], blobs: Mapping[str, bytes], changed: int | None, calendars: Sequence[str]
    ) -> Arrival:
        return new_event(event, calendars, self._moment, blobs, changed)
