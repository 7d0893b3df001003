"""Checking the calendars of an account: events in calendars that are there, found by their uid, valid, with blobs."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from angarium.app.cli.verifying_contacts import wrong_blob
from angarium.datatypes.calendars import attachments, calendars, events
from angarium.datatypes.calendars.own import OWNER, Event, seen
from angarium.formats.jscalendar import check
from angarium.formats.json import JSON, loads
from angarium.store.contract import AccountKey, BlobHash, Snapshot, Window

_TOGETHER: Final = 500


def wrong_calendars(snapshot: Snapshot, account: AccountKey, looked_at: set[BlobHash]) -> Iterator[str]:
    """A line for each thing that is wrong; blobs that were looked at are added to `looked_at`."""
    known = calendars.CALENDARS.every(snapshot.records, account)
    defaults = [calendar for calendar, value in known.items() if value.get("isDefault")]
    if known and len(defaults) != 1:
        yield f"{len(defaults)} calendars are the default one"
    ids = snapshot.records.query(account, events.KIND, None, (), Window()).ids
    for start in range(0, len(ids), _TOGETHER):
        together = ids[start : start + _TOGETHER]
        for record, text in snapshot.records.get(account, events.KIND, together).items():
            event = seen(cast(Event, loads(text)), OWNER)
            for problem in _wrong(snapshot, account, record, event, known, looked_at):
                yield f"event {record}: {problem}"


def _wrong(
    snapshot: Snapshot,
    account: AccountKey,
    record: str,
    event: Event,
    known: Mapping[str, object],
    looked_at: set[BlobHash],
) -> Iterator[str]:
    inside = cast("dict[str, JSON]", event.get("calendarIds") or {})
    if not inside:
        yield "is in no calendar"
    for calendar in inside.keys() - known.keys():
        yield f"is in calendar {calendar}, which is not there"
    if record not in events.with_uid(snapshot.records, account, str(event.get("uid"))):
        yield "is not found by its uid"
    for path, text in check(event):
        yield f"{path}: {text}"
    for blob in attachments.hashes(event):
        if blob not in looked_at:
            looked_at.add(blob)
            yield from wrong_blob(snapshot, blob)
