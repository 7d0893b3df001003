"""Identities, the vacation response and calendars of the dialect."""

from tests.protocols.legacy.client import Old
from tests.protocols.served import Served

REPLY_TO = "Ann Reed <ann@quill.example>, b@c.d"


def test_a_new_user_has_a_calendar_as_the_first_page_shows_one(served: Served, ann: Old) -> None:
    body = b'[["getCalendars", {}, "#1"]]'
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = served.request("POST", "/jmap", body, headers, user=ann.user.name)
    ((name, told, identifier),) = answer.json
    assert (name, identifier) == ("calendars", "#1")
    assert told.keys() == {"accountId", "state", "list", "notFound"}
    assert (told["accountId"], told["notFound"]) == (f"{ann.user.name}@localhost", None)
    assert told["state"].isdigit()
    (calendar,) = told["list"]
    may = (
        "mayReadFreeBusy",
        "mayReadItems",
        "mayAddItems",
        "mayModifyItems",
        "mayRemoveItems",
        "mayRename",
        "mayDelete",
    )
    assert calendar.keys() == {"id", "name", "color", "sortOrder", "x-href", *may}
    assert all(calendar[each] is True for each in may)
    assert {each: type(calendar[each]) for each in ("id", "name", "color", "sortOrder", "x-href")} == {
        "id": str,
        "name": str,
        "color": str,
        "sortOrder": int,
        "x-href": str,
    }


def test_a_calendar_is_made_changed_and_destroyed(ann: Old) -> None:
    rights = {"mayReadItems": True, "mayDelete": True}
    made = ann.ask("setCalendars", {"create": {"#a": {"name": "Work", "color": "teal", **rights}}})["created"]["#a"]
    assert made["color"] == "teal"
    update = {made["id"]: {"isVisible": False, "sortOrder": 5}}
    assert ann.ask("setCalendars", {"update": update})["updated"] == {made["id"]: None}
    shown = ann.ask("getCalendars", {"ids": [made["id"]]})["list"][0]
    assert (shown["isVisible"], shown["sortOrder"]) == (False, 5)
    refused = ann.ask("setCalendars", {"update": {made["id"]: {"mayDelete": False}}, "create": {"b": rights}})
    assert refused["notUpdated"][made["id"]]["properties"] == ["mayDelete"]
    assert refused["notCreated"]["b"]["properties"] == ["name"]
    since = ann.ask("getCalendars")["state"]
    assert ann.ask("setCalendars", {"destroy": [made["id"]]})["destroyed"] == [made["id"]]
    assert ann.ask("getCalendarUpdates", {"sinceState": since})["removed"] == [made["id"]]


def test_identities_have_their_further_addresses_in_strings(ann: Old) -> None:
    (first,) = ann.ask("getIdentities")["list"]
    assert first.keys() == {
        *("id", "name", "email", "replyTo", "bcc", "textSignature", "htmlSignature", "mayDeleteIdentity")
    }
    assert (first["replyTo"], first["bcc"], first["mayDeleteIdentity"]) == ("", "", False)
    since = ann.ask("getIdentities")["state"]
    given = {
        "name": "Ann",
        "email": f"{ann.user.name}+work@localhost",
        "replyTo": "Ann Reed <ann@quill.example>, b@c.d",
    }
    made = ann.ask("setIdentities", {"create": {"k": given}})["created"]["k"]
    assert made["mayDeleteIdentity"] is True
    modern = ann.modern("Identity/get", {"ids": [made["id"]]})["list"][0]
    assert [each["email"] for each in modern["replyTo"]] == ["ann@quill.example", "b@c.d"]
    replies = ann.replies(("getIdentityUpdates", {"sinceState": since, "maxChanges": 5, "fetchRecords": True}))
    assert replies[0][1]["changed"] == [made["id"]]
    assert replies[1][1]["list"][0]["replyTo"] == '"Ann Reed" <ann@quill.example>, b@c.d'
    update = {made["id"]: {"replyTo": "", "textSignature": "A."}, first["id"]: {"email": "x@y.z"}}
    told = ann.ask("setIdentities", {"update": update, "destroy": [first["id"]]})
    assert told["updated"] == {made["id"]: None}
    assert told["notUpdated"][first["id"]]["properties"] == ["email"]
    assert told["notDestroyed"][first["id"]]["type"] == "forbidden"
    assert ann.modern("Identity/get", {"ids": [made["id"]]})["list"][0]["replyTo"] is None
    foreign = ann.ask("setIdentities", {"create": {"k": {"email": "boss@quill.example"}}})["notCreated"]["k"]
    assert foreign["type"] == "emailNotPermitted"
    assert ann.ask("setIdentities", {"destroy": [made["id"]]})["destroyed"] == [made["id"]]


def test_the_vacation_response_is_one_object_without_a_state(ann: Old) -> None:
    told = ann.ask("getVacationResponse")
    assert told.keys() == {"accountId", "list"}
    assert told["list"][0]["id"] == "singleton"
    change = {"isEnabled": True, "subject": "Away", "fromDate": "2026-01-01T00:00:00Z", "textBody": "Later"}
    told = ann.ask("setVacationResponse", {"update": {"singleton": change}})
    assert (told["updated"], told["notUpdated"]) == ({"singleton": None}, {})
    modern = ann.modern("VacationResponse/get", {})["list"][0]
    assert {name: modern[name] for name in change} == change
    wrong = ann.ask("setVacationResponse", {"update": {"singleton": {"isEnabled": "yes"}}})
    assert wrong["notUpdated"]["singleton"]["properties"] == ["isEnabled"]
    assert ann.error("setVacationResponse", {"update": {"other": {}}})["type"] == "invalidArguments"
