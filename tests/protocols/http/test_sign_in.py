import base64
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import User
from angarium.store.contract import AccountKey
from tests.protocols.served import ECHO, HASHES, Served, basic, serving


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as running:
        running.user("ann")
        yield running


def watch_hashing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are hashed from now on, to be checked or for nothing."""
    hashed: list[str] = []
    check, make = principals.verify_password, principals.hash_password

    def checking(password_hash: str, password: str) -> bool:
        hashed.append(password)
        return check(password_hash, password)

    def making(password: str) -> str:
        hashed.append(password)
        return make(password)

    monkeypatch.setattr(principals, "verify_password", checking)
    monkeypatch.setattr(principals, "hash_password", making)
    return hashed


def test_no_credentials_are_asked_for(served: Served, ann: User) -> None:
    answer = served.api(ECHO, user=None)
    assert (answer.status, answer.kind) == (401, "blank")
    assert answer.headers["www-authenticate"] == 'Basic realm="Angarium", charset="UTF-8"'


@pytest.mark.parametrize(
    "header",
    [
        "Bearer x",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff:\xfe").decode(),
        "Basic " + base64.b64encode(b":secret").decode(),
        "Basic " + base64.b64encode(b"ann\n:secret").decode(),
        "Basic " + "QUFB" * 5_000,
    ],
)
def test_what_are_no_credentials_is_refused(served: Served, ann: User, header: str) -> None:
    assert served.api(ECHO, {"Authorization": header}, user=None).status == 401


def test_wrong_names_and_wrong_passwords_look_alike(own: Served) -> None:
    wrong, unknown = own.api(ECHO, password="wrong"), own.api(ECHO, user="nobody")
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body) == (401, wrong.body)
    assert wrong.headers.keys() == unknown.headers.keys()


def test_a_name_without_a_user_costs_a_hash_too(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = watch_hashing(monkeypatch)
    own.api(ECHO, user="nobody", password="guess")
    own.api(ECHO, password="wrong")
    assert hashed == ["guess", "wrong"]


def test_a_user_without_a_password_costs_a_hash_and_is_refused(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = own.store.read(lambda view: principals.by_name(view, "ann"))
    assert ann is not None
    own.store.write(lambda view: principals.set_password_hash(view, ann, None)).result()
    heard(own)
    hashed = watch_hashing(monkeypatch)
    assert own.api(ECHO).status == 401
    assert len(hashed) == 1


def test_only_the_first_request_pays_for_the_hash(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = watch_hashing(monkeypatch)
    threads = [threading.Thread(target=lambda: own.api(ECHO)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert own.api(ECHO).status == 200
    assert len(checked) == 1


def test_a_change_in_the_directory_costs_no_new_hash(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    before = own.api(ECHO).json["sessionState"]
    own.user("somebody")
    monkeypatch.setattr(principals, "verify_password", lambda *_: False)
    after = own.api(ECHO)
    assert after.status == 200
    assert after.json["sessionState"] != before


def heard(own: Served) -> None:
    """Wait until everybody has heard of the last commit: the next one comes after that."""
    own.store.write(lambda view: view.prune(AccountKey(1), 0)).result()


def test_a_changed_password_counts_at_once(own: Served) -> None:
    ann = own.store.read(lambda view: principals.by_name(view, "ann"))
    assert ann is not None
    assert own.api(ECHO).status == 200
    own.store.write(lambda view: principals.set_password_hash(view, ann, HASHES["other"])).result()
    heard(own)
    assert own.api(ECHO).status == 401
    assert own.api(ECHO, password="other").status == 200


def test_a_removed_user_is_gone_at_once(own: Served) -> None:
    ann = own.store.read(lambda view: principals.by_name(view, "ann"))
    assert ann is not None
    assert own.api(ECHO).status == 200
    own.store.write(lambda view: principals.remove(view, ann)).result()
    heard(own)
    assert own.api(ECHO).status == 401


def test_a_grant_shows_in_the_session_and_a_revoked_one_is_gone(own: Served) -> None:
    ann = own.store.read(lambda view: principals.by_name(view, "ann"))
    assert ann is not None
    bob = own.user("bob")
    seen = []
    for change in (
        lambda view: principals.grant(view, ann.account, bob, read_only=True),
        lambda view: principals.revoke(view, ann.account, bob),
    ):
        own.store.write(change).result()
        own.store.write(lambda view: None).result()  # by now everybody has heard of the one before
        session = own.request("GET", "/jmap", user="bob").json
        seen.append(session["accounts"].get(own.account(ann), {}).get("isReadOnly"))
        assert own.api(ECHO, user="bob").json["sessionState"] == session["state"]
    assert seen == [True, None]


def test_a_user_without_a_password_cannot_sign_in(own: Served) -> None:
    own.store.write(lambda view: principals.add(view, "locked", None, 0)).result()
    assert own.api(ECHO, user="locked", password="").status == 401


def test_trying_passwords_is_delayed_also_for_the_right_one(own: Served) -> None:
    assert [own.api(ECHO, password=f"guess {n}").status for n in range(12)] == [401] * 10 + [429] * 2
    late = own.api(ECHO)
    assert (late.status, late.kind) == (429, "blank")
    assert 0 < int(late.headers["retry-after"]) <= 60
    own.user("bob")
    assert own.api(ECHO, user="bob").status == 200


def test_who_is_signed_in_already_is_not_delayed(own: Served) -> None:
    assert own.api(ECHO).status == 200
    assert own.api(ECHO, password="wrong").status == 401
    for number in range(12):
        own.api(ECHO, password=f"guess {number}")
    assert own.api(ECHO).status == 200


def test_guesses_side_by_side_count_too(own: Served) -> None:
    seen: list[int] = []

    def guess(number: int) -> None:
        seen.append(own.api(ECHO, password=f"guess {number}").status)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen.count(401) == 10
    assert seen.count(429) == 20


def test_passwords_never_reach_the_log(own: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    own.api(ECHO)
    own.api(ECHO, password="wrong but close")
    assert "signed in user='ann'" in caplog.text
    assert "sign-in refused user='ann'" in caplog.text
    for secret in ("secret", "wrong but close", basic("ann", "secret")[6:]):
        assert secret not in caplog.text
