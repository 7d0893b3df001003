"""Puts cards and events one by one into a collection of a CardDAV or CalDAV server.

Only these PUTs may live here (RFC 6352 §6.3.2, RFC 4791 §5.3.2). They go over several connections, since such a server
waits for its disk at each.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock

from bench.account import JmapError, Login
from bench.client import Connection, Origin, render

CONNECTIONS = 8


def put(login: Login, collection: str, media_type: str, things: Iterable[bytes]) -> None:
    """Put each thing under a name of its own into the collection, a path that ends with a slash (JmapError)."""
    origin, waiting, lock = Origin.of(login.url), enumerate(things), Lock()
    headers = {"Authorization": login.authorization, "Content-Type": media_type}

    def work(connection: Connection) -> None:
        for number, thing in _shared(waiting, lock):
            answer = connection.exchange(render("PUT", f"{collection}{number}", origin, headers, thing))
            if answer.status not in (201, 204):
                raise JmapError(f"PUT {collection}{number}: HTTP {answer.status}: {answer.body[:400]!r}")

    with ExitStack() as stack, ThreadPoolExecutor(CONNECTIONS) as pool:
        connections = [stack.enter_context(Connection(origin)) for _ in range(CONNECTIONS)]
        list(pool.map(work, connections))


def _shared(waiting: Iterator[tuple[int, bytes]], lock: Lock) -> Iterator[tuple[int, bytes]]:
    while True:
        with lock:
            item = next(waiting, None)
        if item is None:
            return
        yield item
