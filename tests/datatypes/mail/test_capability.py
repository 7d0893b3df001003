"""urn:ietf:params:jmap:mail (RFC 8621 §1.3.1)."""

from angarium.engine.session import SessionUrls, session
from tests.datatypes.mail.desk import Desk
from tests.harness import Harness


def test_an_account_tells_the_limits_of_mail(harness: Harness, ann: Desk) -> None:
    shown = session(harness.registry, ann.user, SessionUrls("a", "d", "u", "e"))
    assert shown["capabilities"]["urn:ietf:params:jmap:mail"] == {}  # type: ignore[index, call-overload]
    mail = shown["accounts"][ann.account]["accountCapabilities"]["urn:ietf:params:jmap:mail"]  # type: ignore[index, call-overload]
    assert mail == {
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
