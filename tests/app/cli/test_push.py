"""`angarium push`."""

from typing import Any

from tests.app.cli.program import Program
from tests.client import Client

VAPID = "urn:ietf:params:jmap:webpush-vapid"


def _session(url: str) -> Any:
    return Client(url, "ann", "pw").fresh_session()


def test_a_new_key_is_shown_under_a_new_session_state_when_the_server_starts_again(ann: Program) -> None:
    with ann.serving() as url:
        before = _session(url)
        assert "next start" in ann.good("push", "renew-key")
        assert _session(url) == before
    with ann.serving() as url:
        after = _session(url)
    with ann.serving() as url:
        assert _session(url)["capabilities"][VAPID] == after["capabilities"][VAPID]
    assert after["capabilities"][VAPID] != before["capabilities"][VAPID]
    assert after["state"] != before["state"]


def test_a_key_can_be_renewed_while_no_server_runs(ann: Program) -> None:
    with ann.serving() as url:
        before = _session(url)["capabilities"][VAPID]
    ann.good("push", "renew-key")
    with ann.serving() as url:
        assert _session(url)["capabilities"][VAPID] != before
