"""The requests of the older dialect that README shows, sent by curl to the demo, and to a new user beside it."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.client import Client
from tests.server import Server

README = Path(__file__).parents[3] / "README.md"
COMMANDS = re.findall(r"^curl [^`]*?-d '\[\[.*$", README.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return Server(tmp_path_factory.mktemp("demo") / "data", arguments=("--demo",))


def test_what_readme_shows_works_for_the_demo_and_for_anybody(demo: Server) -> None:
    methods = [command.partition('[["')[2].partition('"')[0] for command in COMMANDS]
    assert methods == ["getCalendars", "getContacts", "getMessageList"]
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    with demo:
        anybody = demo.add_user("anybody")
        for user in (Client(demo.url, "test", "test"), anybody):
            told = [run(command, user) for command in COMMANDS]
            names = [[name for name, _, identifier in replies if identifier == "#1"] for replies in told]
            assert names == [["calendars"], ["contacts"], ["messageList", "messages"]]
            (calendar, *_) = told[0][0][1]["list"]
            assert told[0][0][1]["accountId"] == f"{user.name}@localhost"
            assert {type(calendar[name]) for name in ("id", "name", "color", "x-href")} == {str}
            if user.name == "test":
                assert told[1][0][1]["list"]
                assert len(told[2][1][1]["list"]) == 3


def run(command: str, user: Client) -> list[tuple[str, Any, str]]:
    """What a command prints, as another user and at another address."""
    sent = command.replace("\\\n", " ").replace("--user test:test", f"--user {user.name}:'{user.password}'")
    words = shlex.split(sent.replace("http://localhost:8080", user.url))
    done = subprocess.run([*words, "--silent"], capture_output=True, check=True, timeout=30)
    found: list[tuple[str, Any, str]] = orjson.loads(done.stdout)
    return found
