"""The real server as its users start it: the installed command in a process of its own, on a free port, to be stopped.

Only starting, commanding and ending the process lives here; `tests/client.py` talks to it.
"""

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

from angarium.app.control import NAME as CONTROL
from angarium.app.control import ControlClient
from angarium.datatypes import principals
from angarium.formats.json import JSON
from tests.client import Client

PASSWORD = "swift as a horseman"
COMMAND = str(Path(sys.executable).with_name("angarium"))
_LISTENING = re.compile(r"listening on (https?://[^\s/]+)")
_FAULT = re.compile(r"Traceback \(most recent call last\)|serverFail|Unhandled|was never awaited")
_READY_WITHIN = 300.0
_STOP_WITHIN = 20.0
_POLL = 0.01


class StartError(Exception):
    """The server ended, or did not say where it listens, in time."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a certificate, its key, and the authority that signed it."""

    chain: Path
    key: Path
    authority: Path

    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.authority))

    def settings(self) -> dict[str, str]:
        """What tells the server to speak TLS with it."""
        return {"ANGARIUM_SERVER__TLS_CERTIFICATE": str(self.chain), "ANGARIUM_SERVER__TLS_KEY": str(self.key)}


def certificate(folder: Path, *names: str) -> Certificate:
    """A certificate for some host names, of an authority made for this purpose."""
    authority = trustme.CA()
    issued = authority.issue_cert(*names)
    made = Certificate(folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    issued.private_key_pem.write_to_path(str(made.key))
    for part in issued.cert_chain_pems:
        part.write_to_path(str(made.chain), append=True)
    return made


class Server:
    """`with Server(folder) as server`: a server on a data folder; starts again after `kill` or `stop` with `start`."""

    def __init__(
        self,
        data: Path,
        settings: Mapping[str, str] | None = None,
        tls: Certificate | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self.data = data
        self.log = data.with_name(data.name + ".log")
        self.url = ""
        self._tls = tls
        self._trust = tls.trust() if tls else None
        self._arguments = tuple(arguments)
        # With compiled modules it starts in half the time, whatever this process may keep.
        left_out = {*(name for name in os.environ if name.startswith("ANGARIUM_")), "PYTHONDONTWRITEBYTECODE"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        self._environment = {**kept, "PYTHONUNBUFFERED": "1", **(tls.settings() if tls else {}), **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the process and wait until it listens."""
        from_here = self.launch()
        deadline = time.monotonic() + _READY_WITHIN
        while not (found := _LISTENING.search(self.said(from_here))):
            if not self.running() or time.monotonic() > deadline:
                raise StartError(f"not listening (exit code {self.stop()}): {self.said(from_here)[-3000:]}")
            time.sleep(_POLL)
        self.url = found[1].replace("127.0.0.1", "localhost") if self._tls else found[1]

    def launch(self) -> int:
        """Start the process without waiting for anything; where in the log it begins to write."""
        from_here = self.log.stat().st_size if self.log.exists() else 0
        command = [COMMAND, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0", *self._arguments]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )
        return from_here

    def said(self, start: int = 0) -> str:
        """What the process wrote, from an offset in its log on."""
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode("utf-8", "replace")

    def faults(self) -> list[str]:
        """Lines of the log that only a bug writes."""
        return [line for line in self.said().splitlines() if _FAULT.search(line)]

    def stop(self) -> int:
        """End the process as a service manager would; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self._process.returncode

    def kill(self) -> None:
        """End the process with no chance to tidy up."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def command(self, *arguments: str, said: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run another command on the same data folder, beside the server or without it."""
        done = subprocess.run(
            [COMMAND, *arguments, "--data", str(self.data)],
            input=said,
            capture_output=True,
            text=True,
            env=self._environment,
            timeout=_READY_WITHIN,
            check=False,
        )
        assert not check or done.returncode == 0, done
        return done

    def operate(self, name: str, /, **arguments: JSON) -> JSON:
        """What a command asks of the running server, without the time that starting a command takes."""
        control = ControlClient(self.data / CONTROL)
        try:
            return control.call(name, arguments)[0]
        finally:
            control.close()

    def add_user(self, name: str, password: str = PASSWORD) -> Client:
        """Make a user; the client to ask as that user."""
        if self.running():
            self.operate("user.add", name=name, passwordHash=principals.hash_password(password))
        else:
            self.command("user", "add", name, "--password-stdin", said=password + "\n")
        return self.client(name, password)

    def client(self, name: str, password: str = PASSWORD) -> Client:
        return Client(self.url, name, password, self._trust)

    def grant(self, owner: str, other: str, read_only: bool = False) -> None:
        """Let a user into the account of another."""
        self.operate("account.grant", account=owner, user=other, readOnly=read_only)

    def limit(self, name: str, **limits: int | None) -> None:
        """Let a user's account hold so many `octets` and `messages`."""
        self.operate("user.quota", name=name, **limits)

    def revoke(self, owner: str, other: str) -> None:
        """Take a grant back."""
        self.operate("account.revoke", account=owner, user=other)


@contextmanager
def faultless(server: Server) -> Iterator[Server]:
    """Run a server and fail when its log tells of a bug, whatever the answers looked like."""
    with server:
        yield server
    assert not server.faults(), "\n".join(server.faults())
