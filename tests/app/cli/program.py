"""Running the real program on a data folder of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("angarium")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Program:
    """The program with its data folder."""

    data: Path

    def __call__(self, *arguments: str | Path, said: str = "") -> Ran:
        """Run a command; nothing that it cannot mend may show as a traceback."""
        done = subprocess.run(
            [PROGRAM, *arguments, "--data", self.data],
            input=said.encode("utf-8", "surrogateescape"),
            capture_output=True,
            env=self._environment(),
            timeout=1_200,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def good(self, *arguments: str | Path, said: str = "") -> str:
        """Run a command that must end well; what it said."""
        ran = self(*arguments, said=said)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    def user(self, name: str) -> None:
        """Make a user whose password is `pw`."""
        self.good("user", "add", name, "--password-stdin", said="pw\n")

    def names_damage(self, exported: Path, file: str, old: bytes, new: bytes, problem: str) -> None:
        """Another user who imports an export of two things is told of one that is damaged, and then of the file."""
        self.user("other")
        damaged = exported / file
        text = damaged.read_bytes()
        damaged.write_bytes(text.replace(old, new))
        ran = self("import", "--user", "other", exported)
        assert (ran.code, ran.out.splitlines()[-1]) == (1, "taken 1, skipped 0, failed 1")
        assert problem in ran.out
        damaged.write_bytes(text[10:])
        assert f"failed {damaged}: " in self("import", "--user", "other", exported).out

    @contextmanager
    def serving(self, *arguments: str) -> Iterator[str]:
        """The address of a server that runs on the data folder."""
        server = subprocess.Popen(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data", self.data, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
            text=True,
        )
        said = server.stdout
        assert said is not None
        with said:
            try:
                yield next(line for line in said if line.startswith("listening on ")).split()[-1]
            finally:
                server.terminate()
                server.wait(20)

    def _environment(self) -> dict[str, str]:
        """No configuration of whoever runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANGARIUM_")}
        return {**kept, "XDG_CONFIG_HOME": str(self.data.parent), "XDG_DATA_HOME": str(self.data.parent)}
