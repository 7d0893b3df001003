"""Mailboxes of the dialect."""

from tests.protocols.legacy.client import Old, letter

_MAY = ("mayReadItems", "mayAddItems", "mayRemoveItems", "mayCreateChild", "mayRename", "mayDelete")


def test_mailboxes_have_flat_rights_and_old_names(ann: Old) -> None:
    ann.deliver(letter())
    boxes = {box["role"]: box for box in ann.ask("getMailboxes")["list"]}
    assert boxes.keys() >= {"inbox", "drafts", "sent", "archive", "spam", "trash", "outbox"}
    inbox = boxes["inbox"]
    assert inbox.keys() == {
        *("id", "name", "parentId", "role", "sortOrder", "mustBeOnlyMailbox", *_MAY),
        *("totalMessages", "unreadMessages", "totalThreads", "unreadThreads"),
    }
    assert [inbox[name] for name in ("totalMessages", "unreadMessages", "totalThreads", "unreadThreads")] == [1] * 4
    assert all(inbox[name] is True for name in _MAY)
    assert {role for role, box in boxes.items() if box["mustBeOnlyMailbox"]} == {"spam", "trash"}


def test_a_mailbox_is_made_changed_and_destroyed(ann: Old) -> None:
    made = ann.ask("setMailboxes", {"create": {"#1": {"name": "Work", "parentId": None, "role": None}}})
    assert made["created"].keys() == {"#1"}
    created = made["created"]["#1"]
    assert created.keys() == {
        *("id", "mustBeOnlyMailbox", *_MAY, "totalMessages", "unreadMessages", "totalThreads", "unreadThreads")
    }
    assert (made["updated"], made["destroyed"], made["notCreated"]) == ({}, [], {})
    changed = ann.ask("setMailboxes", {"update": {created["id"]: {"name": "Play", "x-href": "/"}}})
    assert changed["updated"] == {created["id"]: None}
    assert ann.modern("Mailbox/get", {"ids": [created["id"]]})["list"][0]["name"] == "Play"
    gone = ann.ask("setMailboxes", {"destroy": [created["id"], "B99999", "no id"]})
    assert gone["destroyed"] == [created["id"]]
    assert {key: error["type"] for key, error in gone["notDestroyed"].items()} == {
        "B99999": "notFound",
        "no id": "notFound",
    }


def test_creation_ids_of_any_text_name_parents_in_any_order(ann: Old) -> None:
    create = {"##a b": {"name": "Below", "parentId": "#k 12"}, "k 12": {"name": "Above"}}
    made = ann.ask("setMailboxes", {"create": create})["created"]
    shown = ann.ask("getMailboxes", {"ids": [made["##a b"]["id"]]})["list"][0]
    assert shown["parentId"] == made["k 12"]["id"]


def test_a_reference_to_nothing_fails_its_record_only(ann: Old) -> None:
    create = {"a": {"name": "A", "parentId": "#zz"}, "b": {"name": "B"}}
    made = ann.ask("setMailboxes", {"create": create})
    assert made["created"].keys() == {"b"}
    assert made["notCreated"]["a"]["type"] == "invalidProperties"
    assert made["notCreated"]["a"]["properties"] == ["parentId"]
    refused = ann.ask("setMailboxes", {"destroy": ["#zz"]})["notDestroyed"]["#zz"]
    assert refused == {"type": "notFound", "description": "nothing was created as 'zz'"}


def test_creation_ids_are_of_one_type_and_the_last_use_counts(ann: Old) -> None:
    replies = ann.replies(
        ("setMailboxes", {"create": {"x": {"name": "First"}}}),
        ("setMailboxes", {"create": {"x": {"name": "Second"}}}),
        ("getMailboxes", {"ids": ["#x"], "properties": ["name"]}),
        ("getMessages", {"ids": ["#x"]}),
    )
    assert [box["name"] for box in replies[2][1]["list"]] == ["Second"]
    assert replies[3][1]["notFound"] == ["#x"]


def test_what_the_server_sets_cannot_change_but_may_come_back(ann: Old) -> None:
    box = next(box for box in ann.ask("getMailboxes")["list"] if box["role"] == "archive")
    same = ann.ask("setMailboxes", {"update": {box["id"]: {**box, "name": "Old things"}}})
    assert same["updated"] == {box["id"]: None}
    changed = ann.ask("setMailboxes", {"update": {box["id"]: {"mayDelete": False, "role": "trash"}}})
    assert changed["notUpdated"][box["id"]]["properties"] == ["mayDelete", "role"]
    refused = ann.ask("setMailboxes", {"create": {"a": {"name": "A", "totalMessages": 1}, "b": {"nope": 1}}})
    assert refused["notCreated"]["a"]["properties"] == ["totalMessages"]
    assert refused["notCreated"]["b"]["properties"] == ["nope"]


def test_old_names_of_errors(ann: Old) -> None:
    ann.deliver(letter(), "archive")
    boxes = ann.mailboxes()
    child = ann.ask("setMailboxes", {"create": {"c": {"name": "C", "parentId": boxes["sent"]}}})
    assert child["created"]
    refused = ann.ask("setMailboxes", {"destroy": [boxes["archive"], boxes["sent"], "outbox"]})["notDestroyed"]
    assert {refused[boxes["archive"]]["type"], refused[boxes["sent"]]["type"]} == {
        "mailboxHasMessage",
        "mailboxHasChild",
    }
    assert refused["outbox"]["type"] == "forbidden"
    assert ann.ask("setMailboxes", {"create": {"a": {"name": "S", "role": "spam"}}})["notCreated"]["a"]["properties"]


def test_updates_tell_whether_only_counts_have_changed(ann: Old) -> None:
    before = ann.ask("getMailboxes")["state"]
    ann.deliver(letter())
    replies = ann.replies(("getMailboxUpdates", {"sinceState": before, "fetchRecords": True}))
    assert [(name, identifier) for name, _, identifier in replies] == [("mailboxUpdates", "0"), ("mailboxes", "0")]
    inbox = ann.mailboxes()["inbox"]
    told = replies[0][1]
    assert (told["changed"], told["removed"], told["hasMoreUpdates"], told["onlyCountsChanged"]) == (
        [inbox],
        [],
        False,
        True,
    )
    counts = {"id", "totalMessages", "unreadMessages", "totalThreads", "unreadThreads"}
    assert [box.keys() for box in replies[1][1]["list"]] == [counts]
    ann.ask("setMailboxes", {"update": {inbox: {"name": "In"}}})
    replies = ann.replies(("getMailboxUpdates", {"sinceState": told["newState"], "fetchRecords": True}))
    assert replies[0][1]["onlyCountsChanged"] is False
    assert replies[1][1]["list"][0]["name"] == "In"
    since = {"sinceState": replies[0][1]["newState"], "fetchRecords": True}
    assert [name for name, _, _ in ann.replies(("getMailboxUpdates", since))] == ["mailboxUpdates"]
    assert ann.error("getMailboxUpdates", {"sinceState": "-1"})["type"] == "cannotCalculateChanges"


def test_if_in_state_is_obeyed(ann: Old) -> None:
    given = {"ifInState": "1", "create": {"a": {"name": "A"}}}
    assert ann.error("setMailboxes", given)["type"] == "stateMismatch"
    current = ann.ask("getMailboxes", {"ids": []})["state"]
    assert ann.ask("setMailboxes", {**given, "ifInState": current})["created"]
