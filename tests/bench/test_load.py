import pytest
from bench.account import Account, JmapError
from bench.corpus import MAILBOXES, Corpus, expected_in
from bench.ground import discover, mailboxes_by_name
from bench.load import load


def _silent(_text: str) -> None:
    pass


def test_a_loaded_account_holds_what_the_corpus_declares(account: Account, corpus: Corpus) -> None:
    load(account, corpus, 200, _silent)
    held = {name: mailbox["totalEmails"] for name, mailbox in mailboxes_by_name(account).items()}
    assert held == {**{name: expected_in(name, 200) for name in MAILBOXES}, "Drafts": 0}


def test_a_load_goes_on_where_an_earlier_one_stopped(account: Account, corpus: Corpus) -> None:
    load(account, corpus, 100, _silent)
    load(account, corpus, 200, _silent)
    assert discover(account, 200, 0).large_total == 120


def test_progress_is_told(account: Account, corpus: Corpus) -> None:
    told: list[str] = []
    load(account, corpus, 1_000, told.append)
    assert told == ["loaded 1000 of 1000"]


def test_an_account_with_more_mail_is_left_alone(account: Account, corpus: Corpus) -> None:
    load(account, corpus, 200, _silent)
    with pytest.raises(JmapError, match="holds 200 messages already"):
        load(account, corpus, 100, _silent)
