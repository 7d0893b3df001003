"""Pages of other origins: only those that are configured, exactly, may read what a signed-in user sees."""

from collections.abc import Iterator

import pytest

from tests.client import Client
from tests.server import Server, faultless

ALLOWED = "https://mail.example.com"
OTHERS = (
    "null",
    "*",
    "https://mail.example.com.evil.example",
    "https://evil.example/https://mail.example.com",
    "https://evilmail.example.com",
    "https://mail.example.comm",
    "http://mail.example.com",
    "https://mail.example.com:8443",
    "https://mail.example.com/",
    "https://MAIL.example.com",
    "https://user@mail.example.com",
    "https://mail.example.com, https://evil.example",
    "https://mail\uff0eexample.com".encode().decode("latin-1"),
    "",
)
PATHS = (
    "/jmap",
    "/.well-known/jmap",
    "/jmap/upload/a1/",
    "/jmap/download/a1/b/n?type=a/b",
    "/jmap/eventsource/",
    "/none",
)


@pytest.fixture(scope="module")
def open_to_one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"ANGARIUM_SERVER__CORS_ORIGINS": f'["{ALLOWED}"]'}
    with faultless(Server(tmp_path_factory.mktemp("cors") / "data", settings)) as running:
        yield running


@pytest.fixture(scope="module")
def zoe(open_to_one: Server) -> Client:
    return open_to_one.add_user("zoe@example.com")


def test_the_configured_origin_may_ask_and_read(zoe: Client) -> None:
    answer = zoe.send("GET", "/jmap", headers={"Origin": ALLOWED})
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_needs_no_sign_in_on_any_path(zoe: Client, path: str) -> None:
    told = {
        "Origin": ALLOWED,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = zoe.send("OPTIONS", path, headers=told, signed=False)
    assert answer.status in (200, 204)
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("origin", OTHERS)
def test_another_origin_is_told_nothing(zoe: Client, origin: str) -> None:
    for method, path in (("GET", "/jmap"), ("OPTIONS", "/jmap"), ("GET", "/none")):
        answer = zoe.send(method, path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert not [name for name in answer.headers if name.startswith("access-control-allow")]
        assert "Origin" in answer.headers["vary"], "a cache could give the answer of one origin to another"


def test_errors_can_be_read_by_the_configured_origin_too(zoe: Client) -> None:
    for answer in (
        zoe.send("GET", "/jmap", headers={"Origin": ALLOWED}, signed=False),
        zoe.post(b"{", {"Origin": ALLOWED}),
        zoe.send("GET", "/none", headers={"Origin": ALLOWED}),
    ):
        assert answer.status >= 400
        assert answer.headers["access-control-allow-origin"] == ALLOWED


def test_without_configuration_no_origin_may_read(ann: Client) -> None:
    for origin in (ALLOWED, "null", *OTHERS):
        answer = ann.send("GET", "/jmap", headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-allow")]


@pytest.mark.parametrize(
    "origin", ["*", "https://mail.example.com/", "mail.example.com", "https://*.example.com/x", ""]
)
def test_an_origin_that_is_none_is_an_error_of_the_configuration(open_to_one: Server, origin: str) -> None:
    wrong = Server(open_to_one.data, {"ANGARIUM_SERVER__CORS_ORIGINS": f'["{origin}"]'})
    done = wrong.command("config", "check", check=False)
    assert done.returncode == 2
    assert "cors_origins" in (done.stdout + done.stderr).lower()
