"""onSuccessUpdateEmail and onSuccessDestroyEmail: one implicit Email/set, for what succeeded."""

from typing import Any

from tests.datatypes.submission.outbox import Outbox

SEEN = {"keywords/$seen": True, "keywords/$draft": None}


def responses(ann: Outbox, **arguments: Any) -> list[Any]:
    return ann.engine.responses(ann.user, ("EmailSubmission/set", arguments))


def given(ann: Outbox, email: str) -> dict[str, str]:
    return {"identityId": ann.identity, "emailId": email}


def test_the_email_of_a_new_submission_is_changed_right_after_under_the_same_call_id(ann: Outbox) -> None:
    email = ann.draft()
    account = ann.engine.account(ann.user)
    arguments = {
        "accountId": account,
        "create": {"s": given(ann, email)},
        "onSuccessUpdateEmail": {"#s": {**SEEN, "mailboxIds/#sent": True}},
    }
    mailbox = {"accountId": account, "create": {"sent": {"name": "Sent"}}}
    calls = [["Mailbox/set", mailbox, "m"], ["EmailSubmission/set", arguments, "c"], ["Core/echo", {}, "e"]]
    answers = ann.engine.request(ann.user, calls)["methodResponses"]
    assert [(name, call) for name, _, call in answers] == [
        ("Mailbox/set", "m"),
        ("EmailSubmission/set", "c"),
        ("Email/set", "c"),
        ("Core/echo", "e"),
    ]
    assert answers[2][1]["updated"] == {email: None}
    after = ann.engine.call(ann.user, "Email/get", {"ids": [email]})["list"][0]
    assert after["keywords"] == {"$seen": True}
    assert set(after["mailboxIds"]) == {ann.mailbox, answers[0][1]["created"]["sent"]["id"]}


def test_an_email_is_destroyed_once_it_is_sent(ann: Outbox) -> None:
    email = ann.draft()
    answers = responses(ann, create={"s": given(ann, email)}, onSuccessDestroyEmail=["#s"])
    assert answers[1][0] == "Email/set"
    assert answers[1][1]["destroyed"] == [email]
    assert len(ann.items()) == 1


def test_nothing_follows_what_failed(ann: Outbox) -> None:
    answers = responses(
        ann,
        create={"s": given(ann, "M999")},
        onSuccessUpdateEmail={"#s": SEEN},
        onSuccessDestroyEmail=["#s", "#other", "S999"],
    )
    assert [name for name, _ in answers] == ["EmailSubmission/set"]


def test_only_the_emails_of_what_succeeded_change(ann: Outbox) -> None:
    good, bad = ann.draft(), ann.draft(to=None)
    answers = responses(
        ann,
        create={"a": given(ann, good), "b": given(ann, bad)},
        onSuccessUpdateEmail={"#a": SEEN, "#b": SEEN},
    )
    assert answers[1][1]["updated"] == {good: None}


def test_emails_of_submissions_that_are_canceled_or_destroyed_follow_too(ann: Outbox) -> None:
    first, second = ann.draft(), ann.draft()
    canceled, destroyed = ann.sent(first)["id"], ann.sent(second)["id"]
    untouched = ann.sent(ann.draft())["id"]
    answers = responses(
        ann,
        update={canceled: {"undoStatus": "canceled"}},
        destroy=[destroyed],
        onSuccessUpdateEmail={canceled: SEEN, untouched: SEEN},
        onSuccessDestroyEmail=[destroyed],
    )
    assert answers[1][1]["updated"] == {first: None}
    assert answers[1][1]["destroyed"] == [second]


def test_two_submissions_of_one_email_change_it_in_both_ways(ann: Outbox) -> None:
    email = ann.draft()
    answers = responses(
        ann,
        create={"a": given(ann, email), "b": given(ann, email)},
        onSuccessUpdateEmail={"#a": {"keywords/$seen": True}, "#b": {"keywords/$draft": None}},
    )
    assert answers[1][1]["updated"] == {email: None}
    assert ann.engine.call(ann.user, "Email/get", {"ids": [email]})["list"][0]["keywords"] == {"$seen": True}


def test_a_patch_that_is_wrong_fails_alone_and_the_message_is_sent(ann: Outbox) -> None:
    email = ann.draft()
    answers = responses(ann, create={"s": given(ann, email)}, onSuccessUpdateEmail={"#s": {"mailboxIds/B999": True}})
    assert answers[0][1]["created"]
    assert answers[1][1]["notUpdated"][email]["type"] == "invalidProperties"
    assert len(ann.items()) == 1
