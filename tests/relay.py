"""A relay for tests: a real SMTP server on loopback that keeps what it is given, or misbehaves as it is told.

`Relay(script)`: the script may answer a command itself (a reply, or None to close the connection); all others are
answered as a good server would. With a certificate it offers STARTTLS, or speaks TLS from the start, and over TLS it
lets in user `us` with password `secret`.
"""

import base64
import socketserver
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedIOBase, IOBase
from types import TracebackType
from typing import Self

from tests.server import Certificate

Script = Callable[[str], bytes | None]
"""From a command line to the reply; PLAIN for the usual one."""

PLAIN = b"as usual"
EXTENSIONS = b"250-relay.test\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250-DSN\r\n250 SMTPUTF8"
_LOGIN = b"250-relay.test\r\n250-8BITMIME\r\n250 AUTH PLAIN"
_STARTTLS = b"250-relay.test\r\n250 STARTTLS"


@dataclass
class Taken:
    """One message that the relay accepted."""

    sender: str
    recipients: list[str]
    content: bytes = b""


@dataclass
class Relay:
    """`with Relay() as relay`: listens on a free port of loopback."""

    script: Script = lambda _line: PLAIN
    certificate: Certificate | None = None
    implicit: bool = False
    taken: list[Taken] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        relay = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _Session(relay, self).run()

        self._arrived = threading.Condition()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.daemon_threads = True
        self._server.server_bind()
        self._server.server_activate()
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self) -> dict[str, str]:
        """What makes a server use this relay."""
        return {
            "ANGARIUM_RELAY__HOST": "127.0.0.1",
            "ANGARIUM_RELAY__PORT": str(self.port),
            "ANGARIUM_RELAY__TLS": "none",
            "ANGARIUM_RELAY__TIMEOUT": "5",
        }

    def add(self, taken: Taken) -> None:
        with self._arrived:
            self.taken.append(taken)
            self._arrived.notify_all()

    def wait_for(self, count: int) -> list[Taken]:
        """All that was accepted, once it is so many messages."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.taken) >= count, 20), self.lines
            return list(self.taken)


class _Session:
    def __init__(self, relay: Relay, handler: socketserver.StreamRequestHandler) -> None:
        self._relay = relay
        self._handler = handler
        self._secure = False
        self._in: BufferedIOBase = handler.rfile
        self._out: IOBase = handler.wfile
        self._sender = ""
        self._recipients: list[str] = []

    def run(self) -> None:
        try:
            if self._relay.implicit:
                self._begin_tls()
            if not self._answer("CONNECT", b"220 relay.test ESMTP"):
                return
            while line := self._in.readline():
                if not self._command(line.decode("utf-8", "replace").strip()):
                    return
        except OSError:
            return
        finally:
            self._handler.connection.close()

    def _begin_tls(self) -> None:
        assert self._relay.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._relay.certificate.chain, self._relay.certificate.key)
        connection = context.wrap_socket(self._handler.connection, server_side=True)
        self._handler.connection = connection
        self._in, self._out = connection.makefile("rb"), connection.makefile("wb", buffering=0)
        self._secure = True

    def _answer(self, line: str, usual: bytes) -> bool:
        self._relay.lines.append(line)
        reply = self._relay.script(line)
        if reply is None:
            return False
        self._out.write((usual if reply == PLAIN else reply) + b"\r\n")
        return True

    def _command(self, line: str) -> bool:
        verb = line[:4].upper()
        if verb == "EHLO":
            offered = (_LOGIN if self._secure else _STARTTLS) if self._relay.certificate else EXTENSIONS
            return self._answer(line, offered)
        if line.upper() == "STARTTLS":
            if not self._answer(line, b"220 begin"):
                return False
            self._begin_tls()
            return True
        if verb == "AUTH":
            known = base64.b64encode(b"\0us\0secret").decode()
            return self._answer(line, b"235 2.7.0 welcome" if line.endswith(f" {known}") else b"535 5.7.8 who?")
        if verb == "DATA":
            return self._data(line)
        if verb == "QUIT":
            self._answer(line, b"221 bye")
            return False
        if verb == "MAIL":
            self._sender, self._recipients = line.partition("<")[2].partition(">")[0], []
        reply = self._relay.script(line)
        if verb == "RCPT" and reply is not None and reply[:1] in (b"a", b"2"):
            self._recipients.append(line.partition("<")[2].partition(">")[0])
        return self._answer(line, b"250 2.0.0 fine")

    def _data(self, line: str) -> bool:
        if not self._answer(line, b"354 go on"):
            return False
        if self._relay.script(line) != PLAIN:
            return True
        content = bytearray()
        while (part := self._in.readline()) != b".\r\n":
            if not part.endswith(b"\n"):
                return False  # cut off before its end, so nobody has it (RFC 5321 §4.1.1.4)
            content += part[1:] if part.startswith(b".") else part
        reply = self._relay.script("END")
        if reply is not None and reply[:1] in (b"a", b"2"):
            self._relay.add(Taken(self._sender, self._recipients, bytes(content)))
        return self._answer("END", b"250 2.0.0 taken")
