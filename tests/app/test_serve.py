"""The real server as a process: how it begins, what it survives, and how it ends."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from angarium.app.control import NAME, ControlClient, ControlError
from angarium.datatypes import principals
from angarium.datatypes.submission.email_submission.status import KIND, indexes
from angarium.formats.json import JSON, dumps
from angarium.store.sqlite import open_store
from tests.client import CORE, Client
from tests.server import PASSWORD, Certificate, Server, faultless
from tests.waiting import eventually

STREAMS = 12


class Stream:
    """An event source of a client."""

    def __init__(self, client: Client, server: Server) -> None:
        place = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(str(place.hostname), place.port or 0, timeout=10)
        self._connection.request(
            "GET", "/jmap/eventsource/?types=*&closeafter=state&ping=0", headers=client.credentials
        )
        self._response = self._connection.getresponse()
        assert self._response.status == 200

    def rest(self) -> str:
        """Everything until the stream ends."""
        return self._response.read().decode()

    def close(self) -> None:
        self._connection.close()


def workers(server: Server) -> set[int]:
    """The processes that the first one started."""
    return {int(child) for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()}


def listening(server: Server) -> int:
    """How many processes take connections at the server's port."""
    place = f":{urlsplit(server.url).port or 0:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(place) and row[3] == "0A" for row in rows)


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except FileNotFoundError:
        return False


def memory(server: Server, field: str) -> int:
    """Octets of VmRSS or VmHWM."""
    lines = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


def test_it_says_where_it_listens_and_ends_in_good_order(folder: Path) -> None:
    server = Server(folder)
    with faultless(server):
        assert server.url.startswith("http://127.0.0.1:")
        assert server.client("nobody").send("GET", "/healthz").status == 200
        assert (folder / NAME).exists()
        assert server.stop() == 0
    assert not (folder / NAME).exists()
    assert not (folder / "angarium.db-wal").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_running_requests_are_finished_and_streams_end(folder: Path, number: signal.Signals) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann")
        with closing(Stream(ann, server)) as stream:
            began = time.monotonic()
            os.kill(server.pid, number)
            assert stream.rest().startswith("id: ")
            eventually(lambda: not server.running())
            assert time.monotonic() - began < 5
            assert server.stop() == 0


