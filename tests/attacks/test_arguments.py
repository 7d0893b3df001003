"""Values of the wrong type in every argument, property and filter that the server declares, one at a time.

Generated from the declarations, so whatever is added is tried. A value that the declaration refuses must be refused
in the words of the RFC; one that it takes may do anything but fail in the server or harm what is stored.
"""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

import pytest

from angarium.engine.declare import REQUIRED, DataType
from tests.attacks.ground import Ground, registry

WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**53 - 1,
    "",
    "a",
    "#a",
    "#",
    "\u0000",
    "\U0001f600" * 100,
    "x" * 10_000,
    [],
    [None],
    ["", ""],
    [[]],
    [{}],
    {},
    {"a": None},
    {"": True},
    {"#x": True},
    {"a": {"b": {"c": []}}},
    {"a/b": 1, "a": 2},
    {"operator": "AND"},
)
_REGISTRY = registry()
_METHODS = [method for method in _REGISTRY.methods.values() if method.arguments is not None]
_NEVER_WRITTEN = "CalendarEventNotification"  # clients only destroy it: all else is forbidden, whatever it says
_WRITERS = [kind for kind in _REGISTRY.types.values() if kind.writer and kind.name != _NEVER_WRITTEN]
_MAKERS = [kind for kind in _WRITERS if not kind.singleton]
_QUERIERS = [kind for kind in _REGISTRY.types.values() if kind.querier]
_REFUSED = frozenset(("invalidArguments", "unsupportedFilter", "unsupportedSort"))
_REFUSED_OBJECT = frozenset(("invalidProperties", "invalidPatch", "blobNotFound", "tooLarge", "tooManyKeywords"))
_IN_BATCH = 32
_NUMBERS = count()


def names(items: Iterable[Any]) -> list[str]:
    return [item.name for item in items]


def required(land: Ground, name: str) -> Any:
    """A good value of an argument that must be given; KeyError for one that nobody thought of here."""
    return {
        "fromAccountId": land.friend,
        "create": {},
        "emails": {},
        "blobIds": [],
        "emailIds": [land.email],
        "sinceState": "0",
        "sinceQueryState": "0",
        "identityId": land.identity,
        "send": {},
    }[name]


