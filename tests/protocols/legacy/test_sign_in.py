"""Signing in by two steps, tokens, uploads, downloads and events of the dialect."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from angarium.datatypes import principals
from tests.protocols.legacy.client import Old, letter
from tests.protocols.legacy.conftest import NewOld
from tests.protocols.served import HASHES, Answer, Events, Served
from tests.waiting import eventually

AUTH = "/jmap/auth/"


def post(served: Served, value: Any, path: str = AUTH) -> Answer:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return served.request("POST", path, body, {"Content-Type": "application/json"}, user=None)


def login_id(served: Served, name: str) -> str:
    answer = post(served, {"username": name, "clientName": "Old", "clientVersion": "1", "deviceName": "desk"})
    assert answer.status == 200
    return str(answer.json["loginId"])


def sign_in(served: Served, old: Old, password: str = "secret") -> Any:
    given = {"loginId": login_id(served, old.user.name), "type": "password", "value": password}
    answer = post(served, given)
    assert answer.status == 201, answer
    return answer.json


def by(token: str, scheme: str = "Bearer ") -> dict[str, str]:
    return {"Authorization": f"{scheme}{token}", "Content-Type": "application/json"}


def api(served: Served, headers: dict[str, str]) -> Answer:
    return served.request("POST", "/jmap", b'[["getMailboxes", {}, "1"]]', headers, user=None)


def path_of(served: Served, url: str) -> str:
    base = f"http://127.0.0.1:{served.port}"
    assert url.startswith(base)
    return url.removeprefix(base)


def jwt(signed: Any, url: str, moment: float | None = None, algorithm: str = "HS256") -> str:
    def text(octets: bytes) -> str:
        return base64.urlsafe_b64encode(octets).decode().rstrip("=")

    claims = {"iss": signed["signingId"], "sub": url, "iat": int(time.time() if moment is None else moment)}
    head = f"{text(json.dumps({'alg': algorithm, 'typ': 'JWT'}).encode())}.{text(json.dumps(claims).encode())}"
    key = base64.b64decode(signed["signingKey"])
    return f"{head}.{text(hmac.digest(key, head.encode(), hashlib.sha256))}"


def test_two_steps_lead_to_a_token_and_the_urls(served: Served, ann: Old) -> None:
    first = post(served, {"username": ann.user.name})
    assert first.json["methods"] == [{"type": "password"}]
    assert (first.json["prompt"], first.json["continuationToken"]) == (None, first.json["loginId"])
    signed = sign_in(served, ann)
    name = f"{ann.user.name}@localhost"
    assert (signed["username"], signed["versions"], signed["extensions"]) == (ann.user.name, [1], {})
    assert signed["accounts"] == {
        name: {
            "name": ann.user.name,
            "isPrimary": True,
            "isReadOnly": False,
            "hasDataFor": ["mail", "contacts", "calendars"],
        }
    }
    assert path_of(served, signed["apiUrl"]) == "/jmap/"
    assert api(served, by(signed["accessToken"])).status == 200
    assert len(signed["signingKey"]) == 44
    assert not set(signed["signingKey"]) & set("+/-_=")


@pytest.mark.parametrize(
    "second",
    [
        {"loginId": "?", "type": "password", "password": "secret"},
        {"token": "?", "method": "password", "password": "secret"},
    ],
)
def test_older_forms_of_the_second_step(served: Served, ann: Old, second: dict[str, str]) -> None:
    login = login_id(served, ann.user.name)
    given = {name: login if value == "?" else value for name, value in second.items()}
    answer = post(served, given, "/.well-known/jmap")
    assert answer.status == 201


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "X-JMAP ", ""])
def test_older_forms_of_the_token(served: Served, ann: Old, scheme: str) -> None:
    assert api(served, by(sign_in(served, ann)["accessToken"], scheme)).status == 200


def test_nobody_learns_which_users_there_are(served: Served, new_old: NewOld) -> None:
    told = []
    for name in (new_old().user.name, "nobody-here"):
        login = post(served, {"username": name})
        answer = post(served, {"loginId": login.json["loginId"], "type": "password", "value": "wrong"})
        assert (login.status, answer.status) == (200, 403)
        told.append([sorted(login.json), sorted(answer.json), answer.json["methods"]])
    assert told[0] == told[1]


def test_attempts_count_with_those_of_basic(served: Served, new_old: NewOld) -> None:
    old = new_old()
    login = login_id(served, old.user.name)
    for _ in range(9):
        assert post(served, {"loginId": login, "type": "password", "value": "wrong"}).status == 403
    assert served.request("GET", "/jmap", user=old.user.name, password="wrong").status == 401
    answer = post(served, {"loginId": login, "type": "password", "value": "secret"})
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (b"no json", 400),
        ([], 400),
        ({}, 400),
        ({"username": 5}, 400),
        ({"username": "x" * 2000}, 400),
        ({"loginId": "x.y", "type": "totp", "value": "1"}, 400),
        ({"loginId": "x.y", "type": "password"}, 400),
        ({"loginId": "x.y", "type": "password", "value": "secret"}, 410),
        ({"loginId": "\u00e9.y", "type": "password", "value": "secret"}, 410),
        (b"[" * 70_000, 413),
    ],
)
def test_what_is_no_step_is_refused(served: Served, given: Any, status: int) -> None:
    assert post(served, given).status == status


def test_a_changed_login_id_is_worth_nothing(served: Served, ann: Old) -> None:
    head, _, tail = login_id(served, ann.user.name).partition(".")
    octets = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).replace(b"user", b"boss")
    other = base64.urlsafe_b64encode(octets).decode().rstrip("=")
    given = {"type": "password", "value": "secret"}
    assert post(served, {**given, "loginId": f"{other}.{tail}"}).status == 410
    assert post(served, {**given, "loginId": f"{head}.{tail}"}).status == 201


def test_asking_again_gives_the_urls_without_secrets(served: Served, ann: Old) -> None:
    signed = sign_in(served, ann)
    for path in (AUTH, "/.well-known/jmap"):
        answer = served.request("GET", path, headers=by(signed["accessToken"]), user=None)
        assert answer.status == 201
        assert answer.json == {
            name: value for name, value in signed.items() if name not in ("accessToken", "signingId", "signingKey")
        }
    assert served.request("GET", AUTH, headers=by("x" * 43), user=None).status == 403
    session = served.request("GET", "/.well-known/jmap", user=ann.user.name)
    assert (session.status, "primaryAccounts" in session.json) == (200, True)


def test_signing_out_ends_the_token(served: Served, ann: Old) -> None:
    first, second = (by(sign_in(served, ann)["accessToken"]) for _ in range(2))
    assert api(served, first).status == 200
    assert served.request("DELETE", AUTH, headers=first, user=None).status == 204
    assert api(served, first).status == 401
    assert served.request("DELETE", AUTH, headers=first, user=None).status == 401
    assert api(served, second).status == 200
    assert served.request("DELETE", AUTH, user=ann.user.name).status == 403


def test_a_new_password_ends_every_token(served: Served, ann: Old) -> None:
    headers = by(sign_in(served, ann)["accessToken"])
    assert api(served, headers).status == 200
    user = served.store.write(lambda view: principals.set_password_hash(view, ann.user, HASHES["other"])).result()
    eventually(lambda: api(served, headers).status == 401)
    served.store.write(lambda view: principals.set_password_hash(view, user, HASHES["secret"])).result()
    assert api(served, headers).status == 401


def test_the_token_itself_is_kept_nowhere(served: Served, ann: Old) -> None:
    token = sign_in(served, ann)["accessToken"]
    files = [file for file in served.folder.rglob("*") if file.is_file()]
    assert files
    assert not any(token.encode() in file.read_bytes() for file in files)


def test_uploads_and_downloads_have_their_own_urls(served: Served, ann: Old) -> None:
    signed = sign_in(served, ann)
    headers = {"Authorization": f"Bearer {signed['accessToken']}"}
    path = path_of(served, signed["uploadUrl"])
    answer = served.request("POST", path, b"octets", {**headers, "Content-Type": "text/x-note"}, user=None)
    assert answer.status == 201
    name = f"{ann.user.name}@localhost"
    assert (answer.json["accountId"], answer.json["type"], answer.json["size"]) == (name, "text/x-note", 6)
    assert answer.json["expires"].endswith("Z")
    assert served.request("POST", path, b"x", {**headers, "X-JMAP-AccountId": "a999"}, user=None).status == 400
    raw = f"/jmap/legacy/raw/{name}/{answer.json['blobId']}/a%20note.txt"
    found = served.request("GET", raw, headers={**headers, "Accept": "text/x-note"}, user=None)
    assert (found.status, found.body, found.headers["content-type"]) == (200, b"octets", "text/x-note")
    assert "a note.txt" in found.headers["content-disposition"]
    assert served.request("GET", f"{raw}?accept=image/png", headers=headers, user=None).headers["content-type"] == (
        "image/png"
    )
    short = raw.replace(f"/{name}", "")
    plain = served.request("GET", short, headers={**headers, "Accept": "*/*"}, user=None)
    assert (plain.status, plain.headers["content-type"]) == (200, "application/octet-stream")
    assert served.request("GET", raw.replace(name, "a999"), headers=headers, user=None).status == 404
    assert served.request("GET", raw, user=None).status == 401


def test_a_signed_url_needs_no_header(served: Served, ann: Old, new_old: NewOld) -> None:
    signed = sign_in(served, ann)
    blob = ann.upload(b"octets")
    path = f"/jmap/legacy/raw/{ann.user.name}@localhost/{blob}/x"
    url = f"http://127.0.0.1:{served.port}{path}"

    def get(token: str) -> int:
        return served.request("GET", f"{path}?access_token={token}", user=None).status

    assert get(jwt(signed, url)) == 200
    assert get(signed["accessToken"]) == 200
    assert get(jwt(signed, url + "y")) == 401
    assert get(jwt(signed, url, time.time() - 2 * 86_400)) == 401
    assert get(jwt(signed, url, time.time() + 86_400)) == 401
    assert get(jwt(signed, url, algorithm="none")) == 401
    assert get(jwt({**signed, "signingKey": "A" * 44}, url)) == 401
    assert get(jwt(sign_in(served, new_old()), url)) == 404
    assert get(jwt(signed, url)[:-4] + "AAAA") == 401
    assert get("..") == 401
    headers = by(signed["accessToken"])
    assert served.request("DELETE", AUTH, headers=headers, user=None).status == 204
    assert get(jwt(signed, url)) == 401


@pytest.fixture
def stream(served: Served, ann: Old) -> Iterator[Events]:
    events = Events(served, "", user=ann.user.name, path="/jmap/legacy/events")
    with closing(events):
        yield events


def test_events_begin_with_the_whole_state_and_go_on(served: Served, ann: Old, stream: Events) -> None:
    first = stream.next()
    assert first is not None
    assert (stream.status, first["event"]) == (200, "state")
    name = f"{ann.user.name}@localhost"
    told = json.loads(first["data"])
    assert told.keys() == {"changed"}
    assert told["changed"][name]["Mailbox"] == ann.ask("getMailboxes")["state"]
    ann.deliver(letter())
    news = stream.next()
    assert news is not None
    changed = json.loads(news["data"])["changed"][name]
    assert changed["Message"] == changed["Messages"] == ann.ask("getMessages", {"ids": []})["state"]
    assert changed.keys() <= {"Mailbox", "Mailboxes", "Thread", "Threads", "Message", "Messages"}
    ann.ask("setContacts", {"create": {"k": {"lastName": "Reed"}}})
    cards = stream.next()
    assert cards is not None
    changed = json.loads(cards["data"])["changed"][name]
    assert changed["Contact"] == changed["ContactGroup"] == ann.ask("getContacts")["state"]
    headers = {"Last-Event-ID": news["id"]}
    with closing(Events(served, "", ann.user.name, headers, "/jmap/legacy/events")) as again:
        missed = again.next()
        assert missed is not None
        assert json.loads(missed["data"])["changed"][name].keys() >= {"Contact", "ContactGroup"}


def test_events_end_with_the_token(served: Served, ann: Old) -> None:
    token = sign_in(served, ann)["accessToken"]
    path = f"/jmap/legacy/events?access_token={token}"
    with closing(Events(served, "", user=None, path=path)) as events:
        assert events.next() is not None
        assert served.request("DELETE", AUTH, headers=by(token), user=None).status == 204
        while events.next(5) is not None:
            continue