def test_a_folder_in_use_is_refused_with_a_line(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        second = server.command("serve", "--listen", "127.0.0.1:0", check=False)
        assert second.returncode == 2
        assert "in use" in second.stderr
        assert len(second.stderr.splitlines()) == 1
        assert server.client("nobody").send("GET", "/healthz").status == 200


def test_an_address_in_use_is_refused_with_a_line(folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = Server(folder).command("serve", "--listen", f"127.0.0.1:{port}", check=False)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_certificate_that_is_none_is_refused_with_a_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    settings = {"ANGARIUM_SERVER__TLS_CERTIFICATE": str(tmp_path / "x.pem"), "ANGARIUM_SERVER__TLS_KEY": "none.pem"}
    done = Server(folder, settings).command("serve", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_it_speaks_tls_itself(folder: Path, tls: Certificate) -> None:
    with faultless(Server(folder, tls=tls)) as server:
        ann = server.add_user("ann")
        assert server.url.startswith("https://")
        assert ann.fresh_session()["apiUrl"].startswith("https://")
        ann.new_mailbox("over tls")


def test_a_submission_that_has_been_over_for_long_goes_by_itself(folder: Path) -> None:
    known: dict[str, JSON] = dict.fromkeys(("identityId", "emailId", "threadId", "envelopeId"), "x")
    old = {**known, "undoStatus": "final", "sendAt": "2020-01-01T00:00:00Z", "messageIds": []}
    server = Server(folder)
    with faultless(server):
        ann = server.add_user("ann@example.com")
    with closing(open_store(folder)) as store:
        made = store.write(lambda view: view.records.create(view.accounts()[0], KIND, "S", dumps(old), indexes(old)))
        record = made.result()
    with faultless(server):
        ann = server.client(ann.name)
        eventually(lambda: not ann.call("EmailSubmission/get", {"ids": None, "properties": ["sendAt"]})["list"])
        assert ann.call("EmailSubmission/changes", {"sinceState": record[1:]})["destroyed"] == [record]


def test_the_demo_can_be_used_at_once_and_is_made_once(folder: Path) -> None:
    server = Server(folder, arguments=["--demo"])
    for _ in range(2):
        with faultless(server):
            assert "user test with password test" in server.said()
            emails = server.client("test", "test").call("Email/query", {"calculateTotal": True})
            assert emails["total"] >= 30
            total = emails["total"]
        assert total == emails["total"]


def test_a_password_changed_beside_it_counts_when_the_command_returns(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann", "before")
        assert ann.fresh_session()
        server.command("user", "passwd", "ann", "--password-stdin", said="after\n")
        assert ann.send("GET", "/jmap").status == 401
        assert server.client("ann", "after").fresh_session()


def test_a_command_beside_it_is_refused_by_kind(folder: Path) -> None:
    with faultless(Server(folder)) as server, closing(ControlClient(folder / NAME)) as control:
        with pytest.raises(ControlError) as raised:
            control.call("user.remove", {"name": "nobody"})
        assert raised.value.kind == "notFound"
        with pytest.raises(ControlError) as raised:
            control.call("no.operation", {})
        assert raised.value.kind == "unknownOperation"
        server.add_user("ann")


@pytest.fixture
def several(folder: Path) -> Iterator[Server]:
    """A server of three processes."""
    with faultless(Server(folder, arguments=["--workers", "3"])) as server:
        eventually(lambda: listening(server) == 3)
        yield server


def test_every_worker_reads_what_another_wrote(several: Server) -> None:
    ann = several.add_user("ann")
    for number in range(STREAMS):
        made = ann.new_mailbox(f"box {number}")
        assert made in {mailbox["id"] for mailbox in ann.call("Mailbox/get")["list"]}


def test_a_worker_loads_nothing_from_the_folder_in_which_the_server_was_started(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orjson.py").write_text("open('loaded', 'w')")
    monkeypatch.chdir(tmp_path)
    with faultless(Server(folder, arguments=["--workers", "2"])) as server:
        eventually(lambda: listening(server) == 2 or (tmp_path / "loaded").exists())
    assert not (tmp_path / "loaded").exists()


def test_an_event_source_hears_of_a_change_at_another_worker(several: Server) -> None:
    ann = several.add_user("ann")
    with ExitStack() as streams:
        opened = [streams.enter_context(closing(Stream(ann, several))) for _ in range(STREAMS)]
        ann.new_mailbox("heard by all")
        for stream in opened:
            assert "event: state" in stream.rest()


def test_uploads_of_every_size_go_through_every_worker(several: Server) -> None:
    ann = several.add_user("ann")
    for size in (0, 10, 70_000, 300_000):
        for _ in range(4):
            content = os.urandom(size)
            answer = ann.download(ann.upload(content))
            assert answer.body == content
    assert list((several.data / "incoming").iterdir()) == []


def test_a_changed_password_is_refused_by_every_worker(several: Server) -> None:
    ann = several.add_user("ann")
    for _ in range(STREAMS):
        assert ann.fresh_session()
    several.command("user", "remove", "ann", "--yes", check=False)
    several.add_user("ann", "another")
    eventually(lambda: all(ann.send("GET", "/jmap").status == 401 for _ in range(STREAMS)))


def test_every_worker_tells_a_token_from_the_password(several: Server) -> None:
    token = "a-token-of-twenty-letters"
    made = several.operate("user.add", name="ann", passwordHash=principals.hash_password(PASSWORD))
    assert isinstance(made, dict)
    several.operate("token.issue", user=made["id"], digest=principals.digest_of(token))
    ann, by_token = several.client("ann"), {"Authorization": f"Bearer {token}"}
    given: JSON = {"deviceClientId": "d", "url": "https://push.example.com/", "expires": "2100-01-01T00:00:00Z"}
    calls: JSON = [["PushSubscription/set", {"create": {"a": given}}, "s"], ["PushSubscription/get", {}, "g"]]
    body = dumps({"using": [CORE], "methodCalls": calls})
    for _ in range(STREAMS):
        (_, answer, _), (_, found, _) = ann.post(body, by_token).json()["methodResponses"]
        assert [known["id"] for known in found["list"]] == [answer["created"]["a"]["id"]]
        assert ann.call("PushSubscription/get")["list"] == []


def test_a_worker_that_dies_is_started_again(several: Server) -> None:
    victim, other = workers(several)
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: not alive(victim) and listening(several) == 3)
    assert alive(other)
    ann = several.add_user("ann")
    for number in range(STREAMS):
        ann.new_mailbox(f"after {number}")


def test_what_a_terminal_sends_to_interrupt_does_not_reach_a_worker(several: Server) -> None:
    children = workers(several)
    assert {os.getsid(child) for child in children} == children


def test_workers_end_with_the_first_process(folder: Path) -> None:
    server = Server(folder, arguments=["--workers", "3"])
    for end in (server.stop, server.kill):
        server.start()
        eventually(lambda: listening(server) == 3)
        children = workers(server)
        end()
        eventually(lambda: not any(alive(child) for child in children))  # noqa: B023 -- called at once


def test_a_large_upload_costs_little_memory(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann")
        ann.upload(b"x" * 1_000_000)
        Path(f"/proc/{server.pid}/clear_refs").write_text("5")  # the peak counts from here
        before = memory(server, "VmRSS")
        ann.upload(os.urandom(50_000_000))
        assert memory(server, "VmHWM") - before < 10_000_000


def test_a_log_line_tells_what_and_who_and_no_secret(folder: Path) -> None:
    with faultless(Server(folder)) as server:
        ann = server.add_user("ann", "a very secret word")
        ann.fresh_session()
        server.client("ann", "a wrong guess").send("GET", "/jmap")
        said = server.said()
    assert "signed in user='ann'" in said
    assert "sign-in refused user='ann' network=127.0.0.0/24" in said
    assert "secret word" not in said
    assert "wrong guess" not in said
