"""urn:ietf:params:jmap:mail (RFC 8621 §1.3.1)."""

from typing import Any

from angarium.datatypes.mail import MAIL
from angarium.engine.access import Principal
from angarium.engine.session import SessionUrls, session
from tests.datatypes.mail.desk import Desk
from tests.harness import Harness

_EXPECTED = {
    "maxMailboxesPerEmail": 100,
    "maxMailboxDepth": 10,
    "maxSizeMailboxName": 255,
    "maxSizeAttachmentsPerEmail": 50_000_000,
    "emailQuerySortOptions": [
        "receivedAt",
        "size",
        "from",
        "to",
        "subject",
        "sentAt",
        "hasKeyword",
        "allInThreadHaveKeyword",
        "someInThreadHaveKeyword",
    ],
    "mayCreateTopLevelMailbox": True,
}


def told(harness: Harness, user: Principal) -> Any:
    return session(harness.registry, user, SessionUrls("a", "d", "u", "e"))


def test_an_account_tells_the_limits_of_mail(harness: Harness, ann: Desk) -> None:
    shown = told(harness, ann.user)
    assert shown["capabilities"][MAIL] == {}
    assert shown["accounts"][ann.account]["accountCapabilities"][MAIL] == _EXPECTED


def test_an_account_of_someone_else_tells_what_may_be_done_there(harness: Harness, ann: Desk) -> None:
    other = harness.user("bob")
    for read_only in (True, False):
        bob = harness.share(ann.user, other, read_only=read_only)
        accounts = told(harness, bob)["accounts"]
        for account in (ann.account, harness.account(bob)):
            may_create = accounts[account]["accountCapabilities"][MAIL]["mayCreateTopLevelMailbox"]
            assert may_create is not (read_only and account == ann.account)
