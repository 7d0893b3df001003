"""Making, filing, destroying, importing, copying and reporting messages."""

import pytest

from tests.protocols.legacy.client import Old, letter
from tests.protocols.legacy.conftest import NewOld


def one(ann: Old, message: str, *names: str) -> dict[str, object]:
    found: dict[str, object] = ann.ask("getMessages", {"ids": [message], "properties": list(names) or None})["list"][0]
    return found


def test_flags_and_mailboxes_change(ann: Old) -> None:
    message, boxes = ann.deliver(letter(), keywords={"other": True}), ann.mailboxes()
    update = {message: {"isUnread": False, "isFlagged": True, "mailboxIds": [boxes["trash"]]}}
    told = ann.ask("setMessages", {"create": {}, "update": update, "destroy": []})
    assert told["updated"] == {message: None}
    modern = ann.modern("Email/get", {"ids": [message], "properties": ["keywords", "mailboxIds"]})["list"][0]
    assert modern["keywords"] == {"$seen": True, "$flagged": True, "other": True}
    assert modern["mailboxIds"] == {boxes["trash"]: True}
    ann.ask("setMessages", {"update": {message: {"isUnread": True, "isFlagged": False, "isAnswered": True}}})
    modern = ann.modern("Email/get", {"ids": [message], "properties": ["keywords"]})["list"][0]
    assert modern["keywords"] == {"$answered": True, "other": True}


def test_what_cannot_change_may_come_back_unchanged(ann: Old) -> None:
    message = ann.deliver(letter())
    whole = one(ann, message)
    told = ann.ask("setMessages", {"update": {message: {**whole, "isFlagged": True}}})
    assert told["updated"] == {message: None}
    refused = ann.ask("setMessages", {"update": {message: {"subject": "Other", "isDraft": True}, "M9999": {"size": 1}}})
    assert refused["notUpdated"][message]["properties"] == ["subject", "isDraft"]
    assert refused["notUpdated"]["M9999"]["type"] == "notFound"
    wrong = ann.ask("setMessages", {"update": {message: {"isUnread": 1, "nope": 2}}})["notUpdated"][message]
    assert wrong["type"] == "invalidProperties"


def test_a_draft_is_made_of_what_is_given(ann: Old) -> None:
    boxes = ann.mailboxes()
    answered = ann.deliver(letter(more="Message-ID: <1@quill.example>"))
    draft = {
        "mailboxIds": [boxes["drafts"]],
        "from": [{"name": "Ann", "email": f"{ann.user.name}@localhost"}],
        "to": [{"name": "", "email": "bo@quill.example"}],
        "subject": "Re: Lunch",
        "htmlBody": "<p>With <b>pleasure</b></p>",
        "headers": {"x-mood": "fine", "subject": "no", "list-id": "<a.b>"},
        "inReplyToMessageId": answered,
        "isFlagged": True,
        "isDraft": True,
        "isUnread": False,
        "attachments": [{"blobId": ann.upload(b"x"), "type": "text/plain", "name": "a.txt", "cid": None}],
        "cc": None,
    }
    made = ann.ask("setMessages", {"create": {"#k1": draft}})["created"]["#k1"]
    assert made.keys() == {"id", "blobId", "threadId", "size"}
    shown = one(ann, made["id"])
    assert (shown["isDraft"], shown["isFlagged"], shown["isUnread"]) == (True, True, False)
    assert (shown["subject"], shown["to"]) == ("Re: Lunch", draft["to"])
    assert (shown["htmlBody"], shown["textBody"]) == ("<p>With <b>pleasure</b></p>", "With pleasure")
    assert shown["inReplyToMessageId"] == answered
    assert shown["threadId"] == one(ann, answered)["threadId"]
    headers, attachments = shown["headers"], shown["attachments"]
    assert isinstance(headers, dict)
    assert isinstance(attachments, list)
    assert (headers["x-mood"], headers["list-id"]) == ("fine", "<a.b>")
    assert (headers["in-reply-to"], headers["references"]) == ("<1@quill.example>", "<1@quill.example>")
    assert [each["name"] for each in attachments] == ["a.txt"]


