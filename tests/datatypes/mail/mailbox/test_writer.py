"""Mailbox/set (RFC 8621 §2.5)."""

from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets


def set_(ann: Desk, **arguments: Any) -> Any:
    return ann.call("Mailbox/set", **arguments)


def refused(ann: Desk, **properties: Any) -> Any:
    return set_(ann, create={"new": properties})["notCreated"]["new"]


def test_a_new_mailbox_shows_what_the_client_did_not_say(ann: Desk) -> None:
    made = set_(ann, create={"new": {"name": "Work", "sortOrder": 7}})["created"]["new"]
    assert made.pop("id").startswith("B")
    assert made == {
        "parentId": None,
        "role": None,
        "isSubscribed": True,
        "totalEmails": 0,
        "unreadEmails": 0,
        "totalThreads": 0,
        "unreadThreads": 0,
        "myRights": {
            "mayReadItems": True,
            "mayAddItems": True,
            "mayRemoveItems": True,
            "maySetSeen": True,
            "maySetKeywords": True,
            "mayCreateChild": True,
            "mayRename": True,
            "mayDelete": True,
            "maySubmit": True,
        },
    }


def test_a_name_is_kept_in_its_normal_form_and_the_client_is_told(ann: Desk) -> None:
    made = set_(ann, create={"new": {"name": "Cafe\u0301"}})["created"]["new"]
    assert made["name"] == "Caf\u00e9"
    assert set_(ann, update={made["id"]: {"name": "Te\u0301"}})["updated"] == {made["id"]: {"name": "T\u00e9"}}


@pytest.mark.parametrize(
    "name", ["", "a\nb", "a\x00b", "\u2028", "a\ufdd0", "\U0001fffe", "x" * 256, "é" * 128, "  ", 7, None]
)
def test_a_bad_name_is_an_invalid_property(ann: Desk, name: Any) -> None:
    error = refused(ann, name=name)
    assert (error["type"], error["properties"]) == ("invalidProperties", ["name"])


def test_a_name_may_have_255_octets(ann: Desk) -> None:
    assert ann.new_box("x" * 255)


def test_a_sibling_of_the_same_name_is_already_exists_with_its_id(ann: Desk) -> None:
    work = ann.new_box("Work")
    error = refused(ann, name="Work")
    assert (error["type"], error["existingId"]) == ("alreadyExists", work)
    assert ann.new_box("Work", parentId=work)


def test_a_character_that_is_newer_than_our_tables_is_fine(ann: Desk) -> None:
    made = ann.new_box("\U0001fae8 \U0001face")  # of Unicode 15 and 16
    assert ann.boxes()["\U0001fae8 \U0001face"]["id"] == made


def test_names_that_are_one_in_normal_form_are_the_same_name(ann: Desk) -> None:
    first = ann.new_box("Caf\u00e9")
    assert refused(ann, name="Cafe\u0301")["existingId"] == first
    assert ann.new_box("Cafe\u0301", parentId=first)


def test_a_role_is_known_and_held_by_one_mailbox(ann: Desk) -> None:
    assert refused(ann, name="a", role="inbox")["properties"] == ["role"]
    assert ann.new_box("a", role="junk")


@pytest.mark.parametrize("role", ["kitchen", "Junk", "haschildren", "templates", ""])
def test_a_role_that_is_not_registered_for_jmap_is_an_invalid_property(ann: Desk, role: str) -> None:
    assert refused(ann, name="a", role=role)["properties"] == ["role"]


@pytest.mark.parametrize("order", [-1, 2**31, 1.5, "1"])
def test_a_sort_order_is_a_number_below_2_31(ann: Desk, order: Any) -> None:
    assert refused(ann, name="a", sortOrder=order)["properties"] == ["sortOrder"]
    assert ann.new_box("a", sortOrder=2**31 - 1)


def test_an_unknown_parent_is_an_invalid_property(ann: Desk) -> None:
    assert refused(ann, name="a", parentId="B999999")["properties"] == ["parentId"]


def test_a_parent_may_be_created_in_the_same_call_in_any_order(ann: Desk) -> None:
    answer = set_(ann, create={"a": {"name": "a", "parentId": "#b"}, "b": {"name": "b"}})
    boxes = ann.boxes()
    assert boxes["a"]["parentId"] == answer["created"]["b"]["id"]


