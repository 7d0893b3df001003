"""The outbox: what comes into it is sent, what leaves it in time is not."""

import json
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from angarium.datatypes.submission import queue
from angarium.store.contract import Transaction
from tests.protocols.legacy.client import Old, letter
from tests.protocols.legacy.conftest import NewOld
from tests.protocols.served import Events


def outgoing(ann: Old, to: str, **more: Any) -> dict[str, Any]:
    return {
        "mailboxIds": ["outbox"],
        "from": [{"name": "Ann", "email": f"{ann.user.name}@localhost"}],
        "to": [{"name": "", "email": to}],
        "subject": "Dinner",
        "textBody": "At eight",
        **more,
    }


@pytest.fixture
def bo(new_old: NewOld) -> Old:
    return new_old()


def submissions(ann: Old, status: str | None = None) -> Any:
    found = ann.modern("EmailSubmission/get", {})["list"]
    return [each for each in found if status in (None, each["undoStatus"])]


def shown(ann: Old, message: str) -> Any:
    return ann.ask("getMessages", {"ids": [message], "properties": ["mailboxIds", "isDraft", "isUnread"]})["list"][0]


def later() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))


def test_a_message_made_in_the_outbox_is_sent(ann: Old, bo: Old) -> None:
    answered = ann.deliver(letter(more="Message-ID: <1@quill.example>"))
    to = f"{bo.user.name}@localhost"
    replies = ann.replies(
        ("setMessages", {"create": {"k": outgoing(ann, to, inReplyToMessageId=answered)}}),
        ("getMessageList", {"filter": {"inMailbox": "outbox"}}),
        ("getMailboxes", {"ids": ["outbox"]}),
    )
    made = replies[0][1]["created"]["k"]
    assert made.keys() == {"id", "blobId", "threadId", "size"}
    (submission,) = submissions(ann)
    assert (submission["emailId"], submission["envelope"]["rcptTo"][0]["email"]) == (made["id"], to)
    assert replies[1][1]["messageIds"] == [made["id"]]
    assert replies[1][1]["threadIds"] == [made["threadId"]]
    assert replies[2][1]["list"][0]["totalMessages"] == 1
    boxes = ann.mailboxes()
    modern = ann.modern("Email/get", {"ids": [made["id"]], "properties": ["mailboxIds", "keywords"]})["list"][0]
    assert (modern["mailboxIds"], modern["keywords"]) == ({boxes["sent"]: True}, {"$seen": True})
    assert boxes["sent"] in shown(ann, made["id"])["mailboxIds"]
    assert ann.ask("getMessages", {"ids": [answered], "properties": ["isAnswered"]})["list"][0]["isAnswered"] is True


def test_a_draft_that_moves_into_the_outbox_is_sent(ann: Old, bo: Old) -> None:
    boxes = ann.mailboxes()
    draft = outgoing(ann, f"{bo.user.name}@localhost", mailboxIds=[boxes["drafts"]])
    made = ann.ask("setMessages", {"create": {"k": draft}})["created"]["k"]["id"]
    update = {made: {"mailboxIds": ["outbox"], "isFlagged": True}}
    assert ann.ask("setMessages", {"update": update})["updated"] == {made: None}
    assert len(submissions(ann)) == 1
    assert shown(ann, made)["isDraft"] is False
    other = ann.deliver(letter())
    refused = ann.ask("setMessages", {"update": {other: {"mailboxIds": ["outbox"]}}})["notUpdated"][other]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["mailboxIds"])


