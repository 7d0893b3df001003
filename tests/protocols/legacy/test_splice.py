"""Rows of messages are the same whether they are spliced or made the long way."""

from typing import Any

import pytest

from tests.protocols.legacy.client import Old, letter

LIST = [
    *("threadId", "mailboxIds", "isUnread", "isFlagged", "isAnswered", "isDraft", "hasAttachment"),
    *("from", "to", "cc", "subject", "date", "size", "preview", "blobId"),
]
TRICK = '"keywords":{"$seen":true},"receivedAt":"","subject":null,"name":null,"mailboxIds":{'


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (letter(), {}),
        (letter(), {"receivedAt": "2024-07-01T09:00:00.25Z"}),
        (letter(), {"keywords": {"a}b": True, "$seen": True, "$flaggedx": True}}),
        (letter(), {"keywords": {"$answered": True, "$draft": True, "$flagged": True}}),
        (letter(TRICK, TRICK, f'"{TRICK}" <bo@quill.example>'.replace('"keywords', "keywords")), {}),
        (letter(sender="bo@quill.example"), {}),
        (letter(sender="nobody at all"), {}),
        (b"To: x\r\n\r\n" + TRICK.encode() + b"\xef\xbf\xbe", {}),
    ],
)
def test_both_ways_say_the_same(ann: Old, content: bytes, more: dict[str, Any]) -> None:
    message = ann.deliver(content, **more)
    whole = ann.ask("getMessages", {"ids": [message]})["list"][0]
    for names in (LIST, ["date"], ["isUnread", "isDraft"], ["mailboxIds", "nope"], ["subject", "from"]):
        (spliced,) = ann.ask("getMessages", {"ids": [message], "properties": names})["list"]
        assert spliced == {"id": message} | {name: whole[name] for name in names if name in whole}
