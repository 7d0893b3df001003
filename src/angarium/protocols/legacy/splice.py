"""Rows of messages turned into this dialect as they come encoded, without decoding them: what lists of messages need.

Between the quotes of a JSON string every quote is escaped, so a name with its colon is found only where it is a name.
What needs more than renaming, or turns up seldom, is left to the long way.
"""

import re
from collections.abc import Sequence
from functools import cache, partial
from typing import Final

import orjson

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Reply, sane, strings
from angarium.protocols.legacy.changing import state_of
from angarium.protocols.legacy.messages import FLAGS, MESSAGE
from angarium.protocols.legacy.outbox import waiting
from angarium.protocols.legacy.remembered import apart, encoded, encoded_list, together

_SAME: Final = ("blobId", "threadId", "size", "preview", "hasAttachment", "mailboxIds")
_MODERN: Final = (
    {name: name for name in (*_SAME, "from", "to", "cc", "bcc", "replyTo", "subject")}
    | {"date": "receivedAt"}
    | dict.fromkeys(FLAGS, "keywords")
)
"""The modern property of each property that can be had this way."""

_EMPTY: Final = ((b'"subject":null', b'"subject":""'), (b'"name":null', b'"name":""'))
_MAILBOXES: Final = re.compile(rb'"mailboxIds":\{([^}]*)\}')
_KEYWORDS: Final = re.compile(rb'"keywords":\{((?:"[^"]*":true,?)*)\}')
_FRACTION: Final = re.compile(rb'("receivedAt":"[^"]{19})\.\d+')
_SELDOM: Final = re.compile(rb'"email":(?:null|"[^"@]*")')
"""An address without an @."""


class _Seldom(Exception):
    """There is something that takes the long way."""


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
    form = ",".join(["Message", *wanted])
    try:
        rows = call.turn.remembered.all(form, encoded(answer["list"]), partial(_rows, wanted))
    except _Seldom:
        return None
    missing = strings(answer, "notFound")
    shown = {"state": state_of(call, MESSAGE, answer["state"]), "list": encoded_list(rows), "notFound": missing or None}
    return MESSAGE.plural, call.answer(shown)


def _rows(wanted: Sequence[str], given: Sequence[bytes]) -> list[bytes]:
    """Rows in this dialect; all together, since octets are replaced in many as soon as in one."""
    rows = together(given)
    if _SELDOM.search(rows):
        raise _Seldom
    for modern, old in _EMPTY:
        rows = rows.replace(modern, old)
    rows = _FRACTION.sub(rb"\1", rows).replace(b'"receivedAt":', b'"date":')
    rows = _MAILBOXES.sub(lambda found: b'"mailboxIds":[%b]' % found[1].replace(b":true", b""), rows)
    if flags := [name for name in wanted if name in FLAGS]:
        told = cache(partial(_told, flags))
        rows = _KEYWORDS.sub(lambda found: told(found[1]), rows)
    return apart(rows)


def _told(flags: Sequence[str], keywords: bytes) -> bytes:
    """What stands in place of keywords; few messages have others than their neighbours."""
    there = {name: b'"%b"' % FLAGS[name].encode() in keywords for name in flags}
    return b",".join(b'"%b":%b' % (name.encode(), _JSON[there[name] is (name != "isUnread")]) for name in flags)


_JSON: Final = {True: b"true", False: b"false"}


def renamed_threads(rows: object) -> orjson.Fragment:
    """Threads as they come encoded, under the names of this dialect."""
    return orjson.Fragment(orjson.dumps(rows).replace(b'"emailIds":', b'"messageIds":'))
