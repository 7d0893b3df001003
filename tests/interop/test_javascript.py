"""The JavaScript client jmap-jam against a strict server, by way of Node's own test runner."""

import os
import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from angarium.testing import Server
from tests.interop.mailbox import fill

FOLDER = Path(__file__).with_name("javascript")
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
@pytest.mark.skipif(not (FOLDER / "node_modules").is_dir(), reason="npm ci was not run in tests/interop/javascript")
def test_jmap_jam_lists_searches_reads_files_flags_and_drafts() -> None:
    with Server(strict=True) as server:
        user = server.add_user("jam@example.com")
        fill(user)
        told = {"ANGARIUM_URL": server.url, "ANGARIUM_USER": user.name, "ANGARIUM_PASSWORD": user.password}
        done = subprocess.run(
            [NODE or "node", "--test", "--test-reporter=tap"],
            cwd=FOLDER,
            env={**os.environ, **told},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# pass 0" not in done.stdout


def test_the_lock_file_pins_content_and_names_no_download_address() -> None:
    lock = orjson.loads((FOLDER / "package-lock.json").read_bytes())
    pinned = {name: entry for name, entry in lock["packages"].items() if name}
    assert "node_modules/jmap-jam" in pinned
    for name, entry in pinned.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
