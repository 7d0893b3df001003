"""EmailSubmission is found by its filters, sorted, and its changes told."""

from typing import Any

import pytest

from tests.datatypes.submission.outbox import Outbox, envelope


def sent(ann: Outbox, hold: int) -> str:
    made = ann.sent(ann.draft(subject=f"hold {hold}"), envelope("bo@elsewhere.example", parameters=_hold(hold)))
    return str(made["id"])


def _hold(seconds: int) -> dict[str, str] | None:
    return {"HOLDFOR": str(seconds)} if seconds else None


def query(ann: Outbox, **arguments: Any) -> Any:
    return ann.engine.call(ann.user, "EmailSubmission/query", arguments)


def test_submissions_are_found_by_every_filter(ann: Outbox) -> None:
    now, later = sent(ann, 0), sent(ann, 3_600)
    ann.engine.call(ann.user, "EmailSubmission/set", {"update": {now: {"undoStatus": "canceled"}}})
    shown = ann.submission(later)
    cases = [
        ({"identityIds": [ann.identity]}, [now, later]),
        ({"identityIds": ["I99"]}, []),
        ({"emailIds": [shown["emailId"], "M99"]}, [later]),
        ({"threadIds": [shown["threadId"]]}, [later]),
        ({"undoStatus": "canceled"}, [now]),
        ({"after": shown["sendAt"]}, [later]),
        ({"before": shown["sendAt"]}, [now]),
        ({"before": shown["sendAt"], "undoStatus": "pending"}, []),
        ({"operator": "NOT", "conditions": [{"undoStatus": "canceled"}]}, [later]),
        ({}, [now, later]),
    ]
    for filter_, expected in cases:
        assert query(ann, filter=filter_, calculateTotal=True)["ids"] == expected, filter_


@pytest.mark.parametrize("name", ["sentAt", "sendAt"])
def test_submissions_are_sorted_by_the_time_they_leave(ann: Outbox, name: str) -> None:
    late, soon = sent(ann, 3_600), sent(ann, 60)
    assert query(ann, sort=[{"property": name}])["ids"] == [soon, late]
    assert query(ann, sort=[{"property": name, "isAscending": False}])["ids"] == [late, soon]


@pytest.mark.parametrize("name", ["emailId", "threadId"])
def test_submissions_are_sorted_by_ids(ann: Outbox, name: str) -> None:
    first, second = sent(ann, 0), sent(ann, 0)
    assert set(query(ann, sort=[{"property": name}])["ids"]) == {first, second}


def test_changes_of_a_query_are_told(ann: Outbox) -> None:
    first = sent(ann, 60)
    asked = query(ann, filter={"undoStatus": "pending"})
    assert asked["canCalculateChanges"] is True
    second = sent(ann, 60)
    ann.engine.call(ann.user, "EmailSubmission/set", {"update": {first: {"undoStatus": "canceled"}}})
    changes = ann.engine.call(
        ann.user,
        "EmailSubmission/queryChanges",
        {"sinceQueryState": asked["queryState"], "filter": {"undoStatus": "pending"}},
    )
    assert first in changes["removed"]
    assert changes["added"] == [{"id": second, "index": 0}]


def test_created_and_canceled_submissions_are_changes(ann: Outbox) -> None:
    state = ann.engine.call(ann.user, "EmailSubmission/get", {"ids": []})["state"]
    first = sent(ann, 60)
    between = ann.engine.call(ann.user, "EmailSubmission/changes", {"sinceState": state})
    assert between["created"] == [first]
    ann.engine.call(ann.user, "EmailSubmission/set", {"update": {first: {"undoStatus": "canceled"}}})
    after = ann.engine.call(ann.user, "EmailSubmission/changes", {"sinceState": between["newState"]})
    assert after["updated"] == [first]
