"""Mailboxes of this dialect: flat rights, counts of messages, old names of roles, and an outbox that is none."""

from collections.abc import Sequence
from typing import Final

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Call, Reply, Values
from angarium.protocols.legacy.changing import Changed
from angarium.protocols.legacy.errors import invalid_properties
from angarium.protocols.legacy.getting import get_method, got, updates_method
from angarium.protocols.legacy.kind import Also, Field, Kind, Object, Virtual, may, renamed, same
from angarium.protocols.legacy.outbox import OUTBOX, waiting
from angarium.protocols.legacy.setting import set_method

_OLD_ROLES: Final = {"junk": "spam"}
_NEW_ROLES: Final = {old: new for new, old in _OLD_ROLES.items()}
_SHOWN_ROLES: Final = frozenset(("inbox", "archive", "drafts", "sent", "trash", "spam"))
_ALONE: Final = frozenset(("trash", "junk"))
_COUNTS: Final = ("totalMessages", "unreadMessages", "totalThreads", "unreadThreads")


def _role(shown: Values) -> JSON:
    role = shown.get("role")
    old = _OLD_ROLES.get(role, role) if isinstance(role, str) else None
    return old if old in _SHOWN_ROLES else None


def _to_role(_call: Call, value: JSON) -> Object:
    if value is not None and (not isinstance(value, str) or value not in _SHOWN_ROLES):
        raise invalid_properties(f"role: must be one of {', '.join(sorted(_SHOWN_ROLES))}, or null", "role")
    return {"role": _NEW_ROLES.get(value, value) if isinstance(value, str) else None}


def _to_parent(call: Call, value: JSON) -> Object:
    return {"parentId": call.resolve("Mailbox", value) if isinstance(value, str) else value}


def _outbox(call: Call) -> Object | None:
    """What waits to be sent, as a mailbox; in accounts that one may send from."""
    if call.account.read_only:
        return None
    count = len(waiting(call))
    shown: Object = {"name": "Outbox", "parentId": None, "role": "outbox", "sortOrder": 2, "mustBeOnlyMailbox": False}
    shown |= {"mayReadItems": True, "mayAddItems": True, "mayRemoveItems": True}
    shown |= {"mayCreateChild": False, "mayRename": False, "mayDelete": False}
    return {
        "id": OUTBOX,
        **shown,
        "totalMessages": count,
        "unreadMessages": 0,
        "totalThreads": count,
        "unreadThreads": 0,
    }


MAILBOX: Final = Kind(
    one="Mailbox",
    many="Mailboxes",
    modern="Mailbox",
    fields=(
        same("name"),
        Field("parentId", ("parentId",), lambda shown: shown.get("parentId"), _to_parent),
        Field("role", ("role",), _role, _to_role, create_only=True),
        same("sortOrder"),
        Field("mustBeOnlyMailbox", ("role",), lambda shown: shown.get("role") in _ALONE),
        *(may(name, name) for name in ("mayReadItems", "mayAddItems", "mayRemoveItems", "mayCreateChild")),
        *(may(name, name) for name in ("mayRename", "mayDelete")),
        renamed("totalMessages", "totalEmails", write=False),
        renamed("unreadMessages", "unreadEmails", write=False),
        same("totalThreads", write=False),
        same("unreadThreads", write=False),
    ),
    told=(
        "mustBeOnlyMailbox",
        *("mayReadItems", "mayAddItems", "mayRemoveItems", "mayCreateChild", "mayRename", "mayDelete"),
        *_COUNTS,
    ),
    pages=False,
    complete=lambda _call, value: {"role": None, **value},
    follows=lambda _call: "",
    also=Also("EmailSubmission", lambda _call, ids: [OUTBOX] if ids else []),
    virtual={OUTBOX: Virtual(_outbox)},
)


def _only_counts(found: Changed) -> bool:
    return found.updated_properties is not None or (bool(found.others) and found.changed == found.others)


def _changed(call: Call, found: Changed, names: Sequence[str] | None) -> Reply:
    """The counts alone where nothing else has changed."""
    return got(call, MAILBOX, found.changed, _COUNTS if names is None and _only_counts(found) else names)


METHODS: Final = (
    get_method(MAILBOX),
    updates_method(MAILBOX, _changed, lambda found: {"onlyCountsChanged": _only_counts(found)}),
    set_method(MAILBOX),
)
