"""Operations on the queue of outgoing mail."""

from dataclasses import replace

from angarium.app.operations.services import Arguments, OperationError, Services, text
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.email_submission import status
from angarium.datatypes.submission.queue import Fate, QueueItem
from angarium.formats.json import JSON
from angarium.store.contract import Transaction

_DROPPED = "554 5.7.0 taken out of the queue by the administrator of the server"


def retry(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """queue.retry {id}: try an item now, or as soon as it is released; null for all. Gives how many."""
    wanted = arguments.get("id")

    def job(transaction: Transaction) -> JSON:
        items = queue.read(transaction) if wanted is None else [_item(transaction, text(arguments, "id"))]
        for item in items:
            queue.keep(transaction, queue.now_due(item, services.clock()))
        return len(items)

    return services.store.write(job).result(), b""


def drop(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """queue.drop {id}: never send an item; its submission tells so."""
    record = text(arguments, "id")

    def job(transaction: Transaction) -> None:
        item = _item(transaction, record)
        if item.taken:
            raise OperationError("taken", f"{record} is being sent at this moment")
        if item.submission is not None:
            told = [replace(known, fate=Fate.FAILED, reply=_DROPPED) for known in item.waiting]
            status.note(transaction, item.account, item.submission, told)
        queue.remove(transaction, item)

    services.store.write(job).result()
    return None, b""


def _item(transaction: Transaction, record: str) -> QueueItem:
    item = queue.one(transaction, record)
    if item is None:
        raise OperationError("notFound", f"there is no {record!r} in the queue")
    return item
