"""Replies as they are sent."""

import pytest

from angarium.protocols.lmtp import replies
from angarium.protocols.lmtp.replies import filled


@pytest.mark.parametrize("letter", ["a", "ä", "€", "𝄞"])
@pytest.mark.parametrize("first", ["", "x", "xx", "xxx"])
def test_a_reply_is_no_longer_than_the_protocol_allows_and_still_text(letter: str, first: str) -> None:
    line = filled(replies.NOBODY, first + letter * 2000).encoded()
    assert 508 < len(line) <= 512
    assert line.decode().startswith(f"550 5.1.1 <{first}{letter}")
    assert line.endswith(b"\r\n")
