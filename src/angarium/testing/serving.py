"""`angarium serve --test`: a server for tests in other languages, with the control API on another port."""

import signal
import threading
from pathlib import Path

from angarium.testing.control import open_control
from angarium.testing.server import Server


def serve(listen: str | None, control: str | None, data: Path | None, strict: bool, tls: bool) -> int:
    """Serve until SIGTERM or SIGINT; places are HOST:PORT, port 0 takes a free one. The exit code: 0.

    Says where once it listens. OSError when it cannot listen there.
    """
    host, port = _place(listen)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    with Server(data, strict=strict, tls=tls, host=host, port=port) as server:
        controlled = open_control(server, *_place(control))
        print(f"control on {controlled}")
        if server.certificate is not None:
            print(f"trust the authority in {server.certificate.authority}")
        print(f"listening on {server.url}", flush=True)
        ended.wait()
    return 0


def _place(text: str | None) -> tuple[str, int]:
    host, _, port = (text or "127.0.0.1:0").rpartition(":")
    if not port.isdigit() or int(port) > 65_535:
        raise OSError(f"{text!r} is not HOST:PORT such as 127.0.0.1:8080")
    return host.strip("[]"), int(port)