def test_what_is_wrong_with_a_new_message_is_named(ann: Old) -> None:
    boxes = ann.mailboxes()
    good = {"mailboxIds": [boxes["drafts"]]}
    create = {
        "box": {"mailboxIds": [boxes["inbox"]]},
        "none": {"subject": "x"},
        "flag": {**good, "isUnread": True, "isDraft": False},
        "server": {**good, "size": 5, "id": "M1"},
        "unknown": {**good, "nope": 1},
        "address": {**good, "to": ["bo"], "subject": 5},
        "reply": {**good, "inReplyToMessageId": "M9999"},
        "blob": {**good, "attachments": [{"blobId": "b0"}]},
        "header": {**good, "headers": {"X Y": "z"}},
        "fine": good,
    }
    told = ann.ask("setMessages", {"create": create})
    assert told["created"].keys() == {"fine"}
    refused = told["notCreated"]
    assert {key: error.get("properties") for key, error in refused.items()} == {
        "box": ["mailboxIds"],
        "none": ["mailboxIds"],
        "flag": ["isUnread", "isDraft"],
        "server": ["size", "id"],
        "unknown": ["nope"],
        "address": ["to", "subject"],
        "reply": None,
        "blob": ["attachments"],
        "header": ["headers"],
    }
    assert refused["reply"]["type"] == "inReplyToNotFound"
    assert refused["blob"]["attachmentsNotFound"] == ["b0"]


def test_drafts_may_answer_what_was_made_before_in_the_same_call(ann: Old) -> None:
    box = {"mailboxIds": [ann.mailboxes()["drafts"]]}
    create = {"a": {**box, "subject": "One"}, "b": {**box, "subject": "Re: One", "inReplyToMessageId": "#a"}}
    made = ann.ask("setMessages", {"create": create})["created"]
    assert one(ann, made["b"]["id"], "inReplyToMessageId")["inReplyToMessageId"] == made["a"]["id"]


def test_messages_are_destroyed(ann: Old) -> None:
    message = ann.deliver(letter())
    told = ann.ask("setMessages", {"destroy": [message, "M9999", "#x"]})
    assert told["destroyed"] == [message]
    assert told["notDestroyed"].keys() == {"M9999", "#x"}
    assert told["oldState"] != told["newState"] == ann.ask("getMessages", {"ids": []})["state"]


def test_a_message_in_a_mailbox_that_the_same_request_makes(ann: Old) -> None:
    message = ann.deliver(letter())
    replies = ann.replies(
        ("setMailboxes", {"create": {"k 12": {"name": "New"}}}),
        ("setMessages", {"update": {message: {"mailboxIds": ["#k 12"]}}}),
        ("setMessages", {"update": {message: {"mailboxIds": ["#other"]}}}),
    )
    made = replies[0][1]["created"]["k 12"]["id"]
    assert one(ann, message, "mailboxIds")["mailboxIds"] == [made]
    assert replies[2][1]["notUpdated"][message]["properties"] == ["mailboxIds"]


def test_states_and_counts_of_a_call_are_checked(ann: Old) -> None:
    message = ann.deliver(letter())
    state = ann.ask("getMessages", {"ids": []})["state"]
    update = {"update": {message: {"isFlagged": True}}, "create": {"a": {"mailboxIds": [ann.mailboxes()["drafts"]]}}}
    assert ann.error("setMessages", {**update, "ifInState": "0"})["type"] == "stateMismatch"
    assert ann.ask("setMessages", {**update, "ifInState": state})["created"]
    many = {"destroy": [f"M{number}" for number in range(501)]}
    assert ann.error("setMessages", many)["type"] == "requestTooLarge"


