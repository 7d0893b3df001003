"""Rebuilding repairs what is damaged, and leaves alone what is not."""

from collections.abc import Sequence

import pytest

from angarium.store.contract import BlobHash, MessageQuery, SearchText, Term, Window
from tests.store.messages.ground import Ground
from tests.store.messages.samples import Sample, blob, sample


@pytest.fixture
def ground() -> Ground:
    """Two threads, three mailboxes, some text."""
    made = Ground.prepared()
    made.add(sample("a", 1, keywords=["$flagged"], thread="t"))
    made.add(sample("b", 2, ["B1", "B2"], ["$seen"], thread="t"))
    made.add(sample("c", 3, ["B3"]))
    return made


DAMAGES = (
    "DELETE FROM mailbox_email WHERE mailbox = 2",
    "DELETE FROM mailbox_email WHERE mailbox = 0 AND received % 2 = 0",
    "UPDATE mailbox_email SET flags = 0",
    "UPDATE mailbox_count SET unread_threads = 99",
    "DELETE FROM mailbox_count",
    "UPDATE mailbox_count SET octets = 1 WHERE mailbox = 0",
    "DELETE FROM email_keyword",
    "UPDATE keyword_count SET emails = 5",
    "INSERT INTO mailbox_email SELECT account, 4, received, id, thread, flags FROM mailbox_email WHERE mailbox = 3",
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_recount_repairs_lists_and_counters(ground: Ground, damage: str) -> None:
    before = ground.messages.counts(ground.account)
    ground.connection.execute(damage)
    assert ground.messages.check(ground.account)
    ground.messages.recount(ground.account)
    assert ground.messages.check(ground.account) == []
    after = ground.messages.counts(ground.account)
    assert {mailbox: counts for mailbox, counts in after.items() if counts.total_emails} == before


def test_recount_touches_the_mailboxes_that_were_wrong_and_no_other(ground: Ground) -> None:
    assert ground.messages.recount(ground.account) == 0
    since = {mailbox: ground.modified(mailbox) for mailbox in ("B1", "B2", "B3")}
    ground.connection.execute("UPDATE mailbox_count SET total_emails = 7 WHERE mailbox = 2")
    assert ground.messages.recount(ground.account) == 1
    touched = [mailbox for mailbox, number in since.items() if ground.modified(mailbox) != number]
    assert touched == ["B2"]


def _facts(joined: Sequence[str]) -> dict[str, tuple[tuple[str, ...], str]]:
    return {blob(name): ((name, "t") if name in joined else (name,), "subject") for name in "abc"}


@pytest.mark.parametrize(("joined", "moved"), [("ab", 0), ("abc", 1), ("", 1), ("bc", 2)])
def test_rethread_leaves_what_stays_together_where_it_is(ground: Ground, joined: str, moved: int) -> None:
    facts = _facts(joined)
    assert ground.messages.rethread(ground.account, lambda hash_: facts[hash_]) == moved
    assert ground.messages.check(ground.account) == []
    threads = {}
    for name in "abc":
        (email,) = ground.messages.with_blob(ground.account, blob(name))
        threads[name] = ground.messages.stored(ground.account, [email])[email].thread
    assert len({threads[name] for name in joined}) == (1 if joined else 0)
    assert len(set(threads.values())) == 3 - max(0, len(joined) - 1)
    ground.add(sample("later", 9, thread="t"))
    assert ground.messages.check(ground.account) == []
    assert ground.messages.rethread(ground.account, lambda hash_: facts.get(hash_, (("later@x", "t"), "subject"))) == 0


def test_rethread_keeps_the_bound_on_threads(ground: Ground) -> None:
    for number in range(210):
        ground.add(Sample(f"m{number}", number))
    moved = ground.messages.rethread(ground.account, lambda _hash: (("same",), "subject"))
    assert moved == 210
    sizes = [size for (size,) in ground.rows("SELECT count(*) FROM email GROUP BY thread ORDER BY 1")]
    assert sizes == [13, 200]
    assert ground.messages.check(ground.account) == []


def test_reindex_replaces_the_text_in_slices(ground: Ground) -> None:
    ground.messages.index_waiting(2)

    def fetch(hash_: BlobHash) -> SearchText:
        return SearchText(body="anew" if hash_ != blob("b") else "other")

    after, slices = None, 0
    while True:
        after = ground.messages.reindex(ground.account, fetch, after, 2)
        slices += 1
        if after is None:
            break
    assert slices == 2
    assert ground.messages.check(ground.account) == []
    ground.messages.index_waiting()
    assert ground.messages.check(ground.account) == []
    found = ground.messages.query(ground.account, MessageQuery(Term("text", "anew"), ()), Window())
    assert len(found.ids) == 2


def test_rethread_ends_a_thread_that_damage_left_without_emails(ground: Ground) -> None:
    facts = _facts("ab")
    ground.connection.execute(
        "INSERT INTO thread (account, id, modified) VALUES (?, 999999, 999999)", (ground.account,)
    )
    assert ground.messages.check(ground.account) != []
    ground.messages.rethread(ground.account, lambda hash_: facts[hash_])
    assert ground.messages.check(ground.account) == []
