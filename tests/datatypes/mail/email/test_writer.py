"""Email/set: keywords, mailboxes, destroying (RFC 8621 §4.6); building is in test_compose."""

from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets


@pytest.fixture
def email(ann: Desk) -> str:
    return ann.put(octets(), keywords={"$seen": True, "work": True})


def test_keywords_are_patched_and_replaced(ann: Desk, email: str) -> None:
    assert ann.update(email, {"keywords/$flagged": True, "keywords/work": None}) is None
    assert ann.email(email, "keywords")["keywords"] == {"$flagged": True, "$seen": True}
    assert ann.update(email, {"keywords": {"a": True}}) is None
    assert ann.email(email, "keywords")["keywords"] == {"a": True}
    assert ann.update(email, {"keywords": None}) is None
    assert ann.email(email, "keywords")["keywords"] == {}


def test_keywords_become_lower_case_and_the_client_is_told(ann: Desk, email: str) -> None:
    answer = ann.call("Email/set", update={email: {"keywords": {"$FLAGGED": True, "Work": True}}})
    assert answer["updated"] == {email: {"keywords": {"$flagged": True, "work": True}}}


def test_a_patch_may_spell_a_keyword_in_any_case(ann: Desk, email: str) -> None:
    answer = ann.call("Email/set", update={email: {"keywords/$Seen": True}})
    assert answer["oldState"] == answer["newState"]
    assert ann.update(email, {"keywords/$SEEN": None, "keywords/$Flagged": True}) is None
    assert ann.email(email, "keywords")["keywords"] == {"$flagged": True, "work": True}


@pytest.mark.parametrize("keyword", ["", "a b", "(", ")", "{", "]", "%", "*", '"', "\\", "é", "x" * 256, "\x7f"])
def test_a_bad_keyword_is_an_invalid_property(ann: Desk, email: str, keyword: str) -> None:
    error = ann.update(email, {"keywords": {keyword: True}})
    assert error["type"] == "invalidProperties"
    assert error["properties"][0].startswith("keywords")


@pytest.mark.parametrize("keyword", ["[", "}", "$", "x" * 255, "a/b~c", "!~"])
def test_odd_keywords_are_fine(ann: Desk, email: str, keyword: str) -> None:
    assert ann.update(email, {"keywords": {keyword: True}}) is None
    assert ann.email(email, "keywords")["keywords"] == {keyword: True}


def test_a_keyword_is_true_or_absent(ann: Desk, email: str) -> None:
    assert ann.update(email, {"keywords/work": False})["type"] == "invalidProperties"


def test_more_than_128_keywords_are_too_many(ann: Desk, email: str) -> None:
    assert ann.update(email, {"keywords": {f"k{at}": True for at in range(128)}}) is None
    assert ann.update(email, {"keywords/more": True})["type"] == "tooManyKeywords"


def test_an_email_moves_between_mailboxes(ann: Desk, email: str) -> None:
    inbox, trash = ann.box("inbox"), ann.box("trash")
    assert ann.update(email, {f"mailboxIds/{inbox}": None, f"mailboxIds/{trash}": True}) is None
    assert ann.email(email, "mailboxIds")["mailboxIds"] == {trash: True}
    assert (ann.boxes()["Inbox"]["totalEmails"], ann.boxes()["Trash"]["totalEmails"]) == (0, 1)


@pytest.mark.parametrize("value", [{}, {"B999999": True}, {"x": False}, None, []])
def test_an_email_stays_in_mailboxes_that_exist(ann: Desk, email: str, value: Any) -> None:
    error = ann.update(email, {"mailboxIds": value})
    assert error["type"] == "invalidProperties"
    assert error["properties"][0].startswith("mailboxIds")
    assert ann.email(email, "mailboxIds")["mailboxIds"] == {ann.box("inbox"): True}


def test_taking_an_email_out_of_its_last_mailbox_is_refused(ann: Desk, email: str) -> None:
    assert ann.update(email, {f"mailboxIds/{ann.box('inbox')}": None})["properties"] == ["mailboxIds"]


def test_more_than_100_mailboxes_are_too_many(ann: Desk, email: str) -> None:
    made = ann.call("Mailbox/set", create={f"n{at}": {"name": f"n{at}"} for at in range(101)})["created"]
    ids = [box["id"] for box in made.values()]
    assert ann.update(email, {"mailboxIds": dict.fromkeys(ids, True)})["type"] == "tooManyMailboxes"
    assert ann.update(email, {"mailboxIds": dict.fromkeys(ids[:100], True)}) is None


def test_a_mailbox_created_in_the_same_request_can_be_named(ann: Desk, email: str) -> None:
    answers = ann.harness.responses(
        ann.user,
        ("Mailbox/set", {"create": {"new": {"name": "New"}}}),
        ("Email/set", {"update": {email: {"mailboxIds/#new": True}}}),
        ("Email/set", {"create": {"e": {"mailboxIds": {"#new": True}}}}),
    )
    box = answers[0][1]["created"]["new"]["id"]
    assert ann.email(email, "mailboxIds")["mailboxIds"] == {box: True, ann.box("inbox"): True}
    assert ann.email(answers[2][1]["created"]["e"]["id"], "mailboxIds")["mailboxIds"] == {box: True}


@pytest.mark.parametrize("patch", [{"subject": "x"}, {"receivedAt": "2020-01-01T00:00:00Z"}, {"size": 1}, {"id": "x"}])
def test_what_is_immutable_cannot_change(ann: Desk, email: str, patch: dict[str, Any]) -> None:
    error = ann.update(email, patch)
    assert (error["type"], error["properties"]) == ("invalidProperties", list(patch))


def test_the_whole_object_may_be_sent_back(ann: Desk, email: str) -> None:
    whole = ann.email(email)
    whole["keywords"] = {"new": True}
    assert ann.update(email, whole) is None
    assert ann.email(email, "keywords")["keywords"] == {"new": True}


def test_a_patch_through_what_is_not_there_is_invalid_patch(ann: Desk, email: str) -> None:
    assert ann.update(email, {"keywords/a/b": True})["type"] == "invalidPatch"


def test_a_destroyed_email_is_gone_everywhere(ann: Desk, email: str) -> None:
    thread = ann.email(email, "threadId")["threadId"]
    state = ann.call("Email/get", ids=[])["state"]
    answer = ann.call("Email/set", destroy=[email, "M999999"])
    assert answer["destroyed"] == [email]
    assert answer["notDestroyed"]["M999999"]["type"] == "notFound"
    assert ann.email(email, "id") is None
    assert ann.call("Email/query")["ids"] == []
    assert ann.call("Thread/get", ids=[thread])["notFound"] == [thread]
    assert ann.call("Email/changes", sinceState=state)["destroyed"] == [email]
    assert ann.boxes()["Inbox"]["totalEmails"] == 0


def test_updating_what_is_not_there_is_not_found(ann: Desk) -> None:
    assert ann.update("M999999", {"keywords/a": True})["type"] == "notFound"


def test_one_refusal_leaves_the_others_alone(ann: Desk, email: str) -> None:
    other = ann.put(octets("other"))
    answer = ann.call("Email/set", update={email: {"keywords/(": True}, other: {"keywords/$seen": True}})
    assert list(answer["updated"]) == [other]
    assert list(answer["notUpdated"]) == [email]


def test_a_change_of_nothing_leaves_the_state_alone(ann: Desk, email: str) -> None:
    answer = ann.call("Email/set", update={email: {"keywords/$seen": True}})
    assert answer["updated"] == {email: None}
    assert answer["oldState"] == answer["newState"]
