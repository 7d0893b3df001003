"""What an answer takes over from the message that it answers: its place in the conversation, and its subject.

What a stranger wrote comes out as something that a header field can hold. RFC 5322 §3.6.4, RFC 3834 §3.1.
"""

import re
from collections.abc import Sequence
from typing import Final, cast

from angarium.formats.message.draft import DraftHeader
from angarium.formats.message.forms import header_value
from angarium.formats.message.values import Header

_MOST_REFERENCES: Final = 20
_LONGEST_SUBJECT: Final = 200
_MESSAGE_ID: Final = re.compile(r"[!-;=?-~]{1,250}")
_UNWRITABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def conversation(headers: Sequence[Header]) -> tuple[DraftHeader, ...]:
    """In-Reply-To and References of an answer; none to a message without an id."""
    answered = message_ids(headers, "Message-ID")[:1]
    if not answered:
        return ()
    references = [*message_ids(headers, "References"), *answered][-_MOST_REFERENCES:]
    return DraftHeader("In-Reply-To", "MessageIds", answered), DraftHeader("References", "MessageIds", references)


def message_ids(headers: Sequence[Header], name: str) -> list[str]:
    """The ids in a field that can be written again as they are."""
    found = cast("list[str] | None", header_value(headers, name, "MessageIds")) or []
    return [item for item in found if _MESSAGE_ID.fullmatch(item)]


def writable(text: str) -> str:
    """A text without what no field can hold, cut to a length that people still read."""
    return _UNWRITABLE.sub(" ", text).strip()[:_LONGEST_SUBJECT].strip()


def subject_of(headers: Sequence[Header]) -> str:
    """The subject of a message, to stand in that of an answer."""
    return writable(cast("str | None", header_value(headers, "Subject", "Text")) or "")
