import pytest
from bench.account import Account, JmapError
from bench.corpus import Corpus
from bench.ground import discover, ensure_mailboxes, mailboxes_by_name
from bench.load import load


def test_an_account_without_the_corpus_is_refused(account: Account) -> None:
    with pytest.raises(JmapError, match="does not hold the corpus"):
        discover(account, 200, 0)


def test_the_ground_holds_ids_of_the_large_mailbox(account: Account, corpus: Corpus) -> None:
    load(account, corpus, 400, lambda _: None)
    ground = discover(account, 400, 3)
    assert (ground.messages, ground.large_total, ground.first_single) == (400, 240, 3)
    assert len(ground.newest) == len(set(ground.newest)) == 240
    assert set(ground.unflagged) < set(ground.newest)
    assert ground.deep_position == 190


def test_missing_mailboxes_are_made_once(account: Account) -> None:
    assert set(mailboxes_by_name(account)) == {"Inbox"}
    made = ensure_mailboxes(account)
    assert set(made) == {"Inbox", "Archive", "Lists", "Receipts", "Travel", "Sent", "Junk", "Drafts"}
    assert ensure_mailboxes(account) == made
