"""Lists of messages, threads, snippets, and the traps that clients of that time set."""

from typing import Any

import pytest

from tests.protocols.legacy.client import Old, letter


@pytest.fixture
def thread(ann: Old) -> list[str]:
    """Two messages of one thread, and one of another."""
    return [
        ann.deliver(letter(more="Message-ID: <1@quill.example>"), receivedAt="2024-07-01T09:00:00Z"),
        ann.deliver(letter("Re: Lunch", more="In-Reply-To: <1@quill.example>"), receivedAt="2024-07-01T10:00:00Z"),
        ann.deliver(letter("Dinner"), receivedAt="2024-07-02T09:00:00Z", keywords={"$seen": True, "$flagged": True}),
    ]


def ids(ann: Old, filter_: Any = None, **more: Any) -> Any:
    return ann.ask("getMessageList", {"filter": filter_, "sort": ["date asc"], **more})["messageIds"]


def test_a_list_echoes_its_query_exactly(ann: Old, thread: list[str]) -> None:
    filter_ = {"operator": "AND", "conditions": [{"inMailboxes": [ann.mailboxes()["inbox"]], "from": None}, {}]}
    given = {"filter": filter_, "sort": ["date desc"], "collapseThreads": True, "position": 0, "limit": 1}
    told = ann.ask("getMessageList", given)
    assert {name: told[name] for name in ("filter", "sort", "collapseThreads", "position")} == {
        name: given[name] for name in ("filter", "sort", "collapseThreads", "position")
    }
    assert (told["messageIds"], told["total"], told["canCalculateUpdates"]) == ([thread[2]], 2, True)
    plain = ann.ask("getMessageList")
    assert (plain["filter"], plain["sort"], plain["collapseThreads"]) == (None, None, False)
    assert plain["messageIds"] == thread[::-1]
    assert len(plain["threadIds"]) == 3
    assert plain["threadIds"][1] == plain["threadIds"][2] != plain["threadIds"][0]


def test_implied_responses_follow_at_once_under_the_same_id(ann: Old, thread: list[str]) -> None:
    given = {
        "collapseThreads": True,
        "fetchThreads": True,
        "fetchMessages": True,
        "fetchMessageProperties": ["subject"],
        "fetchSearchSnippets": True,
        "filter": {"text": "noon"},
    }
    replies = ann.replies(("getMessageList", given), ("getMailboxes", {"ids": []}))
    names = ["messageList", "threads", "messages", "searchSnippets", "mailboxes"]
    assert [name for name, _, _ in replies] == names
    assert [identifier for _, _, identifier in replies] == ["0", "0", "0", "0", "1"]
    assert sorted(each["id"] for each in replies[2][1]["list"]) == sorted(thread)  # all of each thread
    assert all(each.keys() == {"id", "subject"} for each in replies[2][1]["list"])
    assert [name for name, _, _ in ann.replies(("getMessageList", {**given, "fetchThreads": False}))] == [
        *("messageList", "messages", "searchSnippets")
    ]


def test_an_anchor_stands_behind_the_beginning(ann: Old, thread: list[str]) -> None:
    assert ids(ann, anchor=thread[1], anchorOffset=1, limit=5) == thread
    assert ids(ann, anchor=thread[1], anchorOffset=-1, limit=5) == thread[2:]
    assert ids(ann, anchor=thread[0], anchorOffset=4, limit=2) == thread[:2]
    for anchor in ("M99999", "no id", "#x"):
        assert ann.error("getMessageList", {"anchor": anchor})["type"] == "anchorNotFound"


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"isUnread": True}, [0, 1]),
        ({"isUnread": False}, [2]),
        ({"isFlagged": True}, [2]),
        ({"isFlagged": False}, [0, 1]),
        ({"isDraft": True}, []),
        ({"threadIsUnread": True}, [0, 1]),
        ({"threadIsUnread": False}, [2]),
        ({"threadIsFlagged": True}, [2]),
        ({"threadIsFlagged": False}, [0, 1]),
        ({"subject": "Dinner"}, [2]),
        ({"after": "2024-07-02T00:00:00Z"}, [2]),
        ({"isUnread": True, "after": "2024-07-01T09:30:00Z"}, [1]),
        ({"operator": "NOT", "conditions": [{"isUnread": True}, {"subject": "nothing"}]}, [2]),
        ({"operator": "OR", "conditions": [{"isFlagged": True}, {"before": "2024-07-01T09:30:00Z"}]}, [0, 2]),
        ({"inMailboxOtherThan": "outbox"}, [0, 1, 2]),
    ],
)
def test_conditions_find_what_they_say(ann: Old, thread: list[str], filter_: Any, found: list[int]) -> None:
    assert ids(ann, filter_) == [thread[index] for index in found]


def test_conditions_on_mailboxes_old_and_older(ann: Old, thread: list[str]) -> None:
    boxes = ann.mailboxes()
    both = {"mailboxIds": {boxes["inbox"]: True, boxes["archive"]: True}}
    ann.modern("Email/set", {"update": {thread[0]: both}})
    assert ids(ann, {"inMailbox": boxes["archive"]}) == thread[:1]
    assert ids(ann, {"inMailboxes": [boxes["inbox"], boxes["archive"]]}) == thread[:1]
    assert ids(ann, {"notInMailboxes": [boxes["archive"], boxes["trash"]]}) == thread[1:]
    assert ids(ann, {"inMailboxOtherThan": boxes["inbox"]}) == thread[:1]
    replies = ann.replies(
        ("setMailboxes", {"create": {"x y": {"name": "New"}}}),
        ("getMessageList", {"filter": {"inMailboxes": ["#x y"]}}),
    )
    assert replies[1][1]["messageIds"] == []
    assert ann.error("getMessageList", {"filter": {"nope": 1}})["type"] == "cannotDoFilter"


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        (["date"], [2, 1, 0]),
        (["date asc"], [0, 1, 2]),
        (["isUnread desc", "date asc"], [0, 1, 2]),
        (["isUnread asc", "date asc"], [2, 0, 1]),
        (["isFlagged desc", "date desc"], [2, 1, 0]),
        (["threadIsUnread asc", "date asc"], [2, 0, 1]),
        (["subject asc", "date desc"], [2, 1, 0]),
        (["id asc"], [0, 1, 2]),
        (["id"], [2, 1, 0]),
        (["isUnread asc", "id desc"], [2, 1, 0]),
    ],
)
def test_sorts_are_strings_with_a_direction(ann: Old, thread: list[str], sort: list[str], found: list[int]) -> None:
    assert ids(ann, sort=sort) == [thread[index] for index in found]


