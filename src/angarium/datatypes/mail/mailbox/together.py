"""Updates of one Mailbox/set that only fit together: mailboxes that swap or pass on names, places or roles.

RFC 8620 §5.3: what is valid in the end is allowed, whatever lies between. So before the objects are taken one by one,
all updates that are sound in themselves are looked at as one change; those that claim what another mailbox keeps are
left out, and the rest is stored at once. When their turn comes nothing is left to change. Linear in the updates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from angarium.datatypes.mail.mailbox import record as records
from angarium.datatypes.mail.mailbox.reader import subscriber
from angarium.datatypes.mail.mailbox.record import Forest, MailboxRecord
from angarium.datatypes.mail.mailbox.rules import DEEPEST, NAME, ROLE, SORT_ORDER, changed
from angarium.engine.call import Call
from angarium.engine.errors import SetError
from angarium.engine.shapes import Shape, boolean, identifier, nullable
from angarium.formats.json import JSON
from angarium.store.contract import IndexValue

_CHANGEABLE: Final[Mapping[str, tuple[Shape, JSON]]] = {
    "name": (NAME, None),
    "parentId": (nullable(identifier), None),
    "role": (ROLE, None),
    "sortOrder": (SORT_ORDER, 0),
    "isSubscribed": (boolean, True),
}
"""Properties that an update may change: their shape, and what null sets."""

_Claim: TypeAlias = tuple[str, IndexValue]
"""What only one mailbox may have: an entry of the index by place or by role."""

_Claimants: TypeAlias = Mapping[_Claim, list[str]]


def settle(call: Call) -> None:
    """Store those updates of a call that are valid together, when some of them are in each other's way."""
    patches = _patches(call)
    stored = _stored(call, list(patches))
    moving = {mailbox: after for mailbox, box in stored.items() if (after := _announced(call, box, patches[mailbox]))}
    if not _are_in_the_way(stored, moving):
        return
    claimants: dict[_Claim, list[str]] = {}
    for mailbox, box in moving.items():
        for claim in _claims(box):
            claimants.setdefault(claim, []).append(mailbox)
    second = [mailbox for rivals in claimants.values() for mailbox in rivals[1:]]
    barred = [mailbox for claim, rivals in claimants.items() if _is_kept(call, claim, moving) for mailbox in rivals]
    _leave_out([*second, *barred], stored, moving, claimants)
    if not _is_forest({**records.read_all(call.transaction.records, call.account.key), **moving}):
        moved = [mailbox for mailbox, box in moving.items() if box.parent != stored[mailbox].parent]
        _leave_out(moved, stored, moving, claimants)
    for mailbox, box in moving.items():
        records.replace(call.transaction, call.account.key, mailbox, stored[mailbox], box)


def _patches(call: Call) -> dict[str, JSON]:
    """By mailbox what is to change; one that the call names twice, or destroys too, is left to its turns."""
    updates = call.object("update")
    named = Counter(call.resolve(key) or key for key in (*updates, *(call.texts("destroy") or ())))
    return {mailbox: patch for key, patch in updates.items() if named[mailbox := call.resolve(key) or key] == 1}


def _stored(call: Call, ids: Sequence[str]) -> dict[str, MailboxRecord]:
    """The mailboxes as they are."""
    found = call.transaction.records.get(call.account.key, records.KIND, ids) if ids else {}
    return {mailbox: records.decode(value) for mailbox, value in found.items()}


def _announced(call: Call, box: MailboxRecord, patch: JSON) -> MailboxRecord | None:
    """How a mailbox will be once its update is done; None unless that update is sound in itself."""
    values: dict[str, JSON] = {}
    for name, given in patch.items() if isinstance(patch, dict) else ():
        if name not in _CHANGEABLE:
            return None
        shape, default = _CHANGEABLE[name]
        values[name] = default if given is None else given
        if name == "parentId" and isinstance(given, str):
            values[name] = call.resolve(given) or given  # what stands for nothing keeps its '#', which is no Id
        if shape(values[name]):
            return None
    try:
        return changed(box, values, subscriber(call))
    except SetError:
        return None


def _claims(box: MailboxRecord) -> set[_Claim]:
    return {(index, value) for index, values in box.indexes().items() if index != "parent" for value in values}


def _are_in_the_way(stored: Mapping[str, MailboxRecord], moving: Mapping[str, MailboxRecord]) -> bool:
    """Whether one wants what another has now."""
    held = {claim: mailbox for mailbox, box in stored.items() for claim in _claims(box)}
    return any(held.get(claim, mailbox) != mailbox for mailbox, box in moving.items() for claim in _claims(box))


def _is_kept(call: Call, claim: _Claim, moving: Mapping[str, MailboxRecord]) -> bool:
    """Whether a mailbox that stays as it is has what is claimed."""
    return any(holder not in moving for holder in call.transaction.records.find(call.account.key, records.KIND, *claim))


def _leave_out(
    staying: Iterable[str], stored: Mapping[str, MailboxRecord], moving: dict[str, MailboxRecord], claimants: _Claimants
) -> None:
    """Take updates out of those to store; one that stays keeps what it has, which bars those who claim that."""
    waiting = list(staying)
    while waiting:
        mailbox = waiting.pop()
        if moving.pop(mailbox, None) is not None:
            waiting += [rival for claim in _claims(stored[mailbox]) for rival in claimants.get(claim, ())]


def _is_forest(forest: Forest) -> bool:
    """Whether every mailbox stands under others that are there, without a loop and not too deep."""
    for box in forest.values():
        depth, parent = 1, box.parent
        while parent is not None:
            if depth == DEEPEST or parent not in forest:
                return False
            depth, parent = depth + 1, forest[parent].parent
    return True
