"""Filters and sorts of messages, by tables from this dialect to RFC 8621."""

from collections.abc import Callable, Mapping
from typing import Final

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call
from angarium.protocols.legacy.errors import Refused, invalid_arguments
from angarium.protocols.legacy.kind import Object
from angarium.protocols.legacy.messages import FLAGS
from angarium.protocols.legacy.outbox import OUTBOX

_DEEPEST: Final = 64
_SAME: Final = frozenset(
    ("before", "after", "minSize", "maxSize", "hasAttachment", "text", "from", "to", "cc", "bcc", "subject", "body")
) | {"header"}


def modern_filter(call: Call, value: JSON, depth: int = 0, path: str = "filter") -> JSON:
    """A filter as the engine takes it; null for one that everything passes."""
    if value is None:
        return None
    if not isinstance(value, dict) or depth > _DEEPEST:
        raise invalid_arguments(f"{path} must be an object", path)
    if "operator" not in value:
        return _condition(call, value, path)
    conditions = value.get("conditions")
    if not isinstance(conditions, list):
        raise invalid_arguments(f"{path}.conditions must be an array", f"{path}.conditions")
    below = [
        modern_filter(call, each, depth + 1, f"{path}.conditions[{index}]") for index, each in enumerate(conditions)
    ]
    return {"operator": value["operator"], "conditions": [{} if each is None else each for each in below]}


def _condition(call: Call, value: Object, path: str) -> JSON:
    """The conditions of one object, all of which must hold."""
    terms: list[JSON] = []
    plain: Object = {}
    for name, item in value.items():
        if item is None:
            continue
        if name in _SAME:
            plain[name] = item
        elif name in _TERMS:
            terms.append(_TERMS[name](call, item, f"{path}.{name}"))
        else:
            raise Refused("cannotDoFilter", f"{path}.{name} is no condition")
    if plain:
        terms.insert(0, plain)
    if len(terms) == 1:
        return terms[0]
    return {"operator": "AND", "conditions": terms} if terms else {}


def _one_mailbox(call: Call, value: JSON, path: str) -> JSON:
    if not isinstance(value, str):
        raise invalid_arguments(f"{path} must be an id", path)
    if value == OUTBOX:
        raise Refused("cannotDoFilter", "what waits to be sent can only be listed by itself")
    return {"inMailbox": call.resolved("Mailbox", value)}


def _mailboxes(call: Call, value: JSON, path: str) -> list[JSON]:
    if not isinstance(value, list):
        raise invalid_arguments(f"{path} must be an array of ids", path)
    return [_one_mailbox(call, each, path) for each in value]


def _outside(call: Call, value: JSON, path: str) -> JSON:
    """Every message is in some mailbox beside the outbox."""
    return {"inMailboxOtherThan": [] if value == OUTBOX else [_id(call, value, path)]}


def _id(call: Call, value: JSON, path: str) -> JSON:
    found = _one_mailbox(call, value, path)
    return found["inMailbox"] if isinstance(found, dict) else None


def _keyword(name: str, keyword: str) -> Callable[[Call, JSON, str], JSON]:
    absent = name == "isUnread"

    def term(_call: Call, value: JSON, path: str) -> JSON:
        return {"hasKeyword" if _true(value, path) is not absent else "notKeyword": keyword}

    return term


def _thread_flagged(_call: Call, value: JSON, path: str) -> JSON:
    return {"someInThreadHaveKeyword" if _true(value, path) else "noneInThreadHaveKeyword": "$flagged"}


def _thread_unread(_call: Call, value: JSON, path: str) -> JSON:
    read: Object = {"allInThreadHaveKeyword": "$seen"}
    return {"operator": "NOT", "conditions": [read]} if _true(value, path) else read


def _true(value: JSON, path: str) -> bool:
    if not isinstance(value, bool):
        raise invalid_arguments(f"{path} must be true or false", path)
    return value


_TERMS: Final[Mapping[str, Callable[[Call, JSON, str], JSON]]] = {
    "inMailbox": _one_mailbox,
    "inMailboxes": lambda call, value, path: {"operator": "AND", "conditions": _mailboxes(call, value, path)},
    "inMailboxOtherThan": _outside,
    "notInMailboxes": lambda call, value, path: {"operator": "NOT", "conditions": _mailboxes(call, value, path)},
    **{name: _keyword(name, keyword) for name, keyword in FLAGS.items()},
    "threadIsFlagged": _thread_flagged,
    "threadIsUnread": _thread_unread,
}

_SORTS: Final[Mapping[str, tuple[Object, bool]]] = {
    "date": ({"property": "receivedAt"}, False),
    "size": ({"property": "size"}, False),
    "from": ({"property": "from"}, False),
    "to": ({"property": "to"}, False),
    "subject": ({"property": "subject"}, False),
    "isFlagged": ({"property": "hasKeyword", "keyword": "$flagged"}, False),
    "isUnread": ({"property": "hasKeyword", "keyword": "$seen"}, True),
    "threadIsFlagged": ({"property": "someInThreadHaveKeyword", "keyword": "$flagged"}, False),
    "threadIsUnread": ({"property": "allInThreadHaveKeyword", "keyword": "$seen"}, True),
    "id": ({"property": "id"}, False),
}
"""The modern Comparator of each property, and whether its direction is the other one."""

SORT_OPTIONS: Final = tuple(_SORTS)
"""What lists of messages can be sorted by."""

_NEWEST_FIRST: Final[JSON] = [{"property": "receivedAt", "isAscending": False}]


def modern_sort(value: JSON) -> JSON:
    """A sort as the engine takes it: newest first when there is none; descending where no direction is told."""
    if not value:
        return _NEWEST_FIRST
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid_arguments('sort must be an array of strings such as "date desc"', "sort")
    found: list[JSON] = []
    for each in value:
        name, _, direction = str(each).partition(" ")
        if name not in _SORTS or direction not in ("", "asc", "desc"):
            raise Refused("unsupportedSort", f"'{str(each)[:80]}' is no sort of messages", sort=[each])
        comparator, flipped = _SORTS[name]
        found.append({**comparator, "isAscending": (direction == "asc") is not flipped})
    return found


def asks_for_outbox(value: JSON) -> bool:
    """Whether a filter asks for what waits to be sent and nothing else."""
    if not isinstance(value, dict):
        return False
    given = {name: item for name, item in value.items() if item is not None}
    return given in ({"inMailbox": OUTBOX}, {"inMailboxes": [OUTBOX]})