def answers(land: Ground, method: str, many: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """The response to each of many calls of one method, in few requests."""
    found: list[tuple[str, Any]] = []
    for start in range(0, len(many), _IN_BATCH):
        found += land.engine.responses(land.user, *[(method, given) for given in many[start : start + _IN_BATCH]])
    assert len(found) == len(many)
    return found


@pytest.mark.parametrize("method", _METHODS, ids=names(_METHODS))
def test_every_argument_refuses_what_it_is_not(land: Ground, method: Any) -> None:
    before = land.image()
    base = {known.name: required(land, known.name) for known in method.arguments if known.default is REQUIRED}
    cases = [(known, value) for known in method.arguments for value in WRONG]
    told = answers(land, method.name, [{**base, known.name: value} for known, value in cases])
    for (known, value), (name, given) in zip(cases, told, strict=True):
        nothing = value is None and known.default is not REQUIRED
        if not nothing and known.shape(value):
            assert (name, given["type"]) == ("error", "invalidArguments"), (known.name, value, given)
        else:
            assert name != "error" or given["type"] not in ("serverFail", "unknownMethod"), (known.name, value, given)
    assert land.image() == before


@pytest.mark.parametrize("method", _METHODS, ids=names(_METHODS))
def test_what_must_be_given_must_be_given(land: Ground, method: Any) -> None:
    base = {known.name: required(land, known.name) for known in method.arguments if known.default is REQUIRED}
    lacking = [{name: base[name] for name in base if name != left} for left in base]
    for name, given in answers(land, method.name, lacking):
        assert (name, given["type"]) == ("error", "invalidArguments")


@pytest.mark.parametrize("method", _METHODS, ids=names(_METHODS))
@pytest.mark.parametrize("unknown", ["", "AccountId", "ids ", "__class__", "\u0000", "#", "x" * 5_000])
def test_an_unknown_argument_is_refused(land: Ground, method: Any, unknown: str) -> None:
    base = {known.name: required(land, known.name) for known in method.arguments if known.default is REQUIRED}
    ((name, given),) = answers(land, method.name, [{**base, unknown: 1}])
    assert (name, given["type"]) == ("error", "invalidArguments")


@pytest.mark.parametrize("method", _METHODS, ids=names(_METHODS))
def test_an_account_id_of_the_wrong_type_is_refused(land: Ground, method: Any) -> None:
    base = {known.name: required(land, known.name) for known in method.arguments if known.default is REQUIRED}
    for name, given in answers(land, method.name, [{**base, "accountId": value} for value in WRONG]):
        assert name == "error"
        assert given["type"] in ("invalidArguments", "accountNotFound"), given


def good(kind: DataType, land: Ground) -> Mapping[str, Any]:
    """A create that would succeed; KeyError for a type that nobody thought of here."""
    fine: dict[str, dict[str, Any]] = {
        "Mailbox": {"name": "fine"},
        "Email": {"mailboxIds": {land.mailbox: True}, "subject": "fine"},
        "Identity": {"email": "ann@example.com"},
        "EmailSubmission": {"identityId": land.identity, "emailId": land.letter},
        "AddressBook": {"name": "fine"},
        "ContactCard": {"addressBookIds": {land.book: True}},
        "Calendar": {"name": "fine"},
        "CalendarEvent": {"calendarIds": {land.calendar: True}, "start": "2030-01-01T09:00:00"},
        "ParticipantIdentity": {"calendarAddress": f"mailto:ann+{next(_NUMBERS)}@example.com"},
        "PushSubscription": {"deviceClientId": f"fine {next(_NUMBERS)}", "url": "https://push.example.com/fine"},
    }
    return fine[kind.name]


def existing(kind: DataType, land: Ground) -> str:
    return {
        "Mailbox": land.mailbox,
        "Email": land.email,
        "Identity": land.identity,
        "EmailSubmission": land.submission,
        "AddressBook": land.book,
        "ContactCard": land.card,
        "Calendar": land.calendar,
        "CalendarEvent": land.event,
        "ParticipantIdentity": land.participant,
        "PushSubscription": land.push,
        "VacationResponse": "singleton",
    }[kind.name]


@pytest.mark.parametrize("kind", _MAKERS, ids=names(_MAKERS))
def test_every_property_refuses_what_it_is_not_when_an_object_is_made(land: Ground, kind: DataType) -> None:
    for known in kind.properties:
        takes_null = kind.forgets_nulls or known.default is not REQUIRED
        bad = [value for value in WRONG if known.shape(value) and not (value is None and takes_null)]
        creates = {f"c{number}": {**good(kind, land), known.name: value} for number, value in enumerate(bad)}
        answer = land.engine.call(land.user, f"{kind.name}/set", {"create": creates})
        assert not answer.get("created"), (known.name, answer["created"])
        for key, error in (answer.get("notCreated") or {}).items():
            assert error["type"] in _REFUSED_OBJECT, (known.name, creates[key], error)


@pytest.mark.parametrize("kind", _WRITERS, ids=names(_WRITERS))
def test_every_property_refuses_what_it_is_not_when_an_object_is_changed(land: Ground, kind: DataType) -> None:
    before, record = land.image(), existing(kind, land)
    for known in kind.properties:
        bad = [value for value in WRONG if value is not None and known.shape(value)]
        told = answers(land, f"{kind.name}/set", [{"update": {record: {known.name: value}}} for value in bad])
        for value, (name, given) in zip(bad, told, strict=True):
            assert name != "error", given
            error = (given["notUpdated"] or {}).get(record, {"type": "nothing"})
            assert error["type"] in _REFUSED_OBJECT, (known.name, value, given)
    assert land.image() == before


@pytest.mark.parametrize("kind", _MAKERS, ids=names(_MAKERS))
def test_what_an_object_takes_never_fails_in_the_server(land: Ground, kind: DataType) -> None:
    for known in kind.properties:
        fit = [value for value in WRONG if not known.shape(value)]
        creates = {f"c{number}": {**good(kind, land), known.name: value} for number, value in enumerate(fit)}
        answer = land.engine.call(land.user, f"{kind.name}/set", {"create": creates})
        made = [shown["id"] for shown in (answer.get("created") or {}).values()]
        for error in (answer.get("notCreated") or {}).values():
            assert error["type"] != "serverFail", (known.name, error)
        gone = land.engine.call(land.user, f"{kind.name}/set", {"destroy": made})
        assert gone["destroyed"] == made or not made, gone


@pytest.mark.parametrize("kind", _QUERIERS, ids=names(_QUERIERS))
def test_every_filter_refuses_what_it_is_not(land: Ground, kind: DataType) -> None:
    for known in kind.filters:
        for wrap in (lambda term: term, lambda term: {"operator": "NOT", "conditions": [term]}):
            told = answers(land, f"{kind.name}/query", [{"filter": wrap({known.name: value})} for value in WRONG])
            for value, (name, given) in zip(WRONG, told, strict=True):
                if value is not None and known.shape(value):
                    assert (name, given["type"]) == ("error", "invalidArguments"), (known.name, value, given)
                else:
                    assert name != "error" or given["type"] in _REFUSED, (known.name, value, given)


@pytest.mark.parametrize("kind", _QUERIERS, ids=names(_QUERIERS))
@pytest.mark.parametrize(
    "comparator",
    [
        {},
        {"property": None},
        {"property": 1},
        {"property": ""},
        {"property": "id; DROP TABLE email"},
        {"property": "__class__"},
        {"isAscending": True},
        {"property": "name", "isAscending": "yes"},
        {"property": "name", "collation": "i;latin"},
        {"property": "name", "collation": 1},
        {"property": "receivedAt", "collation": "x' COLLATE NOCASE"},
        {"property": "hasKeyword"},
        {"property": "hasKeyword", "keyword": 1},
    ],
)
def test_a_wrong_comparator_is_refused(land: Ground, kind: DataType, comparator: Any) -> None:
    ((name, given),) = answers(land, f"{kind.name}/query", [{"sort": [comparator]}])
    assert (name, given["type"] in _REFUSED) == ("error", True), given


@pytest.mark.parametrize("kind", _WRITERS, ids=names(_WRITERS))
@pytest.mark.parametrize(
    "path", ["", "/", "no such", "id/x", "~", "~2", "keywords~1x", "\u0000", "name/0/1/2", "/name"]
)
def test_a_patch_to_nowhere_is_refused(land: Ground, kind: DataType, path: str) -> None:
    before, record = land.image(), existing(kind, land)
    ((name, given),) = answers(land, f"{kind.name}/set", [{"update": {record: {path: True}}}])
    assert name != "error", given
    assert given["notUpdated"][record]["type"] in _REFUSED_OBJECT, given
    assert land.image() == before


def test_what_clients_only_destroy_is_never_written(land: Ground) -> None:
    before = land.image()
    creates = {f"c{number}": {"comment": value} for number, value in enumerate(WRONG)}
    answer = land.engine.call(land.user, f"{_NEVER_WRITTEN}/set", {"create": creates})
    assert answer["created"] is None
    assert {error["type"] for error in answer["notCreated"].values()} <= {"forbidden", "invalidProperties"}
    for value in WRONG:
        update = {land.notification: {"comment": value}}
        answer = land.engine.call(land.user, f"{_NEVER_WRITTEN}/set", {"update": update})
        assert answer["notUpdated"][land.notification]["type"] in ("forbidden", "invalidProperties")
    assert land.image() == before


def test_a_patch_through_null_and_one_that_meets_itself_are_refused(land: Ground) -> None:
    before = land.image()
    for patch in (
        {"keywords/$seen/deeper": True},
        {"keywords/absent/deeper": True},
        {"keywords": {}, "keywords/$seen": True},
        {"mailboxIds": None},
        {f"mailboxIds/{land.mailbox}": None},
        {f"mailboxIds/{land.mailbox}": False},
        {"keywords/$seen": False},
        {"keywords/$seen": "true"},
    ):
        answer = land.engine.call(land.user, "Email/set", {"update": {land.email: patch}})
        assert answer["notUpdated"][land.email]["type"] in ("invalidPatch", "invalidProperties"), (patch, answer)
    assert land.image() == before


@pytest.mark.parametrize(
    "identifier",
    ["", "#", "#never", "M0", "M1 ", "m1", "M01", "M-1", "M1e3", "../M1", "\u0000", "M" + "9" * 300, "B1" * 50],
)
def test_an_id_that_names_nothing_is_not_found_wherever_it_stands(land: Ground, identifier: str) -> None:
    for kind in _REGISTRY.types.values():
        (name, given), *_ = land.engine.responses(land.user, (f"{kind.name}/get", {"ids": [identifier]}))
        found = given.get("notFound") == [identifier] if name != "error" else given["type"] == "invalidArguments"
        assert found, given
    for kind in _WRITERS:
        tried: tuple[dict[str, Any], ...] = ({"destroy": [identifier]}, {"update": {identifier: {}}})
        for arguments in tried:
            (name, given), *_ = land.engine.responses(land.user, (f"{kind.name}/set", arguments))
            refused = given.get("notDestroyed") or given.get("notUpdated") or {}
            errors = [error["type"] for error in refused.values()] if name != "error" else [given["type"]]
            assert errors in (["notFound"], ["invalidArguments"], *([["singleton"]] if kind.singleton else ())), given


@pytest.mark.parametrize("state", ["", "-1", "01", "1.0", "9" * 15, "9" * 400, "abc", "\u0000", "1 OR 1=1"])
def test_a_state_that_never_was_cannot_be_calculated_from(land: Ground, state: str) -> None:
    for kind in (known for known in _REGISTRY.types.values() if known.changes):
        (_, given), *_ = land.engine.responses(land.user, (f"{kind.name}/changes", {"sinceState": state}))
        assert given["type"] == "cannotCalculateChanges", given
    for kind in _QUERIERS:
        (_, given), *_ = land.engine.responses(land.user, (f"{kind.name}/queryChanges", {"sinceQueryState": state}))
        assert given["type"] == "cannotCalculateChanges", given