def test_imports_take_flags_and_dates(ann: Old) -> None:
    blob, boxes = ann.upload(letter()), ann.mailboxes()
    given = {"blobId": blob, "mailboxIds": [boxes["inbox"]], "isUnread": True, "isFlagged": True}
    messages = {
        "##1": {**given, "isAnswered": False, "isDraft": False, "date": "2020-01-01T00:00:00Z"},
        "draft": {**given, "isDraft": True},
        "gone": {**given, "blobId": "b0"},
    }
    told = ann.ask("importMessages", {"messages": messages})
    made = told["created"]["##1"]
    assert made.keys() == {"id", "blobId", "threadId", "size"}
    shown = one(ann, made["id"], "isUnread", "isFlagged", "isAnswered", "date")
    assert shown == {"id": made["id"], "isUnread": True, "isFlagged": True, "isAnswered": False} | {
        "date": "2020-01-01T00:00:00Z"
    }
    assert told["notCreated"]["draft"]["properties"] == ["isDraft"]
    assert told["notCreated"]["gone"]["type"] == "attachmentNotFound"
    error = ann.error("importMessages", {"messages": {"a": {**given, "mailboxIds": ["B999", boxes["inbox"]]}}})
    assert (error["type"], error["mailboxes"]) == ("invalidMailboxes", ["B999"])


def test_a_copy_within_an_account_keeps_the_flags_that_are_not_given(ann: Old) -> None:
    message, boxes = ann.deliver(letter(), keywords={"$seen": True, "own": True}), ann.mailboxes()
    given = {"messageId": message, "mailboxIds": [boxes["archive"]], "isFlagged": True}
    name = f"{ann.user.name}@localhost"
    told = ann.ask("copyMessages", {"messages": {"a": given, "b": {**given, "messageId": "M9999"}}})
    assert (told["fromAccountId"], told["toAccountId"]) == (name, name)
    made = told["created"]["a"]
    assert made["id"] != message
    modern = ann.modern("Email/get", {"ids": [made["id"]], "properties": ["keywords", "mailboxIds"]})["list"][0]
    assert modern["keywords"] == {"$seen": True, "own": True, "$flagged": True}
    assert told["notCreated"]["b"]["type"] == "notFound"
    assert ann.ask("copyMessages", {"messages": {"a": given}})["notCreated"] is None


def test_a_copy_between_accounts_needs_the_right_to_write(ann: Old, new_old: NewOld) -> None:
    friend = new_old()
    message = friend.deliver(letter())
    theirs, mine = f"{friend.user.name}@localhost", f"{ann.user.name}@localhost"
    given = {"fromAccountId": theirs, "toAccountId": mine}
    messages = {"a": {"messageId": message, "mailboxIds": [ann.mailboxes()["inbox"]], "isUnread": True}}
    assert ann.error("copyMessages", {**given, "messages": messages})["type"] == "fromAccountNotFound"
    assert ann.error("copyMessages", {"toAccountId": theirs, "messages": {}})["type"] == "toAccountNotFound"
    ann.served.share(friend.user, ann.user, read_only=True)
    made = ann.ask("copyMessages", {**given, "messages": messages})["created"]["a"]
    assert one(ann, made["id"], "subject")["subject"] == "Lunch"
    back = {"fromAccountId": mine, "toAccountId": theirs, "messages": {}}
    assert ann.error("copyMessages", back)["type"] == "accountReadOnly"
    assert ann.error("setMessages", {"accountId": theirs, "destroy": [message]})["type"] == "accountReadOnly"


@pytest.mark.parametrize("as_spam", [True, False])
def test_a_report_alters_no_message(ann: Old, as_spam: bool) -> None:
    message = ann.deliver(letter())
    before = ann.ask("getMessages", {"ids": [message]})
    told = ann.ask("reportMessages", {"messageIds": [message, "M9999"], "asSpam": as_spam})
    assert (told["asSpam"], told["reported"], told["notFound"]) == (as_spam, [message], ["M9999"])
    assert ann.ask("getMessages", {"ids": [message]}) == before
    assert ann.error("reportMessages", {"messageIds": [message]})["arguments"] == ["asSpam"]