def test_mailboxes_nest_ten_deep(ann: Desk) -> None:
    parent = None
    for level in range(10):
        parent = ann.new_box(f"level{level}", parentId=parent)
    assert refused(ann, name="deeper", parentId=parent)["properties"] == ["parentId"]


def test_a_subtree_cannot_be_moved_too_deep(ann: Desk) -> None:
    parent = None
    for level in range(8):
        parent = ann.new_box(f"level{level}", parentId=parent)
    top = ann.new_box("top")
    middle = ann.new_box("middle", parentId=top)
    ann.new_box("leaf", parentId=middle)
    error = set_(ann, update={top: {"parentId": parent}})["notUpdated"][top]
    assert error["properties"] == ["parentId"]
    assert set_(ann, update={middle: {"parentId": parent}})["updated"] == {middle: None}


def test_a_mailbox_cannot_be_inside_itself(ann: Desk) -> None:
    top = ann.new_box("top")
    below = ann.new_box("below", parentId=top)
    assert set_(ann, update={top: {"parentId": top}})["notUpdated"][top]["properties"] == ["parentId"]
    assert set_(ann, update={top: {"parentId": below}})["notUpdated"][top]["properties"] == ["parentId"]


def test_two_mailboxes_cannot_become_each_others_parents(ann: Desk) -> None:
    one, two = ann.new_box("one"), ann.new_box("two")
    answer = set_(ann, update={one: {"parentId": two}, two: {"parentId": one}})
    assert len(answer["updated"]) == len(answer["notUpdated"]) == 1


def test_parent_and_child_change_places(ann: Desk) -> None:
    top = ann.new_box("top")
    below = ann.new_box("below", parentId=top)
    answer = set_(ann, update={top: {"parentId": below}, below: {"parentId": None}})
    assert answer["notUpdated"] is None
    boxes = ann.boxes()
    assert (boxes["top"]["parentId"], boxes["below"]["parentId"]) == (below, None)


def test_two_mailboxes_swap_names(ann: Desk) -> None:
    one, two = ann.new_box("one"), ann.new_box("two")
    answer = set_(ann, update={one: {"name": "two"}, two: {"name": "one"}})
    assert answer["updated"] == {one: None, two: None}
    boxes = ann.boxes()
    assert (boxes["one"]["id"], boxes["two"]["id"]) == (two, one)


def test_two_mailboxes_swap_names_under_the_ids_of_their_creation(ann: Desk) -> None:
    two = ann.new_box("two")
    _, (_, answer) = ann.harness.responses(
        ann.user,
        ("Mailbox/set", {"create": {"k": {"name": "one"}}}),
        ("Mailbox/set", {"update": {"#k": {"name": "two"}, two: {"name": "one"}}}),
    )
    assert answer["notUpdated"] is None
    assert ann.boxes()["one"]["id"] == two


def test_three_mailboxes_rotate_names(ann: Desk) -> None:
    names = ["one", "two", "three"]
    ids = [ann.new_box(name) for name in names]
    answer = set_(ann, update={box: {"name": names[(at + 1) % 3]} for at, box in enumerate(ids)})
    assert answer["notUpdated"] is None
    boxes = ann.boxes()
    assert [boxes[names[(at + 1) % 3]]["id"] for at in range(3)] == ids


def test_two_mailboxes_swap_roles_and_trash_is_counted_anew(ann: Desk) -> None:
    archive, trash = ann.box("archive"), ann.box("trash")
    ann.put(octets(), "inbox", keywords={"$seen": True})
    ann.put(
        octets("Re: Hello", "unread", In_Reply_To=octets().split(b"Message-ID: ")[1].split(b"\r\n")[0].decode()),
        "trash",
    )
    assert ann.boxes()["Inbox"]["unreadThreads"] == 0
    answer = set_(ann, update={archive: {"role": "trash"}, trash: {"role": "archive"}})
    assert answer["notUpdated"] is None
    assert (ann.box("archive"), ann.box("trash")) == (trash, archive)
    assert ann.boxes()["Inbox"]["unreadThreads"] == 1


