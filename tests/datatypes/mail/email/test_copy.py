"""Email/copy (RFC 8621 §4.7)."""

from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets


@pytest.fixture
def bob(ann: Desk) -> Desk:
    """Bob, who may also use the account of Ann."""
    return Desk(ann.harness, ann.harness.share(ann.user, ann.harness.user("bob")))


def copied(bob: Desk, ann: Desk, given: dict[str, Any], **arguments: Any) -> Any:
    answer = bob.call("Email/copy", fromAccountId=ann.account, create={"c": given}, **arguments)
    return (answer["created"] or answer["notCreated"])["c"]


def test_a_copy_has_the_same_octets_and_keeps_what_is_not_given(ann: Desk, bob: Desk) -> None:
    original = ann.put(octets(), keywords={"$seen": True, "a": True}, receivedAt="2020-01-02T03:04:05Z")
    made = copied(bob, ann, {"id": original, "mailboxIds": {bob.box("inbox"): True}})
    assert set(made) == {"id", "blobId", "threadId", "size"}
    email = bob.email(made["id"], "keywords", "receivedAt", "subject", "mailboxIds")
    assert email == {
        "id": made["id"],
        "keywords": {"$seen": True, "a": True},
        "receivedAt": "2020-01-02T03:04:05Z",
        "subject": "Hello",
        "mailboxIds": {bob.box("inbox"): True},
    }
    assert bob.download(made["blobId"]) == octets()


def test_how_it_is_filed_may_differ(ann: Desk, bob: Desk) -> None:
    given = {
        "id": ann.put(octets(), keywords={"a": True}),
        "mailboxIds": {bob.box("inbox"): True},
        "keywords": {"$Flagged": True},
        "receivedAt": "2021-01-01T00:00:00Z",
    }
    email = bob.email(copied(bob, ann, given)["id"], "keywords", "receivedAt")
    assert (email["keywords"], email["receivedAt"]) == ({"$flagged": True}, "2021-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"subject": "other"}, ["subject"]),
        ({"mailboxIds": {}}, ["mailboxIds"]),
        ({"mailboxIds": {"B999999": True}}, ["mailboxIds"]),
        ({"keywords": {"(": True}}, ["keywords/("]),
        ({"receivedAt": 3}, ["receivedAt"]),
    ],
)
def test_what_is_wrong_is_named(ann: Desk, bob: Desk, given: dict[str, Any], names: list[str]) -> None:
    error = copied(bob, ann, {"id": ann.put(octets()), "mailboxIds": {bob.box("inbox"): True}, **given})
    assert (error["type"], error["properties"]) == ("invalidProperties", names)


def test_mailbox_ids_of_the_target_must_be_given(ann: Desk, bob: Desk) -> None:
    assert copied(bob, ann, {"id": ann.put(octets())})["properties"] == ["mailboxIds"]


def test_what_is_not_there_is_not_found(ann: Desk, bob: Desk) -> None:
    given = {"id": "M999999", "mailboxIds": {bob.box("inbox"): True}}
    assert copied(bob, ann, given)["type"] == "notFound"


def test_the_original_is_destroyed_after_success_when_wanted(ann: Desk, bob: Desk) -> None:
    original = ann.put(octets())
    answers = bob.harness.responses(
        bob.user,
        (
            "Email/copy",
            {
                "fromAccountId": ann.account,
                "create": {"c": {"id": original, "mailboxIds": {bob.box("inbox"): True}}},
                "onSuccessDestroyOriginal": True,
            },
        ),
    )
    assert [name for name, _ in answers] == ["Email/copy", "Email/set"]
    assert answers[1][1]["destroyed"] == [original]
    assert ann.email(original, "id") is None


# --- read ahead ---


def test_emails_are_read_before_the_writer_has_them(ann: Desk, bob: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    originals = [ann.put(octets(subject)) for subject in ("one", "two")]
    monkeypatch.delattr("angarium.datatypes.mail.email.copy.read")
    create = {email: {"id": email, "mailboxIds": {bob.box("inbox"): True}} for email in originals}
    made = bob.call("Email/copy", fromAccountId=ann.account, create=create)["created"]
    assert [bob.email(made[email]["id"], "subject")["subject"] for email in originals] == ["one", "two"]


@pytest.mark.parametrize("create", [{}, {"c": 5}, {"c": {}}, {"c": {"id": 5}}, {"c": {"id": "#none"}}, [], None])
def test_what_names_no_email_gives_nothing_to_read_ahead(ann: Desk, bob: Desk, create: Any) -> None:
    answers = bob.harness.responses(bob.user, ("Email/copy", {"fromAccountId": ann.account, "create": create}))
    assert answers[0][0] == "error" or answers[0][1]["created"] is None
