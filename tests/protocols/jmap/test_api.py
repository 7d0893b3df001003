import gzip
import json
import threading
import time
from pathlib import Path

import pytest

from angarium.datatypes.principals import User
from tests.protocols.served import ECHO, MAIL, Served, serving


def test_echo_comes_back(served: Served, ann: User) -> None:
    for path in ("/jmap", "/jmap/"):
        answer = served.request("POST", path, json.dumps(ECHO).encode(), {"Content-Type": "application/json"})
        assert answer.json["methodResponses"] == [["Core/echo", {"hello": True}, "c"]]
        assert answer.json["sessionState"] == served.request("GET", "/jmap").json["state"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"no json", "notJSON"),
        (b'{"a":1,"a":2}', "notJSON"),
        (b"[" * 100_000, "notJSON"),
        (b"{}", "notRequest"),
        (b"[]", "notRequest"),
        (b'[["getMailboxes",{}]]', "notRequest"),
        (b'{"using":["urn:example:none"],"methodCalls":[]}', "unknownCapability"),
    ],
)
def test_what_is_no_request_gets_its_error(served: Served, ann: User, body: bytes, kind: str) -> None:
    answer = served.api(body)
    assert (answer.status, answer.kind) == (400, kind)


@pytest.mark.parametrize("media_type", ["text/plain", "application/jsonp", ""])
def test_another_content_type_is_not_json(served: Served, ann: User, media_type: str) -> None:
    answer = served.api(ECHO, {"Content-Type": media_type})
    assert (answer.status, answer.kind) == (400, "notJSON")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_parameters_and_case_of_the_content_type_do_not_matter(served: Served, ann: User, media_type: str) -> None:
    assert served.api(ECHO, {"Content-Type": media_type}).status == 200


def test_an_encoded_body_is_refused(served: Served, ann: User) -> None:
    answer = served.api(gzip.compress(json.dumps(ECHO).encode()), {"Content-Encoding": "gzip"})
    assert answer.status == 415
    assert answer.headers["accept-encoding"] == "identity"


def test_a_large_request_is_refused_by_what_it_announces_and_by_what_comes(tmp_path: Path) -> None:
    with serving(tmp_path, limits={"max_size_request": 100_000}) as small:
        small.user("ann")
        whole = small.api(b'{"a":"' + b"x" * 100_000 + b'"}')
        assert (whole.status, whole.kind, whole.json["limit"]) == (400, "limit", "maxSizeRequest")
        parts = iter([b"x" * 50_000] * 3)
        chunked = small.request("POST", "/jmap/", parts, {"Content-Type": "application/json"})
        assert (chunked.status, chunked.json["limit"]) == (400, "maxSizeRequest")


def test_too_many_calls_name_their_limit(served: Served, ann: User) -> None:
    answer = served.api({"using": MAIL, "methodCalls": [["Core/echo", {}, "c"]] * 33})
    assert (answer.status, answer.kind, answer.json["limit"]) == (400, "limit", "maxCallsInRequest")


def test_long_answers_are_packed_for_those_who_ask(served: Served, ann: User) -> None:
    long = {"using": MAIL, "methodCalls": [["Core/echo", {"text": "angarium " * 2_000}, "c"]]}
    packed = served.api(long, {"Accept-Encoding": "br;q=1, gzip;q=0.8"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"].lower().count("accept-encoding") == 1
    assert len(packed.body) < 2_000
    assert gzip.decompress(packed.body) == served.api(long).body
    assert "content-encoding" not in served.api(long, {"Accept-Encoding": "gzip;q=0"}).headers
    assert "content-encoding" not in served.api(ECHO, {"Accept-Encoding": "gzip"}).headers


def test_answers_that_read_the_store_are_packed_too(served: Served, ann: User) -> None:
    gets = {"using": MAIL, "methodCalls": [["Mailbox/get", {"accountId": served.account(ann)}, "c"]] * 8}
    packed = served.api(gets, {"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == served.api(gets).body


def test_a_long_request_is_parsed_beside_the_event_loop_and_answered_alike(served: Served, ann: User) -> None:
    text = "x" * 300_000
    answer = served.api({"using": MAIL, "methodCalls": [["Core/echo", {"text": text}, "c"]]})
    assert answer.json["methodResponses"][0][1]["text"] == text


def test_what_was_written_is_read_at_once(served: Served, ann: User) -> None:
    made = served.mailbox(ann, "Work")
    read = served.call("Mailbox/get", {"accountId": served.account(ann), "ids": [made["id"]]})
    assert read["list"][0]["name"] == "Work"


def test_requests_beyond_the_limit_wait_for_none(tmp_path: Path) -> None:
    with serving(tmp_path, limits={"max_concurrent_requests": 2}) as small:
        small.user("ann")
        assert small.api(ECHO).status == 200
        entered, leave = threading.Semaphore(0), threading.Event()

        def hold(_view: object) -> None:
            entered.release()
            leave.wait(10)

        held = small.store.write(hold)
        entered.acquire()
        account = small.request("GET", "/jmap").json["primaryAccounts"]["urn:ietf:params:jmap:mail"]
        change = {"using": MAIL, "methodCalls": [["Mailbox/set", {"accountId": account}, "c"]]}
        answers: list[int] = []

        def insist() -> None:
            while (status := small.api(change).status) == 429:  # an echo of the other thread was under way
                continue
            answers.append(status)

        threads = [threading.Thread(target=insist) for _ in range(2)]
        for thread in threads:
            thread.start()
        ends = time.monotonic() + 8
        while (refused := small.api(ECHO)).status == 200 and time.monotonic() < ends:
            continue
        assert (refused.status, refused.kind, refused.json["limit"]) == (429, "limit", "maxConcurrentRequests")
        leave.set()
        held.result(10)
        for thread in threads:
            thread.join(10)
        assert answers == [200, 200]
        assert small.api(ECHO).status == 200


def test_nothing_is_acknowledged_that_the_store_cannot_keep(tmp_path: Path) -> None:
    with serving(tmp_path) as failing:
        ann = failing.user("ann")
        assert failing.api(ECHO).status == 200
        failing.store._writer.close()  # type: ignore[union-attr]
        arguments = {"accountId": failing.account(ann), "create": {"m": {"name": "lost"}}}
        answer = failing.api({"using": MAIL, "methodCalls": [["Mailbox/set", arguments, "c"]]})
        assert answer.status == 503
        assert "retry-after" in answer.headers
        assert failing.api(ECHO).status == 200
