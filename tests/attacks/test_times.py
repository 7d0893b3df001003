"""Times of receipt that a client chooses so that nothing can be told apart by them."""

import pytest

from tests.attacks.ground import Ground

MOST = 500
"""Emails that one call may import."""


@pytest.mark.parametrize("received", ["0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_any_number_of_mails_may_be_of_the_same_second(land: Ground, received: str) -> None:
    octets = f"Subject: flood\r\nMessage-ID: <{received}@flood.example>\r\n\r\nword{received[:4]}\r\n".encode()
    blob = land.engine.upload(land.user, octets)
    one = {"blobId": blob, "mailboxIds": {land.mailbox: True}, "receivedAt": received}
    made = []
    for _ in range(2):
        answer = land.engine.call(land.user, "Email/import", {"emails": {f"k{number}": one for number in range(MOST)}})
        assert not answer["notCreated"]
        made += [email["id"] for email in answer["created"].values()]
    query = {"filter": {"text": f"word{received[:4]}"}, "limit": 10, "calculateTotal": True}
    found = land.engine.call(
        land.user, "Email/query", query | {"sort": [{"property": "receivedAt", "isAscending": False}]}
    )
    assert found["total"] == len(set(made)) == 2 * MOST
    assert set(found["ids"]) <= set(made)
