import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from angarium.datatypes import principals
from angarium.datatypes.calendars import reminders
from angarium.datatypes.principals import User
from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.sign_in import SignedIn, SignIn
from angarium.protocols.jmap import eventsource
from angarium.protocols.jmap.feed import missed
from angarium.store.contract import AccountKey, Snapshot, StateChange
from tests.protocols.served import HASHES, Served, events, serving

ALL = "types=*&closeafter=no&ping=0"


def state(block: dict[str, str] | None) -> dict[str, dict[str, str]]:
    """What changed, by account."""
    assert block is not None
    assert block["event"] == "state"
    value = json.loads(block["data"])
    assert value["@type"] == "StateChange"
    changed: dict[str, dict[str, str]] = value["changed"]
    return changed


def alert(served: Served, user: User) -> None:
    """Let an alert go off."""
    served.store.write(
        lambda transaction: reminders.fire(transaction, user.account, user.id, {"alertId": "a"}, 0)
    ).result()


def test_a_change_is_told_with_the_new_state(served: Served, ann: User) -> None:
    with events(served, ALL) as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream"
        first = stream.next()
        assert first is not None
        assert list(first) == ["id"]
        served.mailbox(ann, "told")
        changed = state(stream.next())
        now = served.call("Mailbox/get", {"accountId": served.account(ann), "ids": []})["state"]
        assert changed == {served.account(ann): {"Mailbox": now}}


def test_nobody_hears_of_an_account_that_is_not_theirs(served: Served, ann: User) -> None:
    other = served.user("event-other")
    with events(served, ALL) as stream:
        stream.next()
        served.mailbox(other, "secret")
        served.mailbox(ann, "known")
        assert list(state(stream.next())) == [served.account(ann)]


def test_only_the_types_asked_for_are_told(served: Served, ann: User) -> None:
    with events(served, "types=Email,Thread&closeafter=no&ping=0") as stream:
        stream.next()
        served.mailbox(ann, "unheard")
        with pytest.raises(TimeoutError):
            stream.next(0.3)


def test_the_stream_ends_after_a_state_when_that_was_asked(served: Served, ann: User) -> None:
    with events(served, "types=*&closeafter=state&ping=0") as stream:
        stream.next()
        served.mailbox(ann, "last words")
        assert served.account(ann) in state(stream.next())
        assert stream.next() is None


def test_what_was_missed_is_told_at_once(served: Served, ann: User) -> None:
    with events(served, ALL) as stream:
        first = stream.next()
        assert first is not None
    served.mailbox(ann, "missed")
    with events(served, ALL, headers={"Last-Event-ID": first["id"]}) as stream:
        block = stream.next()
        assert list(state(block)[served.account(ann)]) == ["Mailbox"]
        assert block is not None
    with events(served, ALL, headers={"Last-Event-ID": block["id"]}) as stream:
        again = stream.next()
        assert again is not None
        assert "event" not in again


@pytest.mark.parametrize("last", ["nonsense", "99999999999", "-1"])
def test_an_unknown_event_id_gets_every_state(served: Served, ann: User, last: str) -> None:
    with events(served, ALL, headers={"Last-Event-ID": last}) as stream:
        assert "Mailbox" in state(stream.next())[served.account(ann)]


@pytest.mark.parametrize(("asked", "used"), [(1, 30), (30, 30), (300, 300), (100_000, 900)])
def test_the_interval_of_pings_is_clamped(asked: int, used: int) -> None:
    assert _ping(asked) == used


def test_no_ping_is_none() -> None:
    assert _ping(0) == 0


def _ping(asked: int) -> int:
    from angarium.protocols.http.exchange import Exchange, Message
    from angarium.protocols.jmap.eventsource import parse_asked

    async def receive() -> Message:
        return {}

    async def send(_message: Message) -> None:
        return

    scope = {
        "method": "GET",
        "path": "/",
        "headers": [],
        "query_string": f"types=*&closeafter=no&ping={asked}".encode(),
    }
    return parse_asked(Exchange(scope, receive, send)).ping


