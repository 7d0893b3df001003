import asyncio
import threading
import time

import pytest

from angarium.protocols.http.threads import Threads


def test_results_and_errors_come_back() -> None:
    async def main() -> None:
        threads = Threads(2, "test")
        assert await threads.run(lambda: 1 + 1) == 2
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        threads.close()

    asyncio.run(main())


def test_no_more_threads_than_allowed_and_none_before_work() -> None:
    async def main() -> None:
        before = threading.active_count()
        threads = Threads(3, "test")
        assert threading.active_count() == before
        await threads.run(lambda: None)
        assert threading.active_count() == before + 1
        await asyncio.gather(*(threads.run(lambda: time.sleep(0.02)) for _ in range(10)))
        assert threading.active_count() == before + 3
        threads.close()
        assert threading.active_count() == before

    asyncio.run(main())


def test_a_caller_that_was_cancelled_harms_nobody() -> None:
    async def main() -> None:
        threads = Threads(1, "test")
        future = threads.run(lambda: time.sleep(0.05))
        future.cancel()
        assert await threads.run(lambda: "next") == "next"
        threads.close()

    asyncio.run(main())