def test_a_date_to_come_holds_a_message_which_can_be_taken_back(ann: Old, bo: Old) -> None:
    to, boxes = f"{bo.user.name}@localhost", ann.mailboxes()
    made = ann.ask("setMessages", {"create": {"k": outgoing(ann, to, date=later())}})["created"]["k"]["id"]
    (submission,) = submissions(ann, "pending")
    assert submission["sendAt"] > time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1800))
    assert set(shown(ann, made)["mailboxIds"]) == {boxes["sent"], "outbox"}
    same = {made: {"mailboxIds": [boxes["sent"], "outbox"], "isFlagged": True}}
    assert ann.ask("setMessages", {"update": same})["updated"] == {made: None}
    assert len(submissions(ann, "pending")) == 1
    told = ann.ask("setMessages", {"update": {made: {"mailboxIds": [boxes["drafts"]]}}})
    assert told["updated"] == {made: None}
    assert (shown(ann, made)["mailboxIds"], shown(ann, made)["isDraft"]) == ([boxes["drafts"]], True)
    assert submissions(ann, "pending") == []
    again = ann.ask("setMessages", {"update": {made: {"mailboxIds": ["outbox"]}}})
    assert again["updated"] == {made: None}
    assert ann.ask("setMessages", {"destroy": [made]})["destroyed"] == [made]
    assert submissions(ann, "pending") == []


def test_what_is_on_its_way_is_in_the_outbox_no_more(ann: Old, bo: Old) -> None:
    made = ann.ask("setMessages", {"create": {"k": outgoing(ann, f"{bo.user.name}@localhost", date=later())}})
    message = made["created"]["k"]["id"]
    account = ann.user.account

    def take(view: Transaction) -> None:
        for item in queue.read(view):
            if item.account == account:
                queue.keep(view, replace(item, taken=True))

    ann.served.store.write(take).result()
    refused = ann.ask("setMessages", {"update": {message: {"mailboxIds": [ann.mailboxes()["drafts"]]}}})
    assert refused["notUpdated"][message]["type"] == "notFound"


@pytest.mark.parametrize(
    ("change", "properties"),
    [
        ({"to": []}, ["to"]),
        ({"to": [{"name": "", "email": "nobody"}]}, ["to"]),
        ({"cc": [{"name": "", "email": "nobody-here@localhost"}]}, ["cc"]),
        ({"from": [{"name": "", "email": "boss@quill.example"}]}, ["from"]),
        ({"from": None}, ["from"]),
    ],
)
def test_what_cannot_be_sent_is_not_made(ann: Old, bo: Old, change: Any, properties: list[str]) -> None:
    before = ann.ask("getMessageList")["total"]
    given = {**outgoing(ann, f"{bo.user.name}@localhost"), **change}
    refused = ann.ask("setMessages", {"create": {"k": given}})["notCreated"]["k"]
    assert (refused["type"], refused["properties"]) == ("invalidProperties", properties)
    assert ann.ask("getMessageList")["total"] == before
    assert submissions(ann) == []


def test_mail_for_others_needs_a_relay(ann: Old) -> None:
    refused = ann.ask("setMessages", {"create": {"k": outgoing(ann, "zoe@quill.example")}})["notCreated"]["k"]
    assert refused["type"] == "forbidden"


def test_an_import_into_the_outbox_is_sent(ann: Old, bo: Old) -> None:
    blob = ann.upload(
        f"From: {ann.user.name}@localhost\r\nTo: {bo.user.name}@localhost\r\nSubject: Hi\r\n\r\nHi\r\n".encode()
    )
    told = ann.ask("importMessages", {"messages": {"a": {"blobId": blob, "mailboxIds": ["outbox"]}}})
    made = told["created"]["a"]["id"]
    assert [each["emailId"] for each in submissions(ann)] == [made]
    assert shown(ann, made)["isDraft"] is False


def test_the_outbox_is_listed_by_itself_only(ann: Old) -> None:
    assert ann.ask("getMessageList", {"filter": {"inMailboxes": ["outbox"]}})["messageIds"] == []
    both = {"operator": "OR", "conditions": [{"inMailbox": "outbox"}, {"isUnread": True}]}
    assert ann.error("getMessageList", {"filter": both})["type"] == "cannotDoFilter"


