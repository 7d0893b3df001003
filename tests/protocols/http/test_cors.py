import pytest

from angarium.datatypes.principals import User
from tests.protocols.conftest import ORIGIN
from tests.protocols.served import ECHO, Served

PATHS = (
    "/jmap/",
    "/jmap",
    "/.well-known/jmap",
    "/jmap/upload/a1/",
    "/jmap/download/a1/b/x",
    "/jmap/eventsource/",
    "/no",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_is_answered_on_every_path_without_signing_in(served: Served, path: str) -> None:
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = served.request("OPTIONS", path, headers=asked, user=None)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert {"authorization", "content-type"} <= {
        name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")
    }
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", ["https://evil.example", ORIGIN + ".evil.example", ORIGIN.upper(), "null", "*", ""])
def test_another_origin_is_allowed_nothing(served: Served, ann: User, origin: str) -> None:
    preflight = served.request(
        "OPTIONS", "/jmap/", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, user=None
    )
    answer = served.api(ECHO, {"Origin": origin})
    for shown in (preflight.headers, answer.headers):
        assert not any(name.startswith("access-control-") for name in shown)
        assert "Origin" in shown["vary"]


def test_answers_and_refusals_may_be_read_by_an_allowed_page(served: Served, ann: User) -> None:
    for answer in (
        served.api(ECHO, {"Origin": ORIGIN}),
        served.api(b"x", {"Origin": ORIGIN}),
        served.request("GET", "/jmap", headers={"Origin": ORIGIN}, user=None),
        served.request("GET", "/nothing", headers={"Origin": ORIGIN}),
    ):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["access-control-allow-credentials"] == "true"


def test_without_an_origin_nothing_is_allowed_but_caches_are_told(served: Served, ann: User) -> None:
    answer = served.api(ECHO)
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
