"""What is remembered of objects that are gone."""

from angarium.datatypes.calendars.marks import Marks
from angarium.store.contract import Transaction
from tests.datatypes.calendars.desk import Desk


def test_what_is_remembered_is_told_until_it_is_forgotten_or_too_much(ann: Desk) -> None:
    marks, store = Marks("(test)", "event", most=2), ann.harness.store
    key = ann.user.accounts[ann.account].key

    def told() -> dict[str, object]:
        return store.read(lambda view: {**marks.of(view.records, key, ["V1", "V2", "V3", "V4"])})

    def put(transaction: Transaction) -> None:
        for event in ("V1", "V2", "V3"):
            marks.put(transaction, key, event, {"for": "U1"})

    store.write(put).result()
    assert told() == {event: {"event": event, "for": "U1"} for event in ("V2", "V3")}
    store.write(lambda view: marks.remove(view, key, "V2")).result()
    assert list(told()) == ["V3"]
