import asyncio

from angarium.protocols.jmap.feed import Feed, Listener
from angarium.store.contract import DIRECTORY, AccountKey, State, StateChange

ONE, TWO = AccountKey(1), AccountKey(2)


def change(account: AccountKey, sequence: int, **states: int) -> StateChange:
    return StateChange(account, {name: State(state) for name, state in states.items()}, sequence)


def test_what_waits_is_merged_by_the_highest_state() -> None:
    woken: list[int] = []
    listener = Listener(lambda: woken.append(1))
    listener.add(change(ONE, 2, Email=5))
    listener.add(change(ONE, 1, Email=4, Mailbox=3))
    assert listener.take() == [change(ONE, 2, Email=5, Mailbox=3)]
    assert listener.take() == []
    assert len(woken) == 2


def test_what_was_known_at_the_beginning_is_no_news() -> None:
    listener = Listener(lambda: None)
    listener.add(change(ONE, 3, Email=1))
    listener.begin(3)
    listener.add(change(ONE, 2, Email=1))
    assert listener.take() == []
    listener.add(change(ONE, 4, Email=2))
    assert listener.take() == [change(ONE, 4, Email=2)]


def test_news_of_the_directory_counts_also_when_the_beginning_knows_of_it() -> None:
    woken: list[int] = []
    listener = Listener(lambda: woken.append(1))
    listener.add(change(DIRECTORY, 2, User=2))
    listener.begin(3)
    assert listener.take() == [change(DIRECTORY, 3, User=2)]
    listener.add(change(DIRECTORY, 3, User=3))
    assert listener.take() == [change(DIRECTORY, 3, User=3)]
    assert len(woken) == 2


def test_news_that_came_before_the_beginning_was_read_stays() -> None:
    listener = Listener(lambda: None)
    listener.add(change(ONE, 4, Email=2))
    listener.begin(3)
    assert listener.take() == [change(ONE, 4, Email=2)]


def test_following_other_accounts_ends_the_news_of_the_first() -> None:
    feed, listener = Feed(lambda: None), Listener(lambda: None)
    feed.follow(listener, [ONE])
    feed.follow(listener, [TWO])
    feed._distribute([change(ONE, 1, Email=1), change(TWO, 1, Email=1)])
    assert [news.account for news in listener.take()] == [TWO]
    feed.leave(listener)
    assert feed._followed == {}


def test_a_change_of_the_directory_is_told_before_anything_else_happens() -> None:
    told: list[str] = []
    feed = Feed(lambda: told.append("stale"))
    feed.tell([change(ONE, 1, Email=1)])
    assert told == []
    feed.tell([change(DIRECTORY, 2, User=1)])
    assert told == ["stale"]


async def _relayed(wanted: AccountKey, *changes: StateChange) -> list[StateChange]:
    feed, heard = Feed(lambda: None), list[StateChange]()
    feed.start()
    stop = feed.relay(heard.extend, lambda account: account == wanted)
    for one in changes:
        feed.tell([one])
    await asyncio.sleep(0)
    stop()
    feed.tell([change(wanted, 9, Email=9)])
    await asyncio.sleep(0)
    return heard


def test_news_that_nobody_wants_does_not_wake_the_loop() -> None:
    heard = asyncio.run(_relayed(TWO, change(ONE, 1, Email=1), change(TWO, 2, Email=1)))
    assert heard == [change(TWO, 2, Email=1)]
