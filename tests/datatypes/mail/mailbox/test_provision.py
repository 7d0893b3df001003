"""The mailboxes of a new account."""

import pytest

from angarium.datatypes.mail import create_default
from tests.harness import Harness


def test_a_new_account_has_the_roles_asked_for_in_order(harness: Harness) -> None:
    user = harness.user("carl", ("inbox", "drafts", "sent", "archive", "junk", "trash", "snoozed"))
    boxes = harness.call(user, "Mailbox/get", {"ids": None})["list"]
    assert [box["name"] for box in boxes] == ["Inbox", "Drafts", "Sent", "Archive", "Junk", "Trash", "Snoozed"]
    assert [box["role"] for box in boxes][:2] == ["inbox", "drafts"]
    assert all(box["isSubscribed"] and box["parentId"] is None for box in boxes)


def test_what_is_no_role_is_refused(harness: Harness) -> None:
    with pytest.raises(ValueError, match="kitchen"):
        harness.store.write(lambda view: create_default(view, view.create_account(), ["kitchen"])).result()
