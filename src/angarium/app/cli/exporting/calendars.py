"""Writing the calendars of an account: one .ics for each, for other programs, and calendars.json to read back.

The octets of attachments stand in files beside; small ones are embedded in the .ics too. What cannot be read is named
and left out: an event, or of an event an attachment.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from angarium.app.cli.exporting.part import Task, file_names, whole_blob
from angarium.datatypes.blobs import parse_blob_id
from angarium.datatypes.calendars import attachments, calendars, events
from angarium.datatypes.calendars.own import OWNER, Event, seen
from angarium.formats.exportfile import ATTACHMENTS, CALENDARS, TAIL
from angarium.formats.icalendar import Fetch, Writer
from angarium.formats.json import JSON, loads

_EMBEDDED: Final = 250_000
"""Octets of the largest attachment that stands in an .ics."""

_PRODUCT: Final = "-//Angarium//Angarium//EN"
_NOT_TOLD: Final = frozenset({"calendarIds", "isDraft"})
"""What iCalendar has no use for."""


class CalendarsExport:
    """The calendars of one account on their way into a folder."""

    name: Final = "events"

    def __init__(self, task: Task) -> None:
        self._task = task
        self._snapshot = task.snapshot
        self._account = task.user.account
        self._folder = (task.root / CALENDARS.file).parent

    def count(self) -> int:
        """How many events there are."""
        return self._snapshot.records.count(self._account, events.KIND)

    def write(self) -> int:
        """Write everything; the file that is read back comes last under its own name."""
        known = calendars.CALENDARS.decoded(self._task.records(calendars.KIND))
        if not known:
            return 0
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = file_names([cast(str, value["name"]) for value in known.values()], ".ics")
        files = {
            calendar: _CalendarFile(self._folder / name, value, self._embedded)
            for (calendar, value), name in zip(known.items(), names, strict=True)
        }
        target = self._task.root / CALENDARS.file
        part = target.with_name(f"{target.name}.part")
        written = 0
        with part.open("wb") as whole:
            whole.write(CALENDARS.head([_told(value) for value in known.values()]))
            for record, event, inside in self._events():
                try:
                    places = [place for place, calendar in enumerate(known) if calendar in inside]
                    line = CALENDARS.line(self._with_files(record, event), places)
                except Exception as error:  # a damaged store may hold anything
                    self._task.outcome.fail(record, error)
                    continue
                whole.write((b",\n" if written else b"") + line)
                written += 1
                self._add(record, event, [files[calendar] for calendar in known if calendar in inside])
            whole.write(TAIL)
            whole.flush()
            os.fsync(whole.fileno())
        for file in files.values():
            file.finish()
        part.rename(target)
        return written

    def _events(self) -> Iterator[tuple[str, Event, Mapping[str, JSON]]]:
        """Each event that can be read as its owner sees it, and the calendars that it is in."""
        for together in self._task.batches(events.KIND):
            for record, text in together.items():
                try:
                    event = dict(seen(cast(Event, loads(text)), OWNER))
                    inside = cast("dict[str, JSON]", event.pop("calendarIds"))
                except Exception as error:  # a damaged store may hold anything
                    self._task.outcome.fail(record, error)
                else:
                    yield record, event, inside
            self._task.progress.advance(len(together))

    def _add(self, record: str, event: Event, files: "list[_CalendarFile]") -> None:
        for file in files:
            try:
                file.add(event)
            except Exception as error:
                self._task.outcome.fail(f"{record} in {file.path}", error)

    def _with_files(self, record: str, event: Event) -> Event:
        """Write the attachments of an event into files; the event without those that are gone."""
        gone = {name for name in attachments.names(event) if not self._filed(name)}
        for name in sorted(gone):
            self._task.outcome.fail(record, f"the octets of its attachment {name} are gone or damaged")
        return attachments.without(event, gone) if gone else event

    def _filed(self, name: str) -> bool:
        """Write the octets of a blob into a file, once; whether they are there."""
        target = self._folder / ATTACHMENTS / name
        octets = self._octets(name) if not target.exists() else b""
        if octets:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            target.write_bytes(octets)
        return octets is not None

    def _octets(self, name: str) -> bytes | None:
        blob = parse_blob_id(name)
        return whole_blob(self._task, blob.hash) if blob is not None and not blob.steps else None

    def _embedded(self, name: str) -> bytes | None:
        """The octets that stand in an .ics."""
        file = self._folder / ATTACHMENTS / name
        return file.read_bytes() if file.is_file() and file.stat().st_size <= _EMBEDDED else None


class _CalendarFile:
    """One .ics: its events go to a file beside it, because what comes before them follows from them."""

    def __init__(self, path: Path, calendar: Mapping[str, JSON], fetch: Fetch) -> None:
        self.path = path
        self._body = path.with_name(f"{path.name}.part")
        self._calendar = calendar
        self._writer = Writer(fetch)

    def add(self, event: Event) -> None:
        """Add an event."""
        octets = self._writer.entry({name: value for name, value in event.items() if name not in _NOT_TOLD})
        with self._body.open("ab") as file:
            file.write(octets)

    def finish(self) -> None:
        """Put the file together; none for a calendar without events."""
        if not self._body.exists():
            return
        group: dict[str, JSON] = {"@type": "Group", "title": self._calendar["name"]}
        for name in ("description", "color"):
            if self._calendar.get(name):
                group[name] = self._calendar[name]
        with self.path.open("wb") as file, self._body.open("rb") as body:
            file.write(self._writer.head(_PRODUCT, group=group))
            shutil.copyfileobj(body, file)
            file.write(self._writer.end())
        self._body.unlink()


def _told(calendar: Mapping[str, JSON]) -> dict[str, JSON]:
    """A calendar as its owner has it."""
    told = {name: calendar[name] for name in calendars.TOLD if calendar.get(name) is not None}
    return {"name": calendar["name"], **told, "isDefault": calendar.get("isDefault") is True}
