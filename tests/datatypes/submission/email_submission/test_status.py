"""How long submissions stay."""

from dataclasses import replace

import pytest

from angarium.datatypes.submission import queue
from angarium.datatypes.submission.email_submission.status import KEPT_SECONDS, forget, note
from angarium.datatypes.submission.queue import Fate
from tests.datatypes.submission.outbox import Outbox, envelope


def forgotten(ann: Outbox, most: int = 100) -> int:
    key = ann.user.accounts[ann.engine.account(ann.user)].key
    return ann.engine.store.write(lambda view: forget(view, key, ann.engine.now // 1000, most)).result()


def went_out(ann: Outbox) -> str:
    """A submission that is on its way, its message relayed."""
    record: str = ann.sent(ann.draft())["id"]
    key = ann.user.accounts[ann.engine.account(ann.user)].key
    for item in ann.items():
        done = [replace(one, fate=Fate.RELAYED, reply="250 ok") for one in item.recipients]
        ann.engine.store.write(lambda view, item=item, done=done: note(view, key, item.submission, done)).result()  # type: ignore[misc]
        ann.engine.store.write(lambda view, item=item: queue.remove(view, item)).result()  # type: ignore[misc]
    return record


def left(ann: Outbox) -> list[str]:
    return [shown["id"] for shown in ann.engine.call(ann.user, "EmailSubmission/get", {"ids": None})["list"]]


def test_what_is_over_goes_after_thirty_days_and_clients_hear_of_it(ann: Outbox) -> None:
    record = went_out(ann)
    state = ann.engine.call(ann.user, "EmailSubmission/get", {"ids": []})["state"]
    ann.engine.now += KEPT_SECONDS * 1000
    assert forgotten(ann) == 0
    assert left(ann) == [record]
    ann.engine.now += 1000
    assert forgotten(ann) == 1
    assert ann.engine.call(ann.user, "EmailSubmission/changes", {"sinceState": state})["destroyed"] == [record]


def test_so_many_go_at_once_the_oldest_first(ann: Outbox) -> None:
    records = []
    for _ in range(3):
        records.append(went_out(ann))
        ann.engine.now += 1000
    ann.engine.now += KEPT_SECONDS * 1000
    assert forgotten(ann, most=2) == 2
    assert left(ann) == records[2:]


@pytest.mark.parametrize("taken_back", [False, True])
def test_what_waits_stays_however_long_and_what_was_taken_back_goes(ann: Outbox, taken_back: bool) -> None:
    held = envelope("bo@elsewhere.example")
    held["mailFrom"]["parameters"] = {"HOLDFOR": "86400"}
    record = ann.sent(ann.draft(), held)["id"]
    if taken_back:
        canceled = {"update": {record: {"undoStatus": "canceled"}}}
        assert ann.engine.call(ann.user, "EmailSubmission/set", canceled)["updated"]
    ann.engine.now += 2 * KEPT_SECONDS * 1000
    assert forgotten(ann) == taken_back
