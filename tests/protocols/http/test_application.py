import pytest

from angarium.datatypes.principals import User
from tests.protocols.served import Served


def test_it_tells_when_it_is_ready(served: Served) -> None:
    assert served.request("GET", "/healthz", user=None).status == 200


@pytest.mark.parametrize("path", ["/", "/jmap/wsx", "/jmap/none", "//jmap/", "/jmap/../jmap", "/JMAP/", "/%6amap%00"])
def test_what_is_not_served_is_problem_details(served: Served, ann: User, path: str) -> None:
    answer = served.request("GET", path)
    assert (answer.status, answer.kind) == (404, "blank")


def test_another_method_is_told_which_it_may_be(served: Served, ann: User) -> None:
    answer = served.request("DELETE", "/jmap/")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, GET, HEAD, OPTIONS")


def test_a_fault_is_told_by_a_number_that_the_log_has(
    served: Served, ann: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(served.composed.engine, "prepare", broken)
    answer = served.api({})
    assert (answer.status, answer.kind) == (500, "blank")
    number = answer.json["detail"].split()[-1].rstrip(".")
    assert f"id={number}" in caplog.text
    assert "ZeroDivisionError" in caplog.text
