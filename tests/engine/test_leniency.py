"""Every row of lenient mode: what it lets pass, that it is logged, and that it is refused without."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Final

import pytest

from angarium.engine.leniency import ROWS
from angarium.testing import Server
from tests.client import CORE, MAIL, Client, good

VACATION: Final = "urn:ietf:params:jmap:vacationresponse"
Case = tuple[str, list[str], str, dict[str, Any], dict[str, Any]]

CASES: Final[list[Case]] = [
    ("unknown-capability", [CORE, MAIL, "https://example.com/ours"], "Mailbox/get", {"ids": []}, {"list": []}),
    ("missing-capability", [CORE], "Mailbox/get", {"ids": []}, {"list": []}),
    ("null-argument", [MAIL], "Email/query", {"calculateTotal": None, "position": None}, {"position": 0}),
    ("unknown-argument", [MAIL], "Mailbox/get", {"ids": [], "fetchAll": True}, {"list": []}),
    ("whole-number", [MAIL], "Email/query", {"limit": 5.0}, {"position": 0}),
    (
        "patch-slash",
        [MAIL],
        "Email/set",
        {"update": {"EMAIL": {"/keywords/$seen": True}}},
        {"updated": {"EMAIL": None}},
    ),
    ("server-set-null", [MAIL], "Mailbox/set", {"create": {"a": {"id": None, "name": "A"}}}, {"notCreated": None}),
    (
        "false-member",
        [MAIL],
        "Email/set",
        {"update": {"EMAIL": {"keywords/$seen": False}}},
        {"updated": {"EMAIL": None}},
    ),
    (
        "offset-time",
        [VACATION],
        "VacationResponse/set",
        {"update": {"singleton": {"fromDate": "2026-01-31T10:00:00+01:00"}}},
        {"updated": {"singleton": None}},
    ),
]


@pytest.fixture(scope="module", params=[True, False], ids=["lenient", "as usual"])
def asked(request: pytest.FixtureRequest) -> Iterator[tuple[Client, str, bool]]:
    with Server(lenient=request.param) as server:
        ann = server.add_user("ann")
        yield Client(server.url, ann.name, ann.password), ann.add_message(subject="a"), request.param


def ask(client: Client, using: list[str], method: str, arguments: dict[str, Any]) -> Any:
    call = [method, {"accountId": client.account, **arguments}, "c"]
    return client.post(json.dumps({"using": using, "methodCalls": [call]}).encode())


def named(value: Any, email: str) -> Any:
    return json.loads(json.dumps(value).replace("EMAIL", email))


@pytest.mark.parametrize(("row", "using", "method", "arguments", "answer"), CASES, ids=[case[0] for case in CASES])
def test_a_departure_is_mended_and_told_when_that_is_asked_for(
    asked: tuple[Client, str, bool],
    caplog: pytest.LogCaptureFixture,
    row: str,
    using: list[str],
    method: str,
    arguments: dict[str, Any],
    answer: dict[str, Any],
) -> None:
    client, email, lenient = asked
    with caplog.at_level(logging.INFO, "angarium.engine.leniency"):
        told = ask(client, using, method, named(arguments, email))
    if not lenient:
        given = told.json().get("methodResponses", [["error", {}]])[0]
        refused = given[0] == "error" or given[1].get("notUpdated") or given[1].get("notCreated")
        assert refused, given
        assert not caplog.records
        return
    name, given, _ = good(told, 200).json()["methodResponses"][0]
    assert name == method, given
    assert named(answer, email).items() <= given.items()
    assert [record.getMessage() for record in caplog.records] == [f"lenient departure={row} methods={method}"]


def test_every_row_has_a_case() -> None:
    assert [row.name for row in ROWS] == [case[0] for case in CASES]


def test_what_is_meant_is_done() -> None:
    with Server(lenient=True) as server:
        ann = server.add_user("ann")
        client, email = Client(server.url, ann.name, ann.password), ann.add_message(keywords=["$seen", "$draft"])
        boxes = {client.mailbox("inbox"): False, client.mailbox("archive"): True}
        ask(client, [CORE], "Email/set", {"update": {email: {"keywords/$draft": False, "mailboxIds": boxes}}})
        assert client.email(email)["keywords"] == {"$seen": True}
        assert client.email(email)["mailboxIds"] == {client.mailbox("archive"): True}
        update = {"update": {"singleton": {"fromDate": "2026-01-31T10:00:00.5+01:00"}}}
        ask(client, [], "VacationResponse/set", update)
        assert ann.stored("VacationResponse")[0]["fromDate"] == "2026-01-31T09:00:00.5Z"
        asked = {"filter": {"operator": "NOT", "conditions": [{"after": "2100-01-01T01:00:00+01:00"}]}}
        assert good(ask(client, [MAIL], "Email/query", asked), 200).json()["methodResponses"][0][1]["ids"] == [email]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"using": "x", "methodCalls": []}',
        b'{"using": [], "methodCalls": [[]]}',
        b'{"using": [], "methodCalls": [["Email/set", [], "c"]]}',
        b'{"using": [[]], "methodCalls": []}',
        b'{"using": [1], "methodCalls": [["Email/set", {"update": [], "create": {"a": 1}, "filter": [0]}, "c"]]}',
    ],
)
def test_what_is_no_request_stays_none(body: bytes) -> None:
    with Server(lenient=True) as server:
        ann = server.add_user("ann")
        answer = Client(server.url, ann.name, ann.password).post(body)
        assert answer.status == 400, answer