def test_pings_come_and_set_no_event_id(served: Served, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("angarium.protocols.jmap.eventsource.SHORTEST_PING", 1)
    with events(served, "types=*&closeafter=no&ping=1") as stream:
        stream.next()
        began = time.monotonic()
        for _ in range(2):
            block = stream.next()
            assert block == {"event": "ping", "data": '{"interval":1}'}
        assert 1.8 < time.monotonic() - began < 4


@pytest.mark.parametrize(
    "query",
    ["", "closeafter=no&ping=0", "types=*&closeafter=yes&ping=0", "types=*&closeafter=no&ping=x", "types=*&ping=0"],
)
def test_a_url_that_is_not_from_the_template_is_refused(served: Served, ann: User, query: str) -> None:
    assert served.request("GET", f"/jmap/eventsource/?{query}").status == 400


def test_a_seventeenth_stream_is_refused_until_one_ends(tmp_path: Path) -> None:
    with serving(tmp_path) as own:
        own.user("ann")
        streams = [events(own, ALL) for _ in range(16)]
        for stream in streams:
            assert stream.__enter__().status == 200
        refused = own.request("GET", f"/jmap/eventsource/?{ALL}")
        assert (refused.status, refused.kind) == (429, "limit")
        streams[0].__exit__(None, None, None)
        assert any(_opens(own) for _ in range(100))
        for stream in streams[1:]:
            stream.__exit__(None, None, None)


def _opens(served: Served) -> bool:
    time.sleep(0.02)
    with events(served, ALL) as stream:
        return stream.status == 200


def _ends_within_a_second(served: Served, user: str, change: object) -> None:
    with events(served, ALL, user=user) as stream:
        stream.next()
        served.store.write(change).result()  # type: ignore[arg-type]
        began = time.monotonic()
        assert stream.next() is None
        assert time.monotonic() - began < 1


def test_a_removed_user_hears_nothing_more(served: Served) -> None:
    user = served.user("removed")
    _ends_within_a_second(served, "removed", lambda view: principals.remove(view, user))


def test_a_changed_password_ends_the_streams_of_the_old_one(served: Served) -> None:
    user = served.user("changed")
    _ends_within_a_second(served, "changed", lambda view: principals.set_password_hash(view, user, HASHES["other"]))


def test_a_revoked_grant_ends_the_streams_that_saw_the_account(served: Served, ann: User) -> None:
    user = served.user("revoked")
    served.store.write(lambda view: principals.grant(view, ann.account, user, read_only=True)).result()
    _ends_within_a_second(served, "revoked", lambda view: principals.revoke(view, ann.account, user))


def test_a_right_that_goes_while_a_stream_begins_ends_it(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    user = served.user("beginning")

    def late(_: Snapshot, accounts: Sequence[AccountKey], since: int | None) -> tuple[list[StateChange], int]:
        served.store.write(lambda view: principals.remove(view, user)).result()
        return served.store.read(lambda view: missed(view, accounts, since))

    monkeypatch.setattr(eventsource, "missed", late)
    with events(served, ALL, user="beginning") as stream:
        assert stream.status == 200
        stream.next()
        assert stream.next() is None


def test_a_right_that_goes_during_sign_in_opens_no_stream(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    user = served.user("signing")
    sign_in = SignIn.__call__

    async def slow(self: SignIn, exchange: Exchange) -> SignedIn:
        signed = await sign_in(self, exchange)
        await asyncio.wrap_future(served.store.write(lambda view: principals.remove(view, user)))
        await asyncio.sleep(0.05)  # the news has come, and nobody listened yet
        return signed

    monkeypatch.setattr(SignIn, "__call__", slow)
    with events(served, ALL, user="signing") as stream:
        assert stream.status == 200
        assert stream.next() is None


def test_a_new_grant_is_heard_by_the_streams_that_are_open(served: Served, ann: User) -> None:
    user = served.user("granted")
    with events(served, ALL, user="granted") as stream:
        stream.next()
        served.store.write(lambda view: principals.grant(view, ann.account, user, read_only=True)).result()
        served.mailbox(user, "own")
        assert served.account(user) in state(stream.next())
        served.mailbox(ann, "shared now")
        assert list(state(stream.next())) == [served.account(ann)]


def test_news_that_nobody_reads_is_told_as_one(served: Served, ann: User) -> None:
    with events(served, ALL) as stream:
        stream.next()
        for number in range(30):
            served.mailbox(ann, f"many {number}")
        now = served.call("Mailbox/get", {"accountId": served.account(ann), "ids": []})["state"]
        seen = 0
        while state(stream.next())[served.account(ann)]["Mailbox"] != now:
            seen += 1
        assert seen < 30


def test_streams_end_with_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as own:
        own.user("ann")
        with events(own, ALL) as stream:
            stream.next()
            began = time.monotonic()
            own.stop()
            assert stream.next() is None
            assert time.monotonic() - began < 2


def test_alerts_are_events_of_their_own_for_their_user_only(served: Served, ann: User) -> None:
    other = served.user("alert-other")
    served.share(ann, other)
    with events(served, ALL) as hers, events(served, ALL, user="alert-other") as others:
        hers.next()
        others.next()
        alert(served, ann)
        told = hers.next()
        assert told is not None
        assert told["event"] == "calendarAlert"
        account = served.account(ann)
        assert json.loads(told["data"]) == {"@type": "CalendarAlert", "accountId": account, "alertId": "a"}
        with pytest.raises(TimeoutError):
            others.next(0.3)


def test_alerts_are_told_to_those_who_ask_for_them(served: Served, ann: User) -> None:
    with events(served, "types=Email&closeafter=no&ping=0") as stream:
        first = stream.next()
        alert(served, ann)
        with pytest.raises(TimeoutError):
            stream.next(0.3)
    assert first is not None
    query = "types=CalendarAlert&closeafter=no&ping=0"
    with events(served, query, headers={"Last-Event-ID": first["id"]}) as stream:
        told = stream.next()
        assert told is not None
        assert told["event"] == "calendarAlert"
