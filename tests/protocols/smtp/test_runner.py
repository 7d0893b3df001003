"""The loop that works off the queue: what one letter, or trouble with the store, must not do to the others."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest

from angarium.datatypes import quotas
from angarium.datatypes.submission.queue import QueueItem
from angarium.flows import submit
from angarium.flows.deliver import Pipeline
from angarium.flows.submit import Patience
from angarium.protocols.http.threads import Threads
from angarium.protocols.smtp import attempts, runner
from angarium.protocols.smtp.attempts import Attempts, Sending
from angarium.protocols.smtp.runner import QueueRunner
from angarium.protocols.smtp.settings import Letter, Outcome
from angarium.store.contract import Allowance, Snapshot, StoreError, Transaction
from tests.datatypes.submission.outbox import Outbox, envelope
from tests.harness import DOMAINS, Harness
from tests.waiting import WITHIN

T = TypeVar("T")
BO, DI = "bo@elsewhere.example", "di@example.com"


class Taking:
    """A relay that takes everything."""

    unreachable = ""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> Outcome:
        self.letters.append(letter)
        return Outcome({to.email: "250 2.0.0 fine" for to in letter.recipients}, reports=False)

    async def close(self) -> None:
        pass


class Post:
    """A store with mail to send, and the relay that it goes to while `run` runs."""

    def __init__(self, folder: Path) -> None:
        self.engine = Harness(folder)
        self.ann = Outbox(self.engine, self.engine.user("ann"))
        self.relay = Taking()

    def run(self, meanwhile: Callable[[], Any] | None, until: Callable[[], Any]) -> None:
        """Work the queue off, with something happening meanwhile, until something holds."""
        asyncio.run(self._run(meanwhile, until))

    async def _run(self, meanwhile: Callable[[], Any] | None, until: Callable[[], Any]) -> None:
        threads = Threads(1, "test-queue")
        sending = Sending(Pipeline(DOMAINS), Patience((60,), 3_600, 86_400), "example.com")
        tokens = map(str, count())
        tries = Attempts(self.engine.store, sending, threads, self._clock, tokens.__next__)
        work = QueueRunner(self.engine.store, tries, lambda: self.relay, 1, self._clock)
        await work.start()
        try:
            if meanwhile is not None:
                await asyncio.to_thread(meanwhile)
            for _ in range(round(WITHIN / 0.01)):
                if until():
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("it did not happen")
        finally:
            await work.stop()
            threads.close()

    def _clock(self) -> int:
        return self.engine.now


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path / "data")
    yield made
    made.engine.close()


def test_a_report_that_cannot_be_told_keeps_nothing_from_going_to_the_relay(post: Post) -> None:
    di = post.engine.user("di")
    post.ann.sent(post.ann.draft(), envelope(DI, BO))
    for key in [user.accounts[post.engine.account(user)].key for user in (post.ann.user, di)]:
        post.engine.store.write(partial(quotas.allow, account=key, allowance=Allowance(octets=10))).result()

    def waits() -> QueueItem | None:
        return next((item for item in post.ann.items() if not item.waiting and not item.taken), None)

    post.run(None, waits)
    assert [[to.email for to in letter.recipients] for letter in post.relay.letters] == [[BO]]
    item = waits()
    assert item is not None
    assert [known.address.email for known in item.owing] == [DI]


def test_what_the_relay_took_goes_to_it_once_though_the_store_could_not_note_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_UNTIL_NOTED", 0.01)
    settle, failed = submit.settle, list[str]()

    def fails(
        transaction: Transaction, record: str, said: Mapping[str, str], patience: Patience, now: int, is_dsn: bool
    ) -> QueueItem | None:
        if len(failed) < 3:
            failed.append(record)
            raise StoreError("the disk is full")
        return settle(transaction, record, said, patience, now, is_dsn)

    monkeypatch.setattr(submit, "settle", fails)
    record = post.ann.sent(post.ann.draft())["id"]
    post.run(None, lambda: not post.ann.items())
    assert (len(failed), len(post.relay.letters)) == (3, 1)
    assert post.ann.submission(record)["undoStatus"] == "final"


def test_a_store_that_could_not_be_read_for_a_moment_does_not_end_the_loop(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_AFTER_TROUBLE", 50)
    store, failed = post.engine.store, list[str]()
    read = store.read

    def fails(job: Callable[[Snapshot], T], deadline: float | None = None) -> T:
        if job.__qualname__.startswith("QueueRunner._refresh") and len(failed) < 2:
            failed.append(job.__qualname__)
            raise StoreError("the database cannot be opened: too many open files")
        return read(job, deadline)

    monkeypatch.setattr(store, "read", fails)
    post.run(lambda: post.ann.sent(post.ann.draft()), lambda: failed and not post.ann.items())
    assert len(post.relay.letters) == 1
