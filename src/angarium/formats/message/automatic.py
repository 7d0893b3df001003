"""Whom no program answers: lists, bounces, robots, and whoever says so (RFC 3834 §2, RFC 5230 §4.6).

Looks at header fields and addresses only; who the recipient is and what was answered before is for the caller to know.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from angarium.formats.message.header_text import unfolded, without_comments
from angarium.formats.message.parameters import parse_structured
from angarium.formats.message.values import Header

_SUPPRESSED: Final = frozenset({"all", "autoreply", "oof"})
_PROGRAMS: Final = frozenset({"listserv", "mailer-daemon", "mailman", "majordomo", "nobody", "postmaster"})
_PARTS: Final = re.compile(r"[-_.+=]+")
_PROGRAM_PARTS: Final = frozenset({"bounce", "bounces", "noreply", "donotreply", "dontreply"})


def _words(value: str) -> frozenset[str]:
    return frozenset(word.strip() for word in without_comments(value).lower().split(","))


def _keyword(value: str) -> str:
    return without_comments(value).partition(";")[0].strip().lower()


_FORBIDS: Final[Mapping[str, Callable[[str], bool]]] = {
    "auto-submitted": lambda value: _keyword(value) != "no",
    "precedence": lambda value: _keyword(value) in ("bulk", "list", "junk"),
    "x-auto-response-suppress": lambda value: not _SUPPRESSED.isdisjoint(_words(value)),
    "x-autoreply": lambda value: _keyword(value) not in ("", "no"),
    "x-autorespond": lambda _value: True,
    "x-loop": lambda _value: True,
    "x-spam-flag": lambda value: _keyword(value) == "yes",
    "content-type": lambda value: parse_structured(value.encode()).value.lower() == "multipart/report",
}
"""Header fields that forbid an answer, by their values."""

LISTS: Final = ("list-id", "list-post", "list-unsubscribe", "list-help", "list-owner", "list-subscribe", "list-archive")
"""RFC 2369, RFC 2919."""


def may_be_answered(headers: Sequence[Header]) -> bool:
    """Whether nothing in the header of a message says that no program shall answer it."""
    for header in headers:
        name = header.name.lower()
        if name in LISTS or (name in _FORBIDS and _FORBIDS[name](unfolded(header.raw))):
            return False
    return True


def is_program(address: str) -> bool:
    """Whether an address is one behind which nobody reads; the null reverse-path among them."""
    local = address.rpartition("@")[0].lower()
    parts = _PARTS.split(local)
    return (
        not local
        or local in _PROGRAMS
        or local.startswith("owner-")
        or local.endswith(("-owner", "-request"))
        or not _PROGRAM_PARTS.isdisjoint(parts)
        or "noreply" in (joined := "".join(parts))
        or "notreply" in joined
    )