def test_a_role_moves_whichever_update_comes_first(ann: Desk) -> None:
    work, archive = ann.new_box("work"), ann.box("archive")
    answer = set_(ann, update={work: {"role": "archive"}, archive: {"role": None}})
    assert answer["notUpdated"] is None
    assert ann.box("archive") == work


def test_a_swap_is_refused_whole_when_one_half_is_unsound(ann: Desk) -> None:
    one, two = ann.new_box("one"), ann.new_box("two")
    answer = set_(ann, update={one: {"name": "two"}, two: {"name": "one", "sortOrder": -1}})
    assert answer["updated"] is None
    assert answer["notUpdated"][one]["type"] == "alreadyExists"
    assert answer["notUpdated"][two]["properties"] == ["sortOrder"]
    assert ann.boxes()["one"]["id"] == one


def test_a_swap_is_refused_when_one_half_names_a_mailbox_that_never_was(ann: Desk) -> None:
    one, two = ann.new_box("one"), ann.new_box("two")
    answer = set_(ann, update={one: {"name": "two"}, two: {"name": "one", "parentId": "#never"}})
    assert answer["updated"] is None
    assert answer["notUpdated"][two]["properties"] == ["parentId"]


def test_a_place_freed_by_a_destroy_of_the_same_call_can_be_taken(ann: Desk) -> None:
    old = ann.new_box("Work")
    answer = set_(ann, create={"new": {"name": "Work"}}, destroy=[old])
    assert answer["destroyed"] == [old]
    assert ann.boxes()["Work"]["id"] == answer["created"]["new"]["id"]


def test_what_the_server_sets_may_be_sent_back_but_not_changed(ann: Desk) -> None:
    inbox = ann.boxes()["Inbox"]
    box = inbox.pop("id")
    assert set_(ann, update={box: {**inbox, "sortOrder": 3}})["updated"] == {box: None}
    error = set_(ann, update={box: {"totalEmails": 99}})["notUpdated"][box]
    assert (error["type"], error["properties"]) == ("invalidProperties", ["totalEmails"])


def test_a_mailbox_with_children_is_not_destroyed_and_no_email_is_touched(ann: Desk) -> None:
    top = ann.new_box("top")
    ann.new_box("below", parentId=top)
    email = ann.put(octets(), mailboxIds={top: True})
    answer = set_(ann, destroy=[top], onDestroyRemoveEmails=True)
    assert answer["notDestroyed"][top]["type"] == "mailboxHasChild"
    assert ann.email(email, "mailboxIds")["mailboxIds"] == {top: True}


def test_parent_and_child_are_destroyed_in_any_order(ann: Desk) -> None:
    top = ann.new_box("top")
    below = ann.new_box("below", parentId=top)
    assert set(set_(ann, destroy=[top, below])["destroyed"]) == {top, below}


def test_a_mailbox_with_emails_is_destroyed_only_when_told_so(ann: Desk) -> None:
    work = ann.new_box("Work")
    only = ann.put(octets("only"), mailboxIds={work: True})
    both = ann.put(octets("both"), mailboxIds={work: True, ann.box("inbox"): True})
    assert set_(ann, destroy=[work])["notDestroyed"][work]["type"] == "mailboxHasEmail"
    assert set_(ann, destroy=[work], onDestroyRemoveEmails=True)["destroyed"] == [work]
    assert ann.email(only, "id") is None
    assert ann.email(both, "mailboxIds")["mailboxIds"] == {ann.box("inbox"): True}
    assert ann.boxes()["Inbox"]["totalEmails"] == 1


def test_destroying_what_is_not_there_is_not_found(ann: Desk) -> None:
    assert set_(ann, destroy=["B999999"])["notDestroyed"]["B999999"]["type"] == "notFound"
    assert set_(ann, update={"B999999": {"name": "x"}})["notUpdated"]["B999999"]["type"] == "notFound"


def test_a_long_chain_of_renames_ends_in_a_valid_state(ann: Desk) -> None:
    ids = [ann.new_box(f"n{at}") for at in range(40)]
    answer = set_(ann, update={box: {"name": f"n{at + 1}"} for at, box in enumerate(ids)})
    assert answer["notUpdated"] is None
    assert [ann.boxes()[f"n{at + 1}"]["id"] for at in range(40)] == ids
