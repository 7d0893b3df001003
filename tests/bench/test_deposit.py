from contextlib import closing
from pathlib import Path

from bench.account import Account, Login
from bench.corpus import Corpus
from bench.delivery import Place
from bench.deposit import deposit
from bench.ground import discover
from tests.app.test_lmtp import place
from tests.server import PASSWORD, Server, faultless


def _silent(_text: str) -> None:
    pass


def test_a_deposit_brings_the_mail_and_makes_good_what_a_broken_run_left(tmp_path: Path, corpus: Corpus) -> None:
    with faultless(Server(tmp_path / "data", arguments=("--lmtp", "127.0.0.1:0"))) as server:
        server.add_user("ann")
        to = Place(*place(server), "ann@localhost")
        with closing(Account(Login(server.url, "ann", PASSWORD))) as account:
            deposit(account, to, corpus, 100, _silent)
            ground = discover(account, 100, 0)
            draft = {"mailboxIds": {ground.drafts: True}, "keywords": {"$draft": True}}
            wrong = {"create": {"d": draft}, "update": {ground.unflagged[0]: {"keywords/$flagged": True}}}
            account.call(("Email/set", {"accountId": account.id, **wrong}, "s"))

            deposit(account, to, corpus, 200, _silent)
            assert discover(account, 200, 0).large_total == 120
            for keyword in ("$flagged", "$seen", "$answered"):
                query = {"accountId": account.id, "filter": {"hasKeyword": keyword}, "calculateTotal": True}
                held = account.call(("Email/query", query, "q"))[0][1]["total"]
                assert held == sum(keyword in message.keywords for message in corpus.messages(200))
            drafts = {"accountId": account.id, "filter": {"inMailbox": ground.drafts}}
            assert account.call(("Email/query", drafts, "q"))[0][1]["ids"] == []
