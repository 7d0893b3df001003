"""The control API, as a program in another language uses it."""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from angarium.testing import DIALS, Server
from angarium.testing.control import open_control
from tests.client import Client
from tests.server import COMMAND
from tests.testing.test_outbox import send

Control = Callable[..., Any]


def ask(url: str, given: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> Any:
    """What the control API answers."""
    fields = {"Content-Type": "application/json", **(headers or {})}
    body = None if given is None else json.dumps(given).encode()
    request = urllib.request.Request(url, body, fields)
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.loads(response.read())


def refusal(
    url: str, given: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and detail of what it refuses."""
    with pytest.raises(urllib.error.HTTPError) as told:
        ask(url, given, headers)
    with told.value as error:
        return error.code, json.loads(error.read())["detail"]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Server, str]]:
    with Server() as server:
        yield server, open_control(server)


@pytest.fixture
def control(served: tuple[Server, str]) -> Iterator[Control]:
    server, url = served
    beginning = server.snapshot()
    yield lambda name, /, **given: ask(f"{url}/{name}", given)
    server.restore(beginning)


@pytest.fixture
def ann(served: tuple[Server, str], control: Control) -> Client:
    made = control("addUser", name="ann@example.com", password="pw")
    assert base64.b64decode(made["authorization"].split()[1]) == b"ann@example.com:pw"
    return Client(served[0].url, made["name"], made["password"])


def test_an_account_is_filled_and_looked_at(control: Control, ann: Client) -> None:
    control("addMailbox", user="ann@example.com", path="Work/Boats", sortOrder=3)
    content = base64.b64encode(b"Subject: whole\r\n\r\nx\r\n").decode()
    control("addMessage", user="ann@example.com", contentBase64=content, mailbox="Work/Boats", keywords=["$seen"])
    attached = [{"name": "a.txt", "type": "text/plain", "contentBase64": "eA=="}]
    arguments = {"from": "bob@example.net", "subject": "made", "text": "good day", "attachments": attached}
    control("addMessage", user="ann@example.com", **arguments)
    control("addCard", user="ann@example.com", card={"name": {"full": "Bob"}})
    control("addEvent", user="ann@example.com", event={"title": "Tide", "start": "2026-03-01T09:00:00"})
    assert [email["subject"] for email in control("messages", user="ann@example.com")] == ["whole", "made"]
    stored = control("stored", user="ann@example.com")
    assert [len(stored[kind]) for kind in ("Email", "ContactCard", "CalendarEvent")] == [2, 1, 1]
    assert ann.call("Email/query", {"filter": {"hasAttachment": True}})["ids"]


def test_a_fixture_is_loaded(control: Control) -> None:
    users = [{"name": "a"}, {"name": "b"}]
    told = control("load", fixture={"users": users, "shares": [{"owner": "a", "with": "b"}]})
    assert [user["name"] for user in told["users"]] == ["a", "b"]
    control("addUser", name="c")
    control("share", owner="a", **{"with": "c"})


def test_every_dial_is_told_and_turned(served: tuple[Server, str], control: Control, ann: Client) -> None:
    told = ask(served[1])
    assert [one["dial"] for one in told["dials"]] == list(DIALS)
    assert {one["command"] for one in told["commands"]} >= {"addUser", "dial", "wait", "restore"}
    dial = control("dial", dial="methodError", type="serverFail", method="Mailbox/*", times=1)
    assert ann.error("Mailbox/get", {"ids": []})["type"] == "serverFail"
    assert control("dials")[0]["used"] == 1
    control("dialOff", id=dial["id"])
    assert control("dials") == []
    control("dial", dial="expiredAuth", user="ann@example.com")
    control("resetDials")
    assert ann.fresh_session()


def test_what_was_sent_and_asked_is_told(control: Control, ann: Client) -> None:
    send(ann, "bob@example.net")
    (sent,) = control("wait", **{"for": "outbox", "timeout": 10})
    assert (sent["rcptTo"], sent["subject"]) == (["bob@example.net"], "grüße")
    assert control("calls")[-1]["method"] == "EmailSubmission/set"
    assert control("requests")[-1]["path"] == "/jmap"
    assert control("warnings") == []
    control("forget")
    assert control("outbox") == control("calls") == []


def test_a_state_and_the_clock_are_set(control: Control, ann: Client) -> None:
    taken = control("snapshot")
    control("addMessage", user="ann@example.com", subject="gone")
    assert control("clock", set="2030-01-01T00:00:00Z", advance=60) == {"milliseconds": 1_893_456_060_000}
    control("restore", id=taken["id"])
    assert control("messages", user="ann@example.com") == []
    assert ann.call("Email/query")["ids"] == []


def test_what_cannot_be_done_says_why(served: tuple[Server, str], control: Control) -> None:
    url = served[1]
    assert refusal(f"{url}/dial", {"dial": "nope"})[1].startswith("dial: there is no dial 'nope'")
    assert refusal(f"{url}/addMessage", {"user": "nobody"})[0] == 400
    assert "it takes: user, type?" in refusal(f"{url}/stored", {})[1]
    assert refusal(f"{url}/wait", {"for": "outbox", "timeout": 0.01})[0] == 408
    assert refusal(f"{url}/addUser", {"name": "x", "pasword": "y"})[0] == 400
    assert refusal(f"{url}/nothing", {})[0] == 404


def test_pages_in_a_browser_are_refused(served: tuple[Server, str]) -> None:
    url = served[1]
    assert refusal(f"{url}/dials", {}, {"Origin": "https://example.com"})[0] == 403
    assert refusal(f"{url}/dials", {}, {"Host": "attacker.example"})[0] == 403
    assert refusal(f"{url}/dials", {}, {"Content-Type": "text/plain"})[0] == 415


def _started(*arguments: str) -> tuple[subprocess.Popen[str], str, str]:
    """The process, and where it listens and obeys."""
    command = [COMMAND, "serve", "--test", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    said = ""
    while "listening on" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    found = re.search(r"control on (\S+)\n(?:.*\n)*listening on (\S+)", said)
    assert found
    return process, found[2], found[1]


def _end(process: "subprocess.Popen[str]") -> int:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    return process.returncode


def test_the_command_line_serves_for_tests() -> None:
    process, url, control = _started("--strict")
    try:
        made = ask(f"{control}/addUser", {"name": "ann"})
        client = Client(url, made["name"], made["password"])
        assert "rule core.limit" in client.error("Email/query", {"limit": -1})["description"]
    finally:
        assert _end(process) == 0


def test_options_of_tests_are_for_tests(tmp_path: Path) -> None:
    for arguments in (["--strict"], ["--test", "--demo"]):
        command = [COMMAND, "serve", *arguments, "--data", str(tmp_path)]
        assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 2


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_example_of_the_guide_runs_in_node(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "testing.md").read_text("utf-8")
    (example,) = re.findall(r"```js\n(.*?)```", guide, re.S)
    (tmp_path / "example.mjs").write_text(example)
    process, url, control = _started()
    try:
        environment = {**os.environ, "JMAP": url, "CONTROL": control}
        command = ["node", str(tmp_path / "example.mjs")]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        assert "serverFail" in ran.stdout
    finally:
        _end(process)
