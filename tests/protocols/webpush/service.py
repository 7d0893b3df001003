"""A push service on loopback, which answers as it is told and remembers what it got."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Pushed:
    """One request: header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """`answer` gives status and headers for each request in turn, counted from 0."""

    def __init__(self) -> None:
        self.answer: Callable[[int], tuple[int, Mapping[str, str]]] = lambda _: (201, {})
        self.requests: list[Pushed] = []
        self._came = threading.Condition()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                named = {name.lower(): value for name, value in self.headers.items()}
                with service._came:
                    status, headers = service.answer(len(service.requests))
                    service.requests.append(Pushed(self.path, named, body, time.monotonic()))
                    service._came.notify_all()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as in the parent
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait(self, count: int, timeout: float = PATIENCE) -> Pushed:
        """The request that makes it so many; TimeoutError when it does not come."""
        with self._came:
            if not self._came.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(self.requests)
            return self.requests[count - 1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def service() -> Iterator[Service]:
    running = Service()
    try:
        yield running
    finally:
        running.close()
