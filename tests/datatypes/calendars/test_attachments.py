"""Blobs in the links of events (JMAP calendars §5.3)."""

from typing import Any

from angarium.datatypes import blobs
from tests.datatypes.calendars.desk import Desk

HOUR_AND_MORE = 4_000


def _download(desk: Desk, blob: str) -> bytes | None:
    account = desk.user.accounts[desk.account]
    return desk.harness.store.read(lambda view: _octets(view, desk, account, blob))


def _octets(view: Any, desk: Desk, account: Any, blob: str) -> bytes | None:
    found = blobs.read_blob(view, desk.user, account, blob)
    return None if found is None else found.content[:]


def _collect(desk: Desk) -> None:
    later = desk.harness.now // 1000 + HOUR_AND_MORE
    for _ in range(2):
        desk.harness.store.write(lambda transaction: transaction.blobs.collect(later)).result()


def _link(blob: str) -> dict[str, Any]:
    return {"l": {"@type": "Link", "rel": "enclosure", "blobId": blob, "title": "agenda"}}


def test_an_attachment_stays_as_long_as_its_event(ann: Desk) -> None:
    blob, other = ann.upload(b"agenda"), ann.upload(b"map")
    event = ann.put(links=_link(blob), locations={"x": {"name": "Attic", "links": _link(other)}})
    _collect(ann)
    assert (_download(ann, blob), _download(ann, other)) == (b"agenda", b"map")
    ann.change(event, {"links": None})
    _collect(ann)
    assert (_download(ann, blob), _download(ann, other)) == (None, b"map")
    ann.destroy(event)
    _collect(ann)
    assert _download(ann, other) is None


def test_an_attachment_of_one_occurrence_stays_too(ann: Desk) -> None:
    event = ann.put(recurrenceRule={"frequency": "daily"})
    blob = ann.upload(b"slides")
    ann.change(f"{event}-20261002T090000", {"links": _link(blob)})
    _collect(ann)
    assert _download(ann, blob) == b"slides"


def test_what_the_user_may_not_read_is_no_attachment(ann: Desk, bob: Desk) -> None:
    blob = bob.upload(b"secret")
    refused = ann.create(links=_link(blob), locations={"x": {"links": _link("nothing"), "name": "x"}})
    assert refused["type"] == "invalidProperties"
    assert sorted(refused["properties"]) == ["links/l/blobId", "locations/x/links/l/blobId"]


def test_a_part_of_a_message_becomes_a_blob_of_its_own(ann: Desk) -> None:
    message = b"Subject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYWdlbmRh\r\n"
    parsed = ann.call("Email/parse", blobIds=[ann.upload(message)], properties=["textBody"])["parsed"]
    (email,) = parsed.values()
    made = ann.create(links=_link(email["textBody"][0]["blobId"]))
    _collect(ann)
    assert _download(ann, made["links"]["l"]["blobId"]) == b"agenda"


def test_a_copy_takes_its_attachments_along(ann: Desk, bob: Desk, guest: Desk) -> None:
    blob = ann.upload(b"agenda")
    event = ann.put(links=_link(blob))
    arguments = {
        "fromAccountId": ann.account,
        "accountId": bob.account,
        "create": {"c": {"id": event, "calendarIds": {bob.calendar: True}}},
    }
    made = bob.harness.call(guest.user, "CalendarEvent/copy", arguments)["created"]["c"]
    ann.destroy(event)
    _collect(bob)
    assert _download(bob, bob.event(made["id"])["links"]["l"]["blobId"]) == b"agenda"
