"""The settings of the vacation response, of which every account has exactly one (RFC 8621 §8)."""

from typing import Any

import pytest

from angarium.datatypes.submission.vacation_response import vacation_response
from tests.datatypes.mail.desk import Desk
from tests.harness import Harness


@pytest.fixture
def ann(engine: Harness) -> Desk:
    return Desk(engine, engine.user("ann"))


def settings(desk: Desk) -> dict[str, Any]:
    (found,) = desk.call("VacationResponse/get", ids=None)["list"]
    assert isinstance(found, dict)
    return found


def change(desk: Desk, **patch: Any) -> Any:
    """None when the change was done, else the SetError."""
    answer = desk.call("VacationResponse/set", update={"singleton": patch})
    return None if answer["updated"] else answer["notUpdated"]["singleton"]


def test_there_is_one_from_the_beginning_and_it_is_off(ann: Desk) -> None:
    assert settings(ann) == {
        "id": "singleton",
        "isEnabled": False,
        "fromDate": None,
        "toDate": None,
        "subject": None,
        "textBody": None,
        "htmlBody": None,
    }
    answer = ann.call("VacationResponse/get", ids=["singleton", "V1"], properties=["isEnabled"])
    assert (answer["list"], answer["notFound"]) == ([{"id": "singleton", "isEnabled": False}], ["V1"])
    assert ann.call("VacationResponse/get", ids=["V1"])["notFound"] == ["V1"]


def test_what_is_set_stays_and_moves_the_state(ann: Desk) -> None:
    state = ann.call("VacationResponse/get", ids=[])["state"]
    given = {
        "isEnabled": True,
        "fromDate": "2026-09-01T00:00:00Z",
        "subject": "Away — until Monday",
        "textBody": "Hi\r\n",
    }
    assert change(ann, **given) is None
    assert settings(ann).items() >= given.items()
    later = ann.call("VacationResponse/get", ids=[])["state"]
    assert later != state
    assert change(ann, fromDate=None, htmlBody="<p>Hi</p>") is None
    assert settings(ann)["fromDate"] is None
    assert settings(ann)["textBody"] == "Hi\r\n"
    assert ann.call("VacationResponse/set", ifInState=ann.call("VacationResponse/get", ids=[])["state"])


def test_it_can_neither_be_made_nor_destroyed(ann: Desk) -> None:
    answer = ann.call("VacationResponse/set", create={"a": {"isEnabled": True}}, destroy=["singleton"])
    assert answer["notCreated"]["a"]["type"] == "singleton"
    assert answer["notDestroyed"]["singleton"]["type"] == "singleton"
    assert (
        ann.call("VacationResponse/set", update={"V1": {"isEnabled": True}})["notUpdated"]["V1"]["type"] == "notFound"
    )


@pytest.mark.parametrize(
    "patch",
    [
        {"isEnabled": "yes"},
        {"fromDate": "tomorrow"},
        {"toDate": "2026-09-01T00:00:00+02:00"},
        {"subject": "a\r\nBcc: everybody@example.net"},
        {"subject": "a\nb"},
        {"subject": "\0"},
        {"subject": "a\u2028b"},
        {"subject": "a\x85b"},
        {"subject": "x" * 1001},
        {"textBody": "a\0b"},
        {"htmlBody": "\0"},
        {"textBody": "x" * 100_001},
        {"htmlBody": 5},
        {"id": "other"},
        {"isEnabled": True, "unknown": 1},
    ],
)
def test_what_cannot_be_answered_with_is_refused_by_name(ann: Desk, patch: dict[str, Any]) -> None:
    error = change(ann, **patch)
    assert error["type"] == "invalidProperties"
    assert set(error["properties"]) <= patch.keys()
    assert settings(ann)["isEnabled"] is False


def test_it_answers_from_its_beginning_until_before_its_end(ann: Desk) -> None:
    change(ann, isEnabled=True, fromDate="1970-01-01T00:00:10Z", toDate="1970-01-01T00:00:20Z")
    account = ann.user.accounts[ann.account].key
    response = ann.harness.store.read(lambda snapshot: vacation_response(snapshot, account))
    assert [response.answers_at(second * 1000) for second in (9, 10, 19, 20)] == [False, True, True, False]
    change(ann, isEnabled=False)
    response = ann.harness.store.read(lambda snapshot: vacation_response(snapshot, account))
    assert not response.answers_at(10_000)
    change(ann, isEnabled=True, fromDate=None, toDate=None)
    response = ann.harness.store.read(lambda snapshot: vacation_response(snapshot, account))
    assert response.answers_at(0)
