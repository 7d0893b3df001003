import os
from pathlib import Path

import pytest
from bench.delivery import Place
from bench.server import CommandError

from bench import cyrus

_SCRIPT = """
echo "$1 $CYRUS_ROOT $CYRUS_NONSTANDARD" >> "{log}"
[ "$1" = status ] && echo "running pid {pid}; http 8080 imap 1143 lmtp 1024; JMAP session HTTP 200"
[ "$1" != {fails} ]
"""


def _script(folder: Path, fails: str = "never") -> Path:
    path = folder / "cyrus.sh"
    path.write_text(_SCRIPT.format(log=folder / "log", pid=os.getpid(), fails=fails))
    return path


@pytest.fixture(autouse=True)
def _no_root_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CYRUS_ROOT", raising=False)


@pytest.mark.parametrize(("afresh", "order"), [(True, "reset"), (False, "start")])
def test_the_script_starts_it_and_tells_where(tmp_path: Path, afresh: bool, order: str) -> None:
    running = cyrus.start(_script(tmp_path), tmp_path / "root", afresh)
    assert running.login.url == "http://127.0.0.1:8080"
    assert running.place == Place("127.0.0.1", 1024, "test")
    assert running.pid == os.getpid()
    asked = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert asked == [[word, str(tmp_path / "root"), "yes"] for word in ("stop", order, "status")]


def test_where_the_user_keeps_it_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CYRUS_ROOT", "/elsewhere")
    cyrus.stop(_script(tmp_path), tmp_path / "root")
    assert (tmp_path / "log").read_text() == "stop /elsewhere yes\n"


def test_a_script_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="reset ended with 1"):
        cyrus.start(_script(tmp_path, fails="reset"), tmp_path / "root", afresh=True)
