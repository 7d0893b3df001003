"""A client of LMTP that does as it is told, right or wrong: what tests talk to the server with."""

import socket
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 20.0


class Lmtp:
    """One connection, greeted already; `place` is (host, port) or the path of a Unix socket."""

    def __init__(self, place: tuple[str, int] | Path, greet: bool = True) -> None:
        if isinstance(place, Path):
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.socket.settimeout(PATIENCE)
            try:
                self.socket.connect(str(place))
            except OSError:
                self.socket.close()
                raise
        else:
            self.socket = socket.create_connection(place, timeout=PATIENCE)
        self._stream = self.socket.makefile("rb")
        try:
            self.greeting = self.reply()
        except OSError:
            self.close()
            raise
        if greet:
            assert self.ask("LHLO tests.example")[0] == 250

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._stream.close()
        self.socket.close()

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def reply(self) -> tuple[int, str]:
        """Code and text of the next reply, its lines joined; (0, '') when the server has closed."""
        lines: list[str] = []
        while True:
            line = self._stream.readline()
            if not line:
                return 0, ""
            assert line.endswith(b"\r\n"), line
            lines.append(line[4:-2].decode())
            if line[3:4] != b"-":
                return int(line[:3]), "\n".join(lines)

    def replies(self, count: int) -> list[int]:
        return [self.reply()[0] for _ in range(count)]

    def ask(self, command: str) -> tuple[int, str]:
        self.send(command.encode() + b"\r\n")
        return self.reply()

    def rest(self) -> list[int]:
        """The codes of every reply until the server closes."""
        codes = []
        while (code := self.reply()[0]) != 0:
            codes.append(code)
        return codes

    def deliver(self, sender: str, recipients: Iterable[str], content: bytes) -> list[tuple[int, str]]:
        """Hand a message over: the replies for those recipients that were taken. Dots are doubled here."""
        assert self.ask(f"MAIL FROM:<{sender}>")[0] == 250
        taken = [self.ask(f"RCPT TO:<{recipient}>") for recipient in recipients]
        count = sum(code == 250 for code, _ in taken)
        assert count, taken
        assert self.ask("DATA")[0] == 354
        doubled = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
        self.send(doubled + (b"" if content.endswith(b"\r\n") or not content else b"\r\n") + b".\r\n")
        return [self.reply() for _ in range(count)]
