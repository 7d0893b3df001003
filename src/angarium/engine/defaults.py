"""The one object of a kind that is the default, and how a /set moves it (RFC 9610 §2.3, JMAP calendars §3.3, §4.3).

Each account has one default as long as it has an object of the kind at all; the index `default` finds it.
"""

from collections.abc import Callable, Mapping
from typing import Final, cast

from angarium.engine.call import Call
from angarium.engine.declare import Argument, Response
from angarium.engine.methods.states import state
from angarium.engine.shapes import nullable, reference
from angarium.formats.json import JSON, dumps, loads
from angarium.store.contract import AccountKey, Indexes, IndexValue, Records, Transaction

INDEX: Final = "default"
ARGUMENT: Final = Argument("onSuccessSetIsDefault", nullable(reference))


def entries(value: Mapping[str, JSON]) -> list[IndexValue]:
    """What an object stands under in the index of the default."""
    return [1] if value.get("isDefault") else []


class Defaults:
    """The default of one kind; `indexes` are those of its records."""

    def __init__(self, kind: str, indexes: Callable[[Mapping[str, JSON]], Indexes]) -> None:
        self._kind = kind
        self._indexes = indexes

    def current(self, records: Records, account: AccountKey) -> str | None:
        """The default object."""
        return next(iter(records.find(account, self._kind, INDEX, 1)), None)

    def move(self, transaction: Transaction, account: AccountKey, record: str) -> dict[str, bool]:
        """Let an object be the default; gives `isDefault` of each that changed. Unknown ids do nothing."""
        before = self.current(transaction.records, account)
        if record == before or not transaction.records.get(account, self._kind, [record]):
            return {}
        changed = {record: True} if before is None else {before: False, record: True}
        for changing, is_default in changed.items():
            (value,) = transaction.records.get(account, self._kind, [changing]).values()
            after = {**cast("dict[str, JSON]", loads(value)), "isDefault": is_default}
            transaction.records.update(account, self._kind, changing, dumps(after), self._indexes(after))
        return changed

    def settling(self, call: Call) -> Callable[[Response], None]:
        """For `before_set`: when it is done there is one default.

        It is the one asked for, if nothing failed; else the one that was, or one of those that are left.
        """

        def settle(response: Response) -> None:
            transaction, account = call.transaction, call.account.key
            failed = any(response[name] for name in ("notCreated", "notUpdated", "notDestroyed"))
            asked = call.text(ARGUMENT.name)
            wanted = call.resolve(asked) if asked is not None and not failed else None
            changed = self.move(transaction, account, wanted) if wanted else {}
            if self.current(transaction.records, account) is None:
                left = next(iter(transaction.records.get(account, self._kind)), None)
                changed = self.move(transaction, account, left) if left else {}
            for record, is_default in changed.items():
                _tell(response, record, is_default)
            response["newState"] = state(call, self._kind)

        return settle


def _tell(response: Response, record: str, is_default: bool) -> None:
    """Where the object is told of as created, else among the updated ones."""
    created = cast("dict[str, dict[str, JSON]]", response["created"] or {})
    for shown in created.values():
        if shown["id"] == record:
            shown["isDefault"] = is_default
            return
    updated = cast("dict[str, dict[str, JSON] | None]", response["updated"] or {})
    response["updated"] = {**updated, record: {**(updated.get(record) or {}), "isDefault": is_default}}
