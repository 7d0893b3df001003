"""Thread (RFC 8621 §3)."""

from angarium.engine.limits import Limits
from tests.datatypes.mail.desk import Desk, octets
from tests.harness import Harness


def test_replies_are_one_thread_oldest_first(ann: Desk) -> None:
    late = ann.put(octets("Plan", Message_ID="<a@x>"), receivedAt="2026-01-02T00:00:00Z")
    early = ann.put(octets("Re: [list] plan", In_Reply_To="<a@x>"), receivedAt="2026-01-01T00:00:00Z")
    other = ann.put(octets("Something else", In_Reply_To="<a@x>"))
    thread = ann.email(late, "threadId")["threadId"]
    answer = ann.call("Thread/get", ids=[thread, "T999999"])
    assert answer["list"] == [{"id": thread, "emailIds": [early, late]}]
    assert answer["notFound"] == ["T999999"]
    assert ann.email(other, "threadId")["threadId"] != thread


def test_emails_of_one_moment_stand_in_order_of_id(ann: Desk) -> None:
    moment = "2026-01-01T00:00:00Z"
    emails = [ann.put(octets("Plan", str(at), References="<a@x>"), receivedAt=moment) for at in range(5)]
    ann.update(emails[1], {"keywords/$seen": True, "mailboxIds": {ann.box("archive"): True}})
    thread = ann.email(emails[0], "threadId")["threadId"]
    assert ann.call("Thread/get", ids=[thread])["list"] == [{"id": thread, "emailIds": emails}]


def test_every_email_has_a_thread(ann: Desk) -> None:
    alone = ann.put(b"Subject: no message-id\r\n\r\nx")
    thread = ann.email(alone, "threadId")["threadId"]
    assert ann.call("Thread/get", ids=[thread])["list"] == [{"id": thread, "emailIds": [alone]}]


def test_only_the_ids_of_threads_may_be_asked(ann: Desk) -> None:
    thread = ann.email(ann.put(octets()), "threadId")["threadId"]
    assert ann.call("Thread/get", ids=[thread], properties=["id"])["list"] == [{"id": thread}]


def test_threads_change_when_their_emails_do(ann: Desk) -> None:
    first = ann.put(octets("Plan", Message_ID="<a@x>"))
    thread = ann.email(first, "threadId")["threadId"]
    state = ann.call("Thread/get", ids=[])["state"]
    second = ann.put(octets("Re: Plan", References="<a@x>"))
    assert ann.call("Thread/changes", sinceState=state)["updated"] == [thread]
    ann.call("Email/set", destroy=[first, second])
    assert ann.call("Thread/changes", sinceState=state)["destroyed"] == [thread]


def test_threads_that_turn_out_to_be_one_are_joined_under_new_email_ids(ann: Desk) -> None:
    one = ann.put(octets("Plan", Message_ID="<a@x>"), keywords={"$flagged": True})
    two = ann.put(octets("Re: Plan", "other", Message_ID="<b@x>"))
    assert ann.email(one, "threadId") != ann.email(two, "threadId")
    three = ann.put(octets("Re: Plan", "joins", References="<a@x> <b@x>"))
    thread = ann.email(three, "threadId")["threadId"]
    emails = ann.call("Thread/get", ids=[thread])["list"][0]["emailIds"]
    assert len(emails) == 3
    keywords = [ann.email(email, "keywords")["keywords"] for email in emails]
    assert keywords.count({"$flagged": True}) == 1
    assert ann.boxes()["Inbox"]["totalThreads"] == 1


def test_all_threads_are_given_even_where_emails_are_too_many(harness: Harness, ann: Desk) -> None:
    harness.engine.limits = Limits(max_objects_in_get=3)
    for at in range(5):
        ann.put(octets("Re: Plan", str(at), References="<a@x>"))
    assert len(ann.call("Thread/get", ids=None)["list"]) == 1
    for at in range(3):
        ann.put(octets(f"other {at}"))
    assert ann.error("Thread/get", ids=None)["type"] == "requestTooLarge"
