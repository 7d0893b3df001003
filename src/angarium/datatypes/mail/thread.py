"""Thread (RFC 8621 §3): the message index keeps threads, so this type only reads."""

from collections.abc import Sequence
from typing import Final, cast

from angarium.engine.call import Call
from angarium.engine.declare import DataType, Found, Property
from angarium.engine.shapes import identifier, list_of
from angarium.formats.json import JSON, loads
from angarium.store.contract import MessageQuery, Window

_EVERY_THREAD: Final = MessageQuery(None, (), collapse_threads=True)


class ThreadReader:
    """Reads threads as the message index encodes them."""

    def count(self, call: Call) -> int:
        """How many threads the account holds; where emails are few, how many they could be at most."""
        emails = call.snapshot.messages.count(call.account.key)
        if emails <= call.request.limits.max_objects_in_get:
            return emails
        window = Window(limit=0, total=True)
        return call.snapshot.messages.query(call.account.key, _EVERY_THREAD, window).total or 0

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """Threads with their emails, oldest first."""
        encoded, not_found = call.snapshot.messages.threads(call.account.key, ids)
        if "emailIds" in properties:
            return Found(encoded, not_found)
        threads = cast("list[dict[str, JSON]]", loads(encoded))
        return Found([{"id": thread["id"]} for thread in threads], not_found)


def thread_type(capability: str) -> DataType:
    """The declaration of Thread under the capability of mail."""
    return DataType(
        name="Thread",
        capability=capability,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("emailIds", list_of(identifier), server_set=True),
        ),
        reader=ThreadReader(),
    )
