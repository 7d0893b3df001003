"""What a server loads before anybody has asked for anything: time of every start, and memory of every process."""

import subprocess
import sys

import pytest

from angarium.app.vapid import key_of
from angarium.store.sqlite import open_store
from tests.app.cli.program import PROGRAM

_COMPOSED = """
import sys
from pathlib import Path
import angarium.app.cli
import angarium.app.serve
from angarium.app.compose import compose
from angarium.app.config import load
from angarium.store.sqlite import open_store

data = Path(sys.argv[1])
store = open_store(data)
compose(load(data=data, environment={}), store).close()
store.close()
print("\\n".join(sys.modules))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    data = tmp_path_factory.mktemp("data")
    store = open_store(data)
    key_of(store)
    store.close()
    told = subprocess.run(
        [sys.executable, "-c", _COMPOSED, data], capture_output=True, text=True, check=True, timeout=120
    )
    return frozenset(told.stdout.split())


@pytest.mark.parametrize(
    ("library", "until"),
    [
        ("cryptography", "a push"),
        ("websockets", "a WebSocket"),
        ("aiosmtplib", "a relay"),
        ("rich", "a bar is drawn"),
        ("angarium.app.demo", "--demo"),
        ("angarium.protocols.lmtp.server", "LMTP is asked for"),
        ("angarium.protocols.legacy.methods", "a request of the older dialect"),
        ("angarium.formats.icalendar", "a calendar in a mail, or CalendarEvent/parse"),
        ("angarium.formats.vcard", "ContactCard/parse"),
        ("angarium.testing", "--test"),
    ],
)
def test_what_only_some_need_is_not_loaded_at_start(loaded: frozenset[str], library: str, until: str) -> None:
    assert library not in loaded, f"wait for {until}"


def test_the_parts_of_every_server_are_there(loaded: frozenset[str]) -> None:
    assert loaded >= {"apsw", "argon2", "orjson", "uvicorn", "angarium.datatypes.mail.email"}


def test_the_program_tells_its_version_without_the_server() -> None:
    told = subprocess.run(
        [sys.executable, "-X", "importtime", PROGRAM, "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.startswith("angarium ")
    assert "angarium.app.cli.serve" in told.stderr
    assert "angarium.engine" not in told.stderr
