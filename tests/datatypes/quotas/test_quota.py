"""What clients see of quotas, and what the methods that store mail say when there is no room (RFC 9425)."""

from typing import Any

import pytest

from angarium.datatypes import mail, quotas
from angarium.engine.limits import CORE
from angarium.store.contract import Allowance
from tests.datatypes.mail.desk import Desk, octets

MAIL = octets()
ROOM = len(MAIL) + 100


def allow(desk: Desk, size: int | None = None, emails: int | None = None) -> None:
    account = desk.user.accounts[desk.account].key
    desk.harness.store.write(lambda view: quotas.allow(view, account, Allowance(size, emails))).result()


def by_type(desk: Desk) -> dict[str, Any]:
    return {quota["resourceType"]: quota for quota in desk.call("Quota/get", ids=None)["list"]}


def test_who_has_no_limit_has_no_quota(ann: Desk) -> None:
    answer = ann.call("Quota/get", ids=None)
    assert (answer["list"], answer["state"]) == ([], "0")


def test_each_limit_is_a_quota_with_what_is_used(ann: Desk) -> None:
    allow(ann, 1000, 20)
    ann.put(MAIL)
    found = by_type(ann)
    assert found["octets"] == {
        "id": found["octets"]["id"],
        "resourceType": "octets",
        "used": len(MAIL),
        "hardLimit": 1000,
        "warnLimit": 900,
        "softLimit": None,
        "scope": "account",
        "name": "Mail storage",
        "description": "The sizes of all mails together.",
        "types": ["Email"],
    }
    assert (found["count"]["used"], found["count"]["hardLimit"], found["count"]["warnLimit"]) == (1, 20, 18)


def test_ids_and_properties_select(ann: Desk) -> None:
    allow(ann, 1000)
    quota = by_type(ann)["octets"]["id"]
    answer = ann.call("Quota/get", ids=[quota, "Q999"], properties=["used"])
    assert (answer["list"], answer["notFound"]) == ([{"id": quota, "used": 0}], ["Q999"])


def test_a_client_that_does_not_know_mail_sees_no_quota_for_it(ann: Desk) -> None:
    allow(ann, 1000)
    quota = by_type(ann)["octets"]["id"]
    calls = [
        ["Quota/get", {"accountId": ann.account, "ids": None}, "0"],
        ["Quota/get", {"accountId": ann.account, "ids": [quota]}, "1"],
        ["Quota/query", {"accountId": ann.account}, "2"],
    ]
    told = ann.harness.request(ann.user, calls, using=[CORE, quotas.QUOTA])["methodResponses"]
    assert [told[0][1]["list"], told[1][1]["notFound"], told[2][1]["ids"]] == [[], [quota], []]
    told = ann.harness.request(ann.user, calls, using=[CORE, quotas.QUOTA, mail.MAIL])["methodResponses"]
    assert [len(told[0][1]["list"]), told[1][1]["notFound"], told[2][1]["ids"]] == [1, [], [quota]]


def test_use_moves_the_state_and_is_told_apart_from_other_changes(ann: Desk) -> None:
    allow(ann, 10_000, 20)
    since = ann.call("Quota/get", ids=[])["state"]
    email = ann.put(MAIL)
    changes = ann.call("Quota/changes", sinceState=since)
    assert sorted(changes["updated"]) == sorted(quota["id"] for quota in by_type(ann).values())
    assert changes["updatedProperties"] == ["used"]
    assert changes["newState"] == ann.call("Quota/get", ids=[])["state"]
    since = changes["newState"]
    ann.update(email, {"keywords/$seen": True})
    assert ann.call("Quota/changes", sinceState=since)["newState"] == since
    ann.call("Email/set", destroy=[email])
    assert ann.call("Quota/changes", sinceState=since)["updatedProperties"] == ["used"]


def test_a_change_of_limits_is_a_change_of_quotas(ann: Desk) -> None:
    allow(ann, 10_000)
    octets_quota = by_type(ann)["octets"]["id"]
    since = ann.call("Quota/get", ids=[])["state"]
    allow(ann, 20_000, 5)
    changes = ann.call("Quota/changes", sinceState=since)
    assert changes["updated"] == [octets_quota]
    assert changes["created"] == [by_type(ann)["count"]["id"]]
    assert changes["updatedProperties"] is None
    since = changes["newState"]
    allow(ann, 20_000, 5)
    assert ann.call("Quota/changes", sinceState=since)["newState"] == since
    allow(ann, None, 5)
    assert ann.call("Quota/changes", sinceState=since)["destroyed"] == [octets_quota]