def test_lists_by_id_have_anchors_and_updates(ann: Old, thread: list[str]) -> None:
    by_id = {"sort": ["id asc"]}
    listed = ann.ask("getMessageList", {**by_id, "anchor": thread[1], "anchorOffset": 1, "limit": 2})
    assert (listed["messageIds"], listed["position"]) == (thread[:2], 0)
    made = ann.deliver(letter())
    told = ann.ask("getMessageListUpdates", {**by_id, "sinceState": listed["state"]})
    assert [(each["messageId"], each["index"]) for each in told["added"]] == [(made, 3)]
    newest = ann.ask("getMessageList", {"sort": ["id desc"], "limit": 2, "position": 1})
    assert newest["messageIds"] == [thread[2], thread[1]]


def test_modern_clients_cannot_sort_by_id(ann: Old) -> None:
    using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
    call = ["Email/query", {"accountId": ann.account, "sort": [{"property": "id"}]}, "m"]
    answer = ann.served.api({"using": using, "methodCalls": [call]}, user=ann.user.name)
    assert answer.json["methodResponses"][0][1]["type"] == "unsupportedSort"


def test_an_unknown_sort_is_named(ann: Old) -> None:
    error = ann.error("getMessageList", {"sort": ["colour asc"]})
    assert (error["type"], error["sort"]) == ("unsupportedSort", ["colour asc"])


def test_list_updates_name_messages_with_their_threads(ann: Old, thread: list[str]) -> None:
    query = {"filter": {"isUnread": True}, "sort": ["date asc"], "collapseThreads": False}
    before = ann.ask("getMessageList", query)
    new = ann.deliver(letter("Tea"))
    ann.modern("Email/set", {"update": {thread[0]: {"keywords/$seen": True}}})
    told = ann.ask("getMessageListUpdates", {**query, "sinceState": before["state"], "uptoMessageId": None})
    assert (told["filter"], told["sort"], told["total"]) == (query["filter"], query["sort"], 2)
    assert {"messageId": thread[0], "threadId": before["threadIds"][0]} in told["removed"]
    assert [(each["messageId"], each["index"]) for each in told["added"]] == [(new, 1)]
    error = ann.error("getMessageListUpdates", {**query, "sinceState": before["state"], "maxChanges": 1})
    assert error["type"] == "tooManyChanges"


def test_messages_that_have_gone_have_no_thread_to_tell(ann: Old, thread: list[str]) -> None:
    before = ann.ask("getMessageList", {})
    ann.modern("Email/set", {"destroy": thread[:1]})
    assert ann.error("getMessageListUpdates", {"sinceState": before["state"]})["type"] == "cannotCalculateChanges"


def test_threads_list_their_messages(ann: Old, thread: list[str]) -> None:
    threads = ann.ask("getMessageList")["threadIds"]
    replies = ann.replies(
        ("getThreads", {"ids": [threads[1], "T99999"], "fetchMessages": True, "fetchMessageProperties": ["subject"]})
    )
    assert replies[0][1]["list"] == [{"id": threads[1], "messageIds": thread[:2]}]
    assert replies[0][1]["notFound"] == ["T99999"]
    assert [each["subject"] for each in replies[1][1]["list"]] == ["Lunch", "Re: Lunch"]
    updates = ann.replies(("getThreadUpdates", {"sinceState": "0", "maxChanges": 30, "fetchRecords": True}))
    assert [name for name, _, _ in updates] == ["threadUpdates", "threads"]
    assert sorted(updates[0][1]["changed"]) == sorted(set(threads))


def test_snippets_take_and_echo_what_the_library_sends(ann: Old, thread: list[str]) -> None:
    given = {"messageIds": [thread[2], "M99999"], "filter": {"text": "dinner"}, "collapseThreads": True}
    told = ann.ask("getSearchSnippets", given)
    assert (told["filter"], told["collapseThreads"], told["notFound"]) == (given["filter"], True, ["M99999"])
    (found,) = told["list"]
    assert found["subject"] == "<mark>Dinner</mark>"
    assert found["body"] == found["preview"]
    assert "state" not in told


def test_states_agree_between_gets_and_updates(ann: Old, thread: list[str]) -> None:
    for get, updates, state in (
        (("getMessages", {"ids": thread[:1]}), "getMessageUpdates", "newState"),
        (("getThreads", {"ids": []}), "getThreadUpdates", "newState"),
        (("getMailboxes", {}), "getMailboxUpdates", "newState"),
    ):
        current = ann.ask(*get)["state"]
        assert ann.ask(updates, {"sinceState": current})[state] == current
        assert ann.ask(updates, {"sinceState": current})["changed"] == []


def test_a_list_of_more_than_a_get_gives_is_fetched_in_parts(ann: Old) -> None:
    asked = [f"M9{number:06}" for number in range(2500)]
    assert len(ann.ask("getMessages", {"ids": asked, "properties": ["threadId"]})["notFound"]) == 2500
