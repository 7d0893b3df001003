"""The older dialect: short requests with much work behind them, and values that are meant to exhaust or to confuse."""

from typing import Any

import orjson
import pytest

from angarium.engine.errors import RequestError
from angarium.protocols.legacy.call import Settings
from angarium.protocols.legacy.dialect import Dialect
from angarium.protocols.legacy.methods import METHODS
from tests.attacks.ground import Ground

MANY = 100_000
ARGUMENTS = (
    *("ids", "accountId", "filter", "sort", "position", "limit", "anchor", "sinceState", "maxChanges", "properties"),
    *("messageIds", "messages", "create", "update", "destroy", "ifInState", "asSpam"),
)
VALUES: list[Any] = [None, "x", 5, True, [], {}, [None], ["x"], {"a": None}, [{"a": []}], {"a": {"b": 1}}]


def replies(land: Ground, *calls: tuple[str, Any]) -> list[Any]:
    """What the dialect answers in one transaction."""
    dialect = Dialect(land.engine.engine, lambda: METHODS, Settings("example.com"), lambda: "token")
    request = dialect.prepare(orjson.dumps([[name, given, "c"] for name, given in calls]))
    answered: list[Any] = orjson.loads(
        land.engine.store.write(lambda view: request.run(land.user, transaction=view)).result()
    )
    assert b"serverError" not in orjson.dumps(answered)
    return answered


@pytest.mark.parametrize(
    ("method", "given", "name"),
    [
        ("setContacts", {"emails": [{"value": f"a{number}@b.c"} for number in range(MANY)]}, "emails"),
        ("setContacts", {"online": [{}] * MANY}, "online"),
        ("setContacts", {"addresses": [{}] * MANY}, "addresses"),
        ("setCalendarEvents", {"participants": {str(number): {} for number in range(MANY)}}, "participants"),
        (
            "setCalendarEvents",
            {"recurrenceOverrides": {f"2026-01-01T00:00:{number}": {} for number in range(MANY)}},
            "recurrenceOverrides",
        ),
    ],
)
def test_long_lists_are_refused_before_they_are_worked_on(land: Ground, method: str, given: Any, name: str) -> None:
    create = {"create": {"a": {"start": "2026-01-01T00:00:00", **given} if "Event" in method else given}}
    refused = replies(land, (method, create))[0][1]["notCreated"]["a"]
    assert refused["properties"] == [name]


@pytest.mark.parametrize("method", ["getMessages", "getContacts", "getMailboxes"])
def test_many_ids_that_cannot_be_ids_are_told_as_such_at_once(land: Ground, method: str) -> None:
    ids = [f"{number}{end}" for number in range(MANY // 2) for end in ("", " ")]
    (answer,) = replies(land, (method, {"ids": ids}))
    assert answer[0] == "error" or len(answer[1]["notFound"]) == len(ids)


@pytest.mark.parametrize("method", ["getMessageList", "getContactList", "getCalendarEventList"])
def test_filters_are_bounded_in_depth_and_in_conditions(land: Ground, method: str) -> None:
    wide = {"operator": "OR", "conditions": [{"text": "a"}] * 10_000}
    deep: Any = {"text": "a"}
    for _ in range(25):
        deep = {"operator": "NOT", "conditions": [deep]}
    for filter_ in (wide, deep):
        (answer,) = replies(land, (method, {"filter": filter_}))
        assert (answer[0], answer[1]["type"]) in [
            ("error", kind) for kind in ("cannotDoFilter", "invalidArguments", "requestTooLarge")
        ]


@pytest.mark.parametrize(
    "value",
    ["\u0000", "a" * 100_000, {}, [], [[]], 1e308, -1, True, "#", "##", "outbox", "../x", {"": None}],
)
def test_no_value_is_a_fault(land: Ground, value: Any) -> None:
    """Every argument and every property of every method, with a value that it was not made for."""
    for method in METHODS:
        replies(land, *((method.name, {"ids": [], "sinceState": "0", name: value}) for name in ARGUMENTS))


@pytest.mark.parametrize("method", ["setMailboxes", "setMessages", "setIdentities", "setContacts", "setContactGroups"])
@pytest.mark.parametrize("value", VALUES)
def test_no_property_is_a_fault(land: Ground, method: str, value: Any) -> None:
    _try_properties(land, method, value)


@pytest.mark.parametrize("method", ["setCalendars", "setCalendarEvents", "importMessages", "copyMessages"])
@pytest.mark.parametrize("value", VALUES)
def test_no_property_of_the_others_is_a_fault(land: Ground, method: str, value: Any) -> None:
    _try_properties(land, method, value)


def _try_properties(land: Ground, method: str, value: Any) -> None:
    create = {str(index): {name: value} for index, name in enumerate(_NAMES)}
    member = "messages" if "Messages" in method and method != "setMessages" else "create"
    replies(land, (method, {member: create}))


_NAMES = [
    "name",
    "parentId",
    "role",
    "sortOrder",
    "mailboxIds",
    "isUnread",
    "isFlagged",
    "isAnswered",
    "isDraft",
    "from",
    "to",
    "cc",
    "sender",
    "subject",
    "date",
    "textBody",
    "htmlBody",
    "attachments",
    "headers",
    "inReplyToMessageId",
    "blobId",
    "messageId",
    "email",
    "replyTo",
    "bcc",
    "textSignature",
    "firstName",
    "lastName",
    "nickname",
    "birthday",
    "company",
    "department",
    "jobTitle",
    "notes",
    "emails",
    "phones",
    "online",
    "addresses",
    "avatar",
    "addressbookId",
    "contactIds",
    "color",
    "isVisible",
    "mayDelete",
    "uid",
    "calendarId",
    "relatedTo",
    "links",
    "locations",
    "isAllDay",
    "start",
    "timeZone",
    "duration",
    "recurrenceRule",
    "recurrenceOverrides",
    "showAsFree",
    "participants",
    "useDefaultAlerts",
    "alerts",
    "status",
    "title",
    "description",
    "created",
]


def test_an_endless_beginning_costs_little(land: Ground) -> None:
    dialect = Dialect(land.engine.engine, lambda: METHODS, Settings("example.com"), lambda: "token")
    assert not dialect.speaks(b" " * 10_000_000)
    with pytest.raises(RequestError):
        dialect.prepare(b"[" * 1_000_000)