def test_the_news_of_an_email_is_the_news_of_its_quota(ann: Desk) -> None:
    """One event, not one more: no flood of pushes (RFC 9425 §6, §4.3)."""
    allow(ann, 10_000, 20)
    heard: list[dict[str, Any]] = []
    stop = ann.harness.store.subscribe(lambda changes: heard.extend(dict(change.changed) for change in changes))
    blob = ann.harness.upload(ann.user, MAIL)
    heard.clear()
    ann.call("Email/import", emails={"a": {"blobId": blob, "mailboxIds": {ann.box("inbox"): True}}})
    stop()
    (news,) = heard
    assert {"Email", "Mailbox", "Quota"} <= news.keys()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, ["count", "octets"]),
        ({"name": "STORAGE"}, ["octets"]),
        ({"scope": "account"}, ["count", "octets"]),
        ({"scope": "global"}, []),
        ({"resourceType": "count"}, ["count"]),
        ({"type": "Email"}, ["count", "octets"]),
        ({"type": "Mail"}, []),
        ({"type": "Email", "resourceType": "octets"}, ["octets"]),
        ({"operator": "NOT", "conditions": [{"resourceType": "count"}]}, ["octets"]),
        ({"operator": "OR", "conditions": [{"resourceType": "count"}, {"name": "storage"}]}, ["count", "octets"]),
    ],
)
def test_every_filter_finds_what_it_says(ann: Desk, condition: dict[str, Any], expected: list[str]) -> None:
    allow(ann, 1000, 20)
    names = {quota["id"]: kind for kind, quota in by_type(ann).items()}
    assert sorted(names[quota] for quota in ann.call("Quota/query", filter=condition)["ids"]) == expected


def test_every_sort_orders_as_it_says(ann: Desk) -> None:
    allow(ann, 1000, 20)
    ann.put(MAIL)
    names = {quota["id"]: kind for kind, quota in by_type(ann).items()}
    for by, ascending, first in (("used", True, "count"), ("used", False, "octets"), ("name", True, "octets")):
        answer = ann.call("Quota/query", sort=[{"property": by, "isAscending": ascending}], calculateTotal=True)
        assert (names[answer["ids"][0]], answer["total"]) == (first, 2)


def test_query_changes_move_what_changed(ann: Desk) -> None:
    allow(ann, 10_000, 20)
    sort = [{"property": "used", "isAscending": False}]
    before = ann.call("Quota/query", sort=sort)
    ann.put(MAIL)
    changes = ann.call("Quota/queryChanges", sort=sort, sinceQueryState=before["queryState"])
    assert sorted(changes["removed"]) == sorted(before["ids"])
    assert [item["id"] for item in changes["added"]] == ann.call("Quota/query", sort=sort)["ids"]


def test_what_has_no_room_is_over_quota_and_the_rest_is_done(ann: Desk) -> None:
    allow(ann, ROOM)
    blobs = [ann.harness.upload(ann.user, MAIL + b"x" * number) for number in (0, 1)]
    given = {
        name: {"blobId": blob, "mailboxIds": {ann.box("inbox"): True}} for name, blob in zip("ab", blobs, strict=True)
    }
    answer = ann.call("Email/import", emails=given)
    assert list(answer["created"]) == ["a"]
    assert answer["notCreated"]["b"]["type"] == "overQuota"
    assert f"of {ROOM} octets" in answer["notCreated"]["b"]["description"]
    made = ann.call("Email/set", create={"d": {"mailboxIds": {ann.box("inbox"): True}, "subject": "x" * 200}})
    assert made["notCreated"]["d"]["type"] == "overQuota"
    swapped = ann.call(
        "Email/set",
        destroy=[answer["created"]["a"]["id"]],
        create={"d": {"mailboxIds": {ann.box("inbox"): True}, "subject": "short"}},
    )
    assert swapped["destroyed"]
    assert by_type(ann)["octets"]["used"] <= ROOM


def test_a_copy_minds_the_quota_of_where_it_goes(ann: Desk) -> None:
    bob = ann.harness.user("bob")
    both = ann.harness.share(ann.user, bob)
    emails = [ann.put(MAIL + bytes([65 + number])) for number in range(3)]
    theirs = Desk(ann.harness, bob)
    allow(theirs, emails=2)
    inbox = theirs.box("inbox")
    copied = ann.harness.call(
        both,
        "Email/copy",
        {
            "accountId": theirs.account,
            "fromAccountId": ann.account,
            "create": {email: {"id": email, "mailboxIds": {inbox: True}} for email in emails},
        },
    )
    assert len(copied["created"]) == 2
    assert [refused["type"] for refused in copied["notCreated"].values()] == ["overQuota"]
