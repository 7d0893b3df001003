"""A refused batch is sent again message by message, and only what is bad is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from angarium.app.cli.importing.outcome import Outcome
from angarium.app.cli.importing.parsing import Parsing
from angarium.app.cli.importing.reading import Item
from angarium.app.cli.importing.sending import Sender
from angarium.app.cli.importing.taking import Task
from angarium.app.cli.reach import Refused
from angarium.app.operations.batch import unpack
from angarium.flows.filing import Place
from angarium.formats.json import JSON
from angarium.store.contract import StoreError

INBOX = (Place(("Inbox",)),)


@dataclass
class Picky:
    """Takes every message but those with a word in them."""

    elsewhere: bool
    sizes: list[int] = field(default_factory=list)
    full_after: int = 1000

    def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
        if name == "import.mailboxes":
            return ["B1"], b""
        parcels = list(unpack(payload))
        self.sizes.append(len(parcels))
        if len(self.sizes) > self.full_after:
            raise StoreError("the disk is full")
        if any(isinstance(parcel.octets, memoryview) and b"poison" in bytes(parcel.octets) for parcel in parcels):
            raise Refused("serverFail", "a fault")
        return ["taken"] * len(parcels), b""


def item(number: int, word: str = "") -> Item:
    return Item(f"{number}.eml", 0, INBOX, f"Subject: {number}\n\n{word}\n".encode())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_one_bad_message_is_named_and_spoils_no_other(elsewhere: bool) -> None:
    outcome, caller = Outcome(), Picky(elsewhere)
    sender = Sender(Task(caller, "ann", 1000, outcome))
    for number in range(150):
        sender.send(item(number, "poison" if number == 7 else ""))
    sender.finish()
    assert (outcome.taken, outcome.failed) == (149, [("7.eml", "a fault")])
    assert caller.sizes == [100, *[1] * 100, 50]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_import_ends_when_nothing_more_can_be_written(elsewhere: bool) -> None:
    outcome = Outcome()
    sender = Sender(Task(Picky(elsewhere, full_after=1), "ann", 1000, outcome))
    for number in range(150):
        sender.send(item(number))
    with pytest.raises(StoreError, match="full"):
        sender.finish()
    sender.close()
    assert outcome.taken == 100


def test_what_cannot_be_read_is_named_before_anything_is_sent() -> None:
    outcome, caller = Outcome(), Picky(False)
    sender = Sender(Task(caller, "ann", 1000, outcome))
    sender.send(Item("bad.eml", 0, INBOX, b"no header\n"))
    sender.finish()
    assert [label for label, _reason in outcome.failed] == ["bad.eml"]
    assert caller.sizes == []


def test_messages_keep_their_order_while_other_processes_read_them() -> None:
    octets: list[bytes] = []

    class Keeping(Picky):
        def call(self, name: str, arguments: Mapping[str, JSON], payload: bytes = b"") -> tuple[JSON, bytes]:
            octets.extend(bytes(p.octets) for p in unpack(payload) if isinstance(p.octets, memoryview))
            return super().call(name, arguments, payload)

    outcome = Outcome()
    sender = Sender(Task(Keeping(False), "ann", 1000, outcome), Parsing(children=2, alone=0))
    items = [item(number) for number in range(460)]
    for one in items:
        sender.send(one)
    sender.finish()
    assert octets == [one.octets for one in items]
    assert outcome.taken == 460
