"""Mailbox/get and Mailbox/changes (RFC 8621 §2, §2.1, §2.2)."""

from tests.datatypes.mail.desk import Desk, octets
from tests.harness import Harness


def test_properties_asked_for_are_given_and_no_others(ann: Desk) -> None:
    inbox = ann.box("inbox")
    answer = ann.call("Mailbox/get", ids=[inbox, "nope"], properties=["name", "totalEmails"])
    assert answer["list"] == [{"id": inbox, "name": "Inbox", "totalEmails": 0}]
    assert answer["notFound"] == ["nope"]


def test_every_property_of_the_rfc_is_there(ann: Desk) -> None:
    inbox = ann.boxes()["Inbox"]
    rights = (
        "mayReadItems mayAddItems mayRemoveItems maySetSeen maySetKeywords mayCreateChild mayRename mayDelete maySubmit"
    )
    assert inbox.pop("myRights") == dict.fromkeys(rights.split(), True)
    assert inbox == {
        "id": ann.box("inbox"),
        "name": "Inbox",
        "parentId": None,
        "role": "inbox",
        "sortOrder": 10,
        "totalEmails": 0,
        "unreadEmails": 0,
        "totalThreads": 0,
        "unreadThreads": 0,
        "isSubscribed": True,
    }


def test_an_unread_email_in_trash_is_a_thread_of_its_own(ann: Desk) -> None:
    ann.put(octets("Plan", Message_ID="<a@x>"), keywords={"$seen": True})
    ann.put(octets("Re: Plan", In_Reply_To="<a@x>"), "trash")
    counts = {name: box["unreadThreads"] for name, box in ann.boxes().items()}
    assert (counts["Trash"], counts["Inbox"]) == (1, 0)  # the example of RFC 8621 §2


def test_drafts_are_not_unread(ann: Desk) -> None:
    ann.put(octets(), keywords={"$draft": True})
    inbox = ann.boxes()["Inbox"]
    assert (inbox["totalEmails"], inbox["unreadEmails"], inbox["unreadThreads"]) == (1, 0, 0)


def test_counters_follow_emails_keywords_and_moves(ann: Desk) -> None:
    email = ann.put(octets())
    counts = ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"]
    assert [ann.boxes()["Inbox"][name] for name in counts] == [1, 1, 1, 1]
    assert ann.update(email, {"keywords/$seen": True}) is None
    assert [ann.boxes()["Inbox"][name] for name in counts] == [1, 0, 1, 0]
    assert ann.update(email, {"mailboxIds": {ann.box("archive"): True}}) is None
    assert [ann.boxes()["Inbox"][name] for name in counts] == [0, 0, 0, 0]
    assert [ann.boxes()["Archive"][name] for name in counts] == [1, 0, 1, 0]


def test_changes_say_when_only_counts_changed(ann: Desk) -> None:
    inbox = ann.box("inbox")
    state = ann.call("Mailbox/get", ids=[])["state"]
    ann.put(octets())
    changes = ann.call("Mailbox/changes", sinceState=state)
    assert changes["updated"] == [inbox]
    assert changes["updatedProperties"] == ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"]
    ann.call("Mailbox/set", update={inbox: {"sortOrder": 99}})
    changes = ann.call("Mailbox/changes", sinceState=state)
    assert (changes["updated"], changes["updatedProperties"]) == ([inbox], None)


def test_updated_properties_can_be_fed_to_get_by_reference(ann: Desk) -> None:
    state = ann.call("Mailbox/get", ids=[])["state"]
    ann.put(octets())
    changes = {"resultOf": "c0", "name": "Mailbox/changes"}
    _, (_, got) = ann.harness.responses(
        ann.user,
        ("Mailbox/changes", {"sinceState": state}),
        (
            "Mailbox/get",
            {"#ids": {**changes, "path": "/updated"}, "#properties": {**changes, "path": "/updatedProperties"}},
        ),
    )
    assert got["list"] == [
        {"id": ann.box("inbox"), "totalEmails": 1, "unreadEmails": 1, "totalThreads": 1, "unreadThreads": 1}
    ]


def test_each_user_of_a_shared_account_subscribes_apart(harness: Harness, ann: Desk) -> None:
    bob = harness.share(ann.user, harness.user("bob"))
    inbox = ann.box("inbox")
    asked = {"accountId": ann.account, "ids": [inbox], "properties": ["isSubscribed"]}
    assert harness.call(bob, "Mailbox/get", asked)["list"][0]["isSubscribed"] is False
    harness.call(bob, "Mailbox/set", {"accountId": ann.account, "update": {inbox: {"isSubscribed": True}}})
    ann.call("Mailbox/set", update={inbox: {"isSubscribed": False}})
    assert harness.call(bob, "Mailbox/get", asked)["list"][0]["isSubscribed"] is True
    assert ann.boxes()["Inbox"]["isSubscribed"] is False
    made = harness.call(bob, "Mailbox/set", {"accountId": ann.account, "create": {"n": {"name": "by Bob"}}})
    assert made["created"]["n"]["isSubscribed"] is True
    assert ann.boxes()["by Bob"]["isSubscribed"] is True


def test_who_may_only_read_has_no_other_right(harness: Harness, ann: Desk) -> None:
    bob = harness.share(ann.user, harness.user("bob"), read_only=True)
    rights = harness.call(bob, "Mailbox/get", {"accountId": ann.account, "ids": None})["list"][0]["myRights"]
    assert {name for name, may in rights.items() if may} == {"mayReadItems"}
    error = harness.error(bob, "Mailbox/set", {"accountId": ann.account, "create": {"a": {"name": "a"}}})
    assert error["type"] == "accountReadOnly"
