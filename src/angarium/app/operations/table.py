"""Every operation by its name; nothing else decides what may be asked through the socket."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from angarium.app.operations import arrivals, containers, delivery, imports, push, queue, rebuild, users
from angarium.app.operations.services import Arguments, OperationError, Services
from angarium.formats.json import JSON

Operation: TypeAlias = Callable[[Services, Arguments, bytes], tuple[JSON, bytes]]

OPERATIONS: Mapping[str, Operation] = {
    "user.add": users.add,
    "user.passwd": users.set_password,
    "user.remove": users.remove,
    "user.quota": users.set_quota,
    "user.address.add": users.give_address,
    "user.address.remove": users.take_address,
    "account.grant": users.grant,
    "account.revoke": users.revoke,
    "deliver": delivery.deliver,
    "import.mailboxes": imports.mailboxes,
    "import.batch": imports.batch,
    "import.books": containers.place_books,
    "import.cards": arrivals.take_cards,
    "import.calendars": containers.place_calendars,
    "import.events": arrivals.take_events,
    "push.renewKey": push.renew_key,
    "queue.retry": queue.retry,
    "queue.drop": queue.drop,
    "rebuild.counters": rebuild.counters,
    "rebuild.threads": rebuild.threads,
    "rebuild.search": rebuild.search,
    "rebuild.cards": rebuild.cards_search,
}


def perform(services: Services, name: str, arguments: Arguments, payload: bytes = b"") -> tuple[JSON, bytes]:
    """Run an operation, waiting for what it writes to be on disk; raises OperationError, or what the store raises."""
    operation = OPERATIONS.get(name)
    if operation is None:
        raise OperationError("unknownOperation", f"there is no operation {name!r}")
    return operation(services, arguments, payload)
