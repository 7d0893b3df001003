"""Rows of messages turned into this dialect as they come encoded, without decoding them: what lists of messages need.

Between the quotes of a JSON string every quote is escaped, so a name with its colon is found only where it is a name.
What needs more than renaming, or turns up seldom, is left to the long way.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Reply, sane, strings
from angarium.protocols.legacy.messages import FLAGS, MESSAGE
from angarium.protocols.legacy.outbox import waiting

_SAME: Final = ("blobId", "threadId", "size", "preview", "hasAttachment", "mailboxIds")
_MODERN: Final = (
    {name: name for name in (*_SAME, "from", "to", "cc", "bcc", "replyTo", "subject")}
    | {"date": "receivedAt"}
    | dict.fromkeys(FLAGS, "keywords")
)
"""The modern property of each property that can be had this way."""

_EMPTY: Final = ((b'"subject":null', b'"subject":""'), (b'"name":null', b'"name":""'))
_KEYWORDS: Final = re.compile(rb'(?:"[^"]*":true,?)*\}')
_SELDOM: Final = re.compile(rb'"email":(?:null|"[^"@]*")')
"""An address without an @."""


def spliced(call: Call, ids: Sequence[str], names: Sequence[str] | None) -> Reply | None:
    """The response that lists messages; None when it is to be made the long way."""
    wanted = None if names is None else [name for name in dict.fromkeys(names) if name in MESSAGE.by_name]
    if not wanted or any(name not in _MODERN for name in wanted) or len(ids) > call.turn.limits.max_objects_in_get:
        return None
    given = sane(ids)
    if len(given) != len(ids) or "#" in "".join(ids) or ("mailboxIds" in wanted and waiting(call)):
        return None
    properties = dict.fromkeys(_MODERN[name] for name in wanted)
    answer = call.ask("Email/get", {"ids": list[JSON](given), "properties": list[JSON](properties)})
    rows = orjson.dumps(answer["list"])
    if _SELDOM.search(rows):
        return None
    missing = strings(answer, "notFound")
    shown = {"state": answer["state"], "list": orjson.Fragment(_rows(rows, wanted)), "notFound": missing or None}
    return MESSAGE.plural, call.answer(shown)


def _rows(rows: bytes, wanted: Sequence[str]) -> bytes:
    for modern, old in _EMPTY:
        rows = rows.replace(modern, old)
    if "date" in wanted:
        rows = _each(rows, b'"receivedAt":"', _date)
    if "mailboxIds" in wanted:
        rows = _each(rows, b'"mailboxIds":{', _mailboxes)
    flags = [name for name in wanted if name in FLAGS]
    return _each(rows, b'"keywords":{', _told(flags)) if flags else rows


def _each(rows: bytes, member: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The rows with a member changed by what makes of all behind its beginning something else."""
    before, *behind = rows.split(member)
    return before + b"".join(map(change, behind))


def _date(behind: bytes) -> bytes:
    return b'"date":"%bZ%b' % (behind[:19], behind[behind.index(b'"') :])


def _mailboxes(behind: bytes) -> bytes:
    ids, _, rest = behind.partition(b"}")
    return b'"mailboxIds":[%b]%b' % (ids.replace(b":true", b""), rest)


def _told(flags: Sequence[str]) -> Callable[[bytes], bytes]:
    """What stands in place of keywords; few messages have others than their neighbours."""
    known: dict[bytes, bytes] = {}

    def told(behind: bytes) -> bytes:
        found = _KEYWORDS.match(behind)
        end = found.end() if found else 0
        keywords = behind[:end]
        if keywords not in known:
            there = {name: b'"%b"' % FLAGS[name].encode() in keywords for name in flags}
            said = (b'"%b":%b' % (name.encode(), _JSON[there[name] is (name != "isUnread")]) for name in flags)
            known[keywords] = b",".join(said)
        return known[keywords] + behind[end:]

    return told


_JSON: Final = {True: b"true", False: b"false"}


def renamed_threads(rows: object) -> orjson.Fragment:
    """Threads as they come encoded, under the names of this dialect."""
    return orjson.Fragment(orjson.dumps(rows).replace(b'"emailIds":', b'"messageIds":'))