def test_the_list_of_the_outbox_has_updates(ann: Old, bo: Old) -> None:
    filter_ = {"filter": {"inMailbox": "outbox"}}
    before = ann.ask("getMessageList", filter_)
    assert before["canCalculateUpdates"] is True
    to = f"{bo.user.name}@localhost"
    made = ann.ask("setMessages", {"create": {"k": outgoing(ann, to, date=later())}})["created"]["k"]
    told = ann.ask("getMessageListUpdates", {**filter_, "sinceState": before["state"]})
    assert told["added"] == [{"messageId": made["id"], "threadId": made["threadId"], "index": 0}]
    assert told["total"] == 1
    ann.ask("setMessages", {"update": {made["id"]: {"mailboxIds": [ann.mailboxes()["drafts"]]}}})
    told = ann.ask("getMessageListUpdates", {**filter_, "sinceState": told["newState"]})
    assert told["removed"] == [{"messageId": made["id"], "threadId": made["threadId"]}]
    assert (told["added"], told["total"]) == ([], 0)
    assert ann.ask("getMessageList", filter_)["state"] == told["newState"]


def test_what_leaves_the_outbox_has_changed(ann: Old, bo: Old) -> None:
    to = f"{bo.user.name}@localhost"
    message = ann.ask("setMessages", {"create": {"k": outgoing(ann, to, date=later())}})["created"]["k"]["id"]
    messages, boxes = ann.ask("getMessages", {"ids": [message]})["state"], ann.ask("getMailboxes")["state"]
    (submission,) = submissions(ann, "pending")
    ann.modern("EmailSubmission/set", {"update": {submission["id"]: {"undoStatus": "canceled"}}})
    told = ann.replies(
        ("getMessageUpdates", {"sinceState": messages, "fetchRecords": True, "fetchRecordProperties": ["mailboxIds"]}),
        ("getMailboxUpdates", {"sinceState": boxes, "fetchRecords": True}),
    )
    assert (told[0][1]["changed"], told[0][1]["removed"]) == ([message], [])
    assert told[1][1]["list"][0]["mailboxIds"] == [ann.mailboxes()["sent"]]
    assert (told[2][1]["changed"], told[2][1]["onlyCountsChanged"]) == (["outbox"], True)
    assert told[3][1]["list"] == [
        {"id": "outbox", **dict.fromkeys(("totalMessages", "unreadMessages", "totalThreads", "unreadThreads"), 0)}
    ]
    assert told[0][1]["newState"] == ann.ask("getMessages", {"ids": []})["state"]
    assert told[2][1]["newState"] == ann.ask("getMailboxes", {"ids": []})["state"]
    for name in ("getMessageUpdates", "getMailboxUpdates"):
        again = ann.ask(name, {"sinceState": told[0 if "Message" in name else 2][1]["newState"]})
        assert (again["changed"], again["newState"]) == ([], again["oldState"])


def test_a_state_holds_for_sets_after_the_outbox_has_changed(ann: Old, bo: Old) -> None:
    to = f"{bo.user.name}@localhost"
    message = ann.ask("setMessages", {"create": {"k": outgoing(ann, to, date=later())}})["created"]["k"]["id"]
    before = ann.ask("getMessages", {"ids": []})["state"]
    (submission,) = submissions(ann, "pending")
    ann.modern("EmailSubmission/set", {"update": {submission["id"]: {"undoStatus": "canceled"}}})
    update = {message: {"isFlagged": True}}
    assert ann.error("setMessages", {"ifInState": before, "update": update})["type"] == "stateMismatch"
    current = ann.ask("getMessages", {"ids": []})["state"]
    told = ann.ask("setMessages", {"ifInState": current, "update": update})
    assert (told["oldState"], told["updated"]) == (current, {message: None})
    assert told["newState"] == ann.ask("getMessages", {"ids": []})["state"]


def test_what_leaves_the_outbox_is_news_of_messages_and_mailboxes(ann: Old, bo: Old) -> None:
    ann.ask("setMessages", {"create": {"k": outgoing(ann, f"{bo.user.name}@localhost", date=later())}})
    (submission,) = submissions(ann, "pending")
    with closing(Events(ann.served, "", user=ann.user.name, path="/jmap/legacy/events")) as events:
        assert events.next() is not None
        ann.modern("EmailSubmission/set", {"update": {submission["id"]: {"undoStatus": "canceled"}}})
        news = events.next()
    assert news is not None
    changed = json.loads(news["data"])["changed"][f"{ann.user.name}@localhost"]
    assert changed["Message"] == ann.ask("getMessages", {"ids": []})["state"]
    assert changed["Mailbox"] == ann.ask("getMailboxes", {"ids": []})["state"]
