"""Finding or making the address book or calendar that things from elsewhere belong in, by its name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from angarium.engine.containers import Containers
from angarium.formats.json import JSON
from angarium.store.contract import AccountKey, Transaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where things are to go: a name, and what else the source tells of it."""

    name: str
    told: Mapping[str, JSON] = field(default_factory=dict)
    is_default: bool = False


def container_for(
    transaction: Transaction,
    account: AccountKey,
    shelf: Containers,
    wanted: Wanted | None,
    taken: Sequence[str] = (),
    others: Sequence[Wanted | None] = (),
) -> str:
    """The id of the container that is meant; None means the default one.

    One of the account's that holds nothing yet gets all that is told. What another one of the same source has `taken`
    already stands for no second one; an empty default one makes way for that of the source, unless its name is that
    of one of the `others` of the source too.
    """
    if wanted is None:
        return shelf.default(transaction, account)
    there = shelf.defaults.current(transaction.records, account)
    known = shelf.every(transaction.records, account)
    found = next((id_ for id_, value in known.items() if value["name"] == wanted.name and id_ not in taken), None)

    def is_empty(container: str) -> bool:
        return not shelf.contents.held(transaction.records, account, container)

    if found is None and wanted.is_default and there is not None and there not in taken:
        names = {other.name for other in others if other is not None}
        found = there if is_empty(there) and known[there]["name"] not in names else None
    if found is None:
        found = shelf.create(transaction, account, wanted.name, **wanted.told)
    elif is_empty(found):
        shelf.change(transaction, account, found, {"name": wanted.name, **wanted.told})
    if wanted.is_default and there is not None and there != found and is_empty(there):
        shelf.defaults.move(transaction, account, found)
    return found
