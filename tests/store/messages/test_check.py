"""Every invariant of the message index is looked at."""

import pytest

from tests.store.messages.ground import Ground
from tests.store.messages.samples import sample

# What to break, and a word of the complaint.
DAMAGES = (
    ("DELETE FROM mailbox_email WHERE mailbox = 0", "list of all emails"),
    ("DELETE FROM mailbox_email WHERE mailbox = 1", "missing from a mailbox list"),
    ("UPDATE email SET mailbox_ids = '{\"B2\":true}'", "against its mailboxIds"),
    ("UPDATE mailbox_email SET thread = 99 WHERE mailbox = 1", "differs in a list"),
    ('UPDATE email SET keywords = \'{"red":true,"$seen":true}\'', "against its keywords"),
    ("DELETE FROM email_keyword", "missing from the keyword index"),
    ("DELETE FROM keyword_count", "counter of the keyword"),
    ("DELETE FROM thread", "has no thread"),
    ("INSERT INTO thread VALUES (7, 999, 999)", "T999 is in no list"),
    ("INSERT INTO thread_key VALUES (7, 1, 999)", "still owns keys"),
    ("DELETE FROM email_metadata", "has no metadata"),
    ("UPDATE email SET document = 5 WHERE id = (SELECT max(id) FROM email)", "another account's document"),
    ("DELETE FROM waiting", "is not in full text"),
    ("INSERT INTO email_text (rowid, body) SELECT document, 'x' FROM waiting", "in full text twice"),
    ("INSERT INTO email_text (rowid, body) SELECT max(document) + 1, 'x' FROM waiting", "document of no email"),
    ("UPDATE mailbox_count SET octets = 1 WHERE mailbox = 0", "counters of B0"),
    ("UPDATE mailbox_count SET unseen_threads = 9 WHERE mailbox = 0", "counters of B0"),
)


@pytest.mark.parametrize(("damage", "complaint"), DAMAGES)
def test_each_kind_of_damage_is_named(damage: str, complaint: str) -> None:
    ground = Ground.prepared()
    ground.add(sample("a", keywords=["blue"]))
    ground.add(sample("b"))
    assert ground.messages.check(ground.account) == []
    ground.connection.execute(damage)
    assert any(complaint in problem for problem in ground.messages.check(ground.account))


def test_complaints_stay_few_however_much_is_broken() -> None:
    ground = Ground.prepared()
    for number in range(40):
        ground.add(sample(f"m{number}"))
    ground.connection.execute("DELETE FROM waiting")
    assert len(ground.messages.check(ground.account)) == 10
