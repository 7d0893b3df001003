"""The pushed type EmailDelivery (RFC 8621 §1.5)."""

from collections.abc import Sequence

from angarium.store.contract import StateChange
from tests.datatypes.mail.desk import Desk, octets


def test_the_state_of_email_delivery_changes_with_new_emails_alone(ann: Desk) -> None:
    heard: list[StateChange] = []

    def listen(changes: Sequence[StateChange]) -> None:
        heard.extend(changes)

    unsubscribe = ann.harness.store.subscribe(listen)
    email = ann.put(octets())
    drafted = ann.create(subject="draft")["id"]
    assert [change.changed["EmailDelivery"] for change in heard] == [change.changed["Email"] for change in heard]
    assert len(heard) == 2
    heard.clear()
    ann.update(email, {"keywords/$seen": True})
    ann.update(email, {"mailboxIds": {ann.box("trash"): True}})
    ann.call("Email/set", destroy=[email, drafted])
    unsubscribe()
    assert [sorted(change.changed) for change in heard] == [["Email", "Mailbox"]] * 2 + [["Email", "Mailbox", "Thread"]]
