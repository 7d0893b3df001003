"""Guessing names and passwords: one answer for both, one cost for both, and an end to trying."""

import base64
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.client import Answer, Client
from tests.server import PASSWORD, Server, faultless


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, as failures are counted for the network too, and that is the same for every test."""
    with faultless(Server(tmp_path_factory.mktemp("login") / "data")) as running:
        yield running


@pytest.fixture
def fresh(folder: Path) -> Iterator[Server]:
    """One that has counted nothing yet."""
    with faultless(Server(folder)) as running:
        yield running


def attempt(client: Client) -> Answer:
    return client.send("GET", "/jmap")


def told(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    return answer.status, {name: value for name, value in answer.headers.items() if name != "date"}, answer.body


def test_a_wrong_name_and_a_wrong_password_get_one_answer(guarded: Server) -> None:
    user = guarded.add_user("zoe@example.com")
    assert attempt(user).status == 200
    wrong = attempt(guarded.client(user.name, "wrong"))
    nobody = attempt(guarded.client("zöe@example.com", "wrong"))
    assert told(wrong) == told(nobody)
    assert wrong.status == 401
    assert wrong.headers["www-authenticate"].startswith("Basic ")


def test_a_wrong_name_costs_a_hash_like_a_wrong_password(guarded: Server) -> None:
    """Without its hash an attempt takes a twentieth of the time, so that even a busy machine shows the difference."""
    known = [guarded.add_user(f"known{number}@example.com") for number in range(12)]
    times: dict[bool, list[float]] = {True: [], False: []}
    for user in known:
        for exists in (True, False):
            name = user.name if exists else user.name.replace("known", "other")
            began = time.perf_counter()
            assert attempt(guarded.client(name, "wrong")).status == 401
            times[exists].append(time.perf_counter() - began)
    ratio = statistics.median(times[False]) / statistics.median(times[True])
    assert 0.4 < ratio < 2.5


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"a\x00b:c").decode(),
        "Basic " + base64.b64encode(b"a" * 60_00 + b":b").decode(),
        "Basic " + base64.b64encode(b"a:" + b"b" * 20_000).decode(),
        "Bearer " + base64.b64encode(b"zoe:x").decode(),
        "Negotiate YII=",
        'Digest username="zoe"',
        "basic",
        "",
        "\u00e9",
    ],
)
def test_credentials_that_are_none_are_refused(guarded: Server, header: str) -> None:
    answer = guarded.client("x").send("GET", "/jmap", headers={"Authorization": header}, signed=False)
    assert answer.status in (401, 431)
    if answer.status == 401:
        assert "www-authenticate" in answer.headers


def test_guessing_a_password_ends_after_ten_tries_and_troubles_nobody_else(fresh: Server) -> None:
    user, other = fresh.add_user("victim@example.com"), fresh.add_user("other@example.com")
    assert attempt(user).status == 200  # whoever is signed in stays so while others guess
    guesses = [attempt(fresh.client(user.name, f"guess {number}")) for number in range(13)]
    assert [guess.status for guess in guesses] == [401] * 10 + [429] * 3
    assert 0 < int(guesses[-1].headers["retry-after"]) <= 60
    assert attempt(fresh.client(user.name.upper(), "guess")).status == 429, "capitals are no other name"
    assert attempt(user).status == 200
    assert attempt(other).status == 200


def test_guessing_at_once_counts_like_guessing_in_turn(fresh: Server) -> None:
    user = fresh.add_user("victim@example.com")
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda number: attempt(fresh.client(user.name, f"{number}")).status, range(40)))
    assert statuses.count(401) <= 10
    assert set(statuses) <= {401, 429, 503}


def test_spraying_one_password_over_many_names_ends_too_even_for_one_who_can_sign_in(fresh: Server) -> None:
    """The sprayer has an account too, and signs in afresh now and then; that must not forgive the failures."""
    accounts = [fresh.add_user(f"sprayer{number}@example.com") for number in range(3)]
    statuses = []
    for number in range(180):
        if number % 60 == 50:
            attempt(accounts[number // 60])
        statuses.append(attempt(fresh.client(f"name{number}@example.com", PASSWORD)).status)
    assert statuses[-1] == 429
    assert statuses.count(401) <= 110


def test_a_new_password_ends_the_old_one_at_once(guarded: Server) -> None:
    user = guarded.add_user("mover@example.com")
    assert attempt(user).status == 200
    guarded.command("user", "passwd", user.name, "--password-stdin", said="another password\n")
    assert attempt(user).status == 401
    assert attempt(guarded.client(user.name, "another password")).status == 200


@pytest.mark.parametrize(
    "path", ["/jmap", "/jmap/", "/.well-known/jmap", "/jmap/eventsource/?types=*&closeafter=no&ping=0"]
)
def test_everything_needs_a_sign_in(guarded: Server, path: str) -> None:
    answer = guarded.client("x").send("GET", path, signed=False)
    assert answer.status == 401
    assert b"urn:ietf:params:jmap:core" not in answer.body


def test_the_log_holds_no_credentials(guarded: Server) -> None:
    attempt(guarded.client("zoe@example.com", "a secret that nobody may read"))
    said = guarded.said()
    assert "a secret that nobody may read" not in said
    assert PASSWORD not in said
    assert base64.b64encode(f"zoe@example.com:{PASSWORD}".encode()).decode() not in said
