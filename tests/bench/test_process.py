import sys
from pathlib import Path

import pytest
from bench.process import Process, StartError, environment

from bench import resources


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_process_is_ready_when_it_says_where_it_listens(tmp_path: Path) -> None:
    code = "import time; print('hello\\nlistening on http://127.0.0.1:81.'); time.sleep(60)"
    with Process(_python(code), tmp_path / "log") as process:
        assert process.url == "http://127.0.0.1:81"
        assert resources.memory(process.pids[0])
    assert resources.memory(process.pids[0]) is None


def test_an_earlier_run_in_the_same_log_is_not_mistaken_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("listening on http://127.0.0.1:80\n")
    code = "import time; print('listening on http://127.0.0.1:82'); time.sleep(60)"
    with Process(_python(code), tmp_path / "log") as process:
        assert process.url.endswith(":82")


def test_a_process_that_ends_first_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"exit code 3\): no such folder"):
        Process(_python("print('no such folder'); raise SystemExit(3)"), tmp_path / "log")


def test_settling_waits_for_a_busy_server_but_not_for_ever(tmp_path: Path) -> None:
    code = "print('listening on http://127.0.0.1:83', flush=True)\nwhile True: pass"
    with Process(_python(code), tmp_path / "log") as process:
        for _ in range(100):  # on a machine with much else to do it may seem to rest
            process.settle()
        assert process.cpu() > 0.05


def test_settings_of_the_server_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANGARIUM_MAIL__NEW_MAILBOXES", "[]")
    assert "ANGARIUM_MAIL__NEW_MAILBOXES" not in environment()
    assert environment()["PYTHONUNBUFFERED"] == "1"


def test_a_server_starts_from_compiled_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in environment()
