import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench.process import Process
from bench.syncs import NoCountError, count, delayed, watching


def test_calls_are_counted_once_even_when_another_thread_interrupts_them() -> None:
    interrupted = b"7 fdatasync(4 <unfinished ...>\n8 fsync(3) = 0\n7 <... fdatasync resumed>) = 0\n"
    assert count(b"7 fsync(3) = 0\n" + interrupted + b"7 +++ exited with 0 +++\n") == 3


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_every_wait_for_the_disk_in_any_thread_is_seen(tmp_path: Path) -> None:
    code = (
        "import os, sys, threading, time\n"
        "file = open(sys.argv[1], 'wb')\n"
        "def work():\n"
        "    while not os.path.exists(sys.argv[1] + '.go'): time.sleep(0.01)\n"
        "    for _ in range(3): os.fsync(file.fileno())\n"
        "    os.fdatasync(file.fileno())\n"
        "    open(sys.argv[1] + '.done', 'w').close()\n"
        "threading.Thread(target=work).start()\n"
        "print('listening on http://127.0.0.1:84', flush=True)\n"
        "time.sleep(60)"
    )
    with Process([sys.executable, "-c", code, str(tmp_path / "file")], tmp_path / "log") as process:
        try:
            with watching(process.pids, tmp_path / "calls"):
                (tmp_path / "file.go").touch()
                while not (tmp_path / "file.done").exists():
                    time.sleep(0.01)
        except NoCountError as error:
            pytest.skip(f"strace may not attach here: {error}")
    assert count((tmp_path / "calls").read_bytes()) == 4


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_each_wait_for_the_disk_can_be_made_to_take_longer(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "began = time.monotonic()\n"
        "with open(sys.argv[1], 'wb') as file: os.fsync(file.fileno()); os.fdatasync(file.fileno())\n"
        "print(time.monotonic() - began)"
    )
    try:
        command = delayed([sys.executable, "-c", code, str(tmp_path / "file")], 0.5)
    except NoCountError as error:
        pytest.skip(f"strace may not attach here: {error}")
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert float(told.stdout) >= 1.0


def test_a_process_that_cannot_be_watched_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCountError), watching([1], tmp_path / "calls"):
        pass
    with pytest.raises(NoCountError):
        delayed(["true"], 0.5)
