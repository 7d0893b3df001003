"""What a user is told when something changed: the StateChange object (RFC 8620 §7.1)."""

from collections.abc import Collection, Sequence

from angarium.engine.access import Principal, account_id
from angarium.formats.json import JSON
from angarium.store.contract import StateChange


def is_private(kind: str) -> bool:
    """Whether the server keeps objects of a kind for itself: those have a name that no data type has."""
    return kind.startswith("(")


def state_change(
    principal: Principal, changes: Sequence[StateChange], types: Collection[str] | None = None
) -> dict[str, JSON] | None:
    """The StateChange of the accounts that this user may see; None when nothing remains.

    `types` limits it to these types; later changes of the same type replace earlier ones.
    """
    changed: dict[str, JSON] = {}
    for change in changes:
        account = account_id(change.account)
        if account not in principal.accounts:
            continue
        states: dict[str, JSON] = {
            name: str(state)
            for name, state in change.changed.items()
            if (types is None or name in types) and not is_private(name)
        }
        if states:
            before = changed.setdefault(account, {})
            if isinstance(before, dict):
                before.update(states)
    return {"@type": "StateChange", "changed": changed} if changed else None
