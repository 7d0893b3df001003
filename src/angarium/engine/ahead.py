"""What a request makes before it has the writer, so that nobody waits for the writer meanwhile.

It is made from arguments that may be refused yet, on a snapshot that is older than the transaction: who uses it looks
whether it still holds, and what is not made here is made with the writer.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Final, cast

from angarium.engine.access import Principal
from angarium.engine.call import Call
from angarium.engine.declare import Ahead, DataType, Prepared, Preparer
from angarium.engine.errors import SetError
from angarium.engine.methods.properties import overriding
from angarium.engine.methods.set import check_size
from angarium.engine.request import Invocation, few
from angarium.formats.json import JSON
from angarium.store.contract import Snapshot, Stage, StagedBlob, StoreError

MOST_WEIGHT: Final = 16_000_000
"""Octets of memory that what one request made ahead may take."""


class Preparation:
    """What one request makes ahead: `run` does it, `close` must follow once the request is answered or given up.

    The two may be called on different threads, `close` while `run` still works.
    """

    def __init__(
        self,
        work: Callable[["Preparation", Snapshot], None],
        calls: Sequence[Invocation],
        stage: Callable[[], Stage],
        most: int = MOST_WEIGHT,
    ) -> None:
        self._work = work
        self._calls = calls
        self._stage = stage
        self._left = most
        self._staged: list[StagedBlob] = []
        self._closed = False
        self._lock = Lock()

    def run(self, snapshot: Snapshot) -> None:
        """Do the work of all calls."""
        self._work(self, snapshot)

    def receive(self, octets: bytes) -> StagedBlob:
        """Octets as a blob that a transaction can add, on disk where they are many; raises StoreError."""
        stage = self._stage()
        try:
            stage.write(octets)
            staged = stage.finish()
        finally:
            stage.discard()
        with self._lock:
            if not self._closed:
                self._staged.append(staged)
                return staged
        staged.discard()
        raise StoreError("the request is over")

    def keep(self, call: Call, key: str, prepared: Prepared) -> bool:
        """Keep what the object of this creation id will be made from; False when there was no room for it."""
        with self._lock:
            self._left -= prepared.weight
            if self._left < 0 or self._closed:
                return False
            call.prepared[key] = prepared
            return True

    def close(self) -> None:
        """Forget everything, and drop what was received and is not wanted: harmless to what was added."""
        with self._lock:
            self._closed = True
            for call in self._calls:
                call.prepared.clear()
        for staged in self._staged:
            staged.discard()


def prepared_creates(kind: DataType, preparer: Preparer) -> Ahead:
    """How a /set prepares the objects that it creates; no property of theirs may be needed that names other objects."""
    referring = {known.name for known in kind.properties if known.references}

    def ahead(_principal: Principal, arguments: Mapping[str, JSON]) -> Callable[[Call, Preparation], None] | None:
        create = arguments.get("create")
        if not isinstance(create, dict) or (few(arguments) and not preparer.takes_long(create)):
            return None
        return prepare_all

    def prepare_all(call: Call, preparation: Preparation) -> None:
        creates = cast("dict[str, dict[str, JSON]]", call.object("create"))
        check_size(call, len(creates))
        for key, given in creates.items():
            own = {name: item for name, item in given.items() if name not in referring}
            with suppress(SetError):  # told where the object is made
                value = overriding(kind, call, own, frozenset())
                if not preparation.keep(call, key, preparer.prepare(call, value, preparation.receive)):
                    return

    return ahead
