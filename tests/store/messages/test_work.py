"""Cost follows the answer: the engine takes as many steps for a page of a large mailbox as for one of a small."""

from collections.abc import Callable

import pytest

from angarium.store.contract import AccountKey, All, Expression, MessageQuery, Order, SearchText, State, Term, Window
from angarium.store.sqlite.messages import MessagesTransaction
from tests.store.messages.ground import Ground
from tests.store.messages.samples import START, Sample

NEWEST = (Order("receivedAt", ascending=False),)
INBOX = Term("inMailbox", "B1")
SMALL, LARGE = 300, 1500


def _filled(count: int, in_thread: int = 2) -> Ground:
    ground = Ground.prepared()
    for number in range(count):
        keywords = {"$seen"} if number % 3 else set()
        if number in (10, 20):
            keywords.add("rare")
        ground.add(
            Sample(
                f"m{number}",
                START + number * 60_000,
                frozenset(keywords),
                message_ids=(f"{number // in_thread}",),
                text=SearchText(subject="often", body="common"),
            )
        )
    ground.messages.index_waiting(count)
    return ground


@pytest.fixture(scope="module")
def grounds() -> tuple[Ground, Ground]:
    return _filled(SMALL), _filled(LARGE)


def _steps(ground: Ground, work: Callable[[MessagesTransaction, AccountKey], object]) -> int:
    """Tens of instructions of the engine."""
    count = 0

    def step() -> bool:
        nonlocal count
        count += 1
        return False

    ground.connection.set_progress_handler(step, 10)
    work(ground.messages, ground.account)
    ground.connection.set_progress_handler(None)
    return count


def _query(filter_: Expression | None, collapse: bool = False) -> MessageQuery:
    return MessageQuery(filter_, NEWEST, collapse)


PAGES = {
    "a mailbox": (_query(INBOX), Window(limit=20, total=True)),
    "a mailbox from its end": (_query(INBOX), Window(position=-20, limit=20)),
    "a mailbox, oldest first": (MessageQuery(INBOX, (Order("receivedAt"),)), Window(limit=20)),
    "unread": (_query(All((INBOX, Term("notKeyword", "$seen")))), Window(limit=20, total=True)),
    "collapsed": (_query(INBOX, True), Window(limit=20, total=True)),
    "a rare keyword": (_query(All((INBOX, Term("hasKeyword", "rare")))), Window(limit=20)),
    "no mailbox": (_query(None), Window(limit=20, total=True)),
    "a common word": (_query(All((INBOX, Term("text", "common")))), Window(limit=20)),
    "two texts": (_query(All((Term("subject", "often"), INBOX, Term("text", "common")))), Window(limit=20)),
    "a common word, collapsed": (_query(Term("text", "common"), True), Window(limit=20)),
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_takes_the_same_work_in_a_mailbox_of_any_size(grounds: tuple[Ground, Ground], page: str) -> None:
    query, window = PAGES[page]

    def ask(messages: MessagesTransaction, account: AccountKey) -> object:
        return messages.query(account, query, window)

    small, large = (_steps(ground, ask) for ground in grounds)
    assert large <= small * 1.2 + 5


@pytest.mark.parametrize("limit", [1, 2, 4, 9])
def test_threads_are_found_behind_long_ones(limit: int) -> None:
    ground = _filled(SMALL, in_thread=60)
    by_text, by_list = (
        ground.messages.query(ground.account, _query(filter_, True), Window(limit=limit)).ids
        for filter_ in (Term("text", "common"), INBOX)
    )
    assert by_text == by_list
    assert len(by_text) == min(limit, 5)


def test_rows_and_an_update_take_the_same_work_in_an_account_of_any_size(grounds: tuple[Ground, Ground]) -> None:
    def read(messages: MessagesTransaction, account: AccountKey) -> None:
        ids = messages.query(account, *PAGES["a mailbox"]).ids
        messages.rows(account, ids, ("id", "subject"))

    def write(messages: MessagesTransaction, account: AccountKey) -> None:
        newest = messages.query(account, *PAGES["a mailbox"]).ids[0]
        messages.update(account, newest, frozenset({"$answered"}))

    small, large = ((_steps(ground, read), _steps(ground, write)) for ground in grounds)
    assert large == pytest.approx(small, rel=0.2, abs=5)


def test_query_changes_follow_the_changes_and_not_the_mailbox(grounds: tuple[Ground, Ground]) -> None:
    steps = []
    for ground in grounds:
        query, window = PAGES["collapsed"]
        since = ground.state()
        newest = ground.messages.query(ground.account, query, window).ids[0]
        ground.messages.update(ground.account, newest, frozenset({"$forwarded"}))

        def ask(messages: MessagesTransaction, account: AccountKey, since: State = since) -> object:
            return messages.query_changes(account, PAGES["collapsed"][0], since)

        steps.append(_steps(ground, ask))
    assert steps[1] <= steps[0] * 1.2 + 5
