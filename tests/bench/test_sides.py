from contextlib import closing
from pathlib import Path

import pytest
from bench.account import Account
from bench.corpus import Corpus
from bench.crowd import CLIENTS

from bench import contacts, sides


def _silent(_text: str) -> None:
    pass


def test_our_side_holds_mail_cards_and_events_and_is_used_again(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sides, "CARDS", 100)
    monkeypatch.setattr(sides, "EVENTS", 50)
    loading = sides.Loading(corpus, 200, 1, 1, _silent)
    with sides.ours("ours", tmp_path, loading) as side:
        assert side.mail.ground.large_total == 120
        assert side.mail.account.limits["maxConcurrentRequests"] == CLIENTS
        with closing(Account(side.login, side.book.capability)) as account:
            assert len(contacts.pool(account, 100)) == 100
        newest = side.mail.ground.newest
    with sides.ours("ours", tmp_path, loading) as side:
        assert side.mail.ground.newest == newest
