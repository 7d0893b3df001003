import hashlib
import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import User
from tests.protocols.served import Served, basic, serving


@pytest.mark.parametrize("size", [0, 1, 32_768, 32_769, 65_537, 1_000_003])
def test_what_was_uploaded_comes_down_again(served: Served, ann: User, size: int) -> None:
    content = os.urandom(size)
    answer = served.upload(ann, content, "image/png")
    assert answer.status == 201
    assert answer.json["accountId"] == served.account(ann)
    assert (answer.json["size"], answer.json["type"]) == (size, "image/png")
    path = f"/jmap/download/{served.account(ann)}/{answer.json['blobId']}/name?type=image/png"
    assert served.request("GET", path).body == content


def test_the_same_content_has_the_same_id(served: Served, ann: User) -> None:
    assert served.upload(ann, b"twice").json["blobId"] == served.upload(ann, b"twice").json["blobId"]


def test_without_a_content_type_it_is_octets(served: Served, ann: User) -> None:
    answer = served.request("POST", f"/jmap/upload/{served.account(ann)}/", b"x")
    assert answer.json["type"] == "application/octet-stream"


def test_a_body_in_chunks_is_taken(served: Served, ann: User) -> None:
    parts = [os.urandom(100_000) for _ in range(5)]
    answer = served.request("POST", f"/jmap/upload/{served.account(ann)}/", iter(parts))
    assert answer.json["blobId"] == "b" + hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize(
    "codings", ["Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"]
)
def test_a_body_that_was_packed_on_its_way_is_not_kept_as_it_came(served: Served, ann: User, codings: str) -> None:
    head = f"POST /jmap/upload/{served.account(ann)}/ HTTP/1.1\r\nHost: x\r\n{codings}\r\n"
    with closing(served.connect()) as connection:
        connection.sendall(f"{head}Authorization: {basic('ann', 'secret')}\r\n\r\n3\r\nabc\r\n0\r\n\r\n".encode())
        assert b" 501 " in connection.recv(65536)


def test_what_is_too_large_is_refused_before_and_while_it_comes(tmp_path: Path) -> None:
    with serving(tmp_path, limits={"max_size_upload": 1_000_000}) as small:
        bob = small.user("ann")
        announced = small.upload(bob, b"x" * 1_000_001)
        assert (announced.status, announced.kind, announced.json["limit"]) == (413, "limit", "maxSizeUpload")
        path = f"/jmap/upload/{small.account(bob)}/"
        chunked = small.request("POST", path, iter([b"x" * 300_000] * 5))
        assert (chunked.status, chunked.json["limit"]) == (413, "maxSizeUpload")
        assert small.upload(bob, b"x" * 1_000_000).status == 201
        assert list((tmp_path / "incoming").iterdir()) == []


def test_an_account_that_cannot_be_seen_is_not_found(served: Served, ann: User) -> None:
    stranger = served.user("upload-stranger")
    paths = ("a999999", served.account(stranger), "", "..%2F..", "a1/x")
    answers = [served.request("POST", f"/jmap/upload/{path}/", b"x") for path in paths]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1


def test_an_account_that_may_only_be_read_takes_no_uploads(served: Served, ann: User) -> None:
    reader = served.user("reader")
    served.store.write(lambda view: principals.grant(view, ann.account, reader, read_only=True)).result()
    answer = served.request("POST", f"/jmap/upload/{served.account(ann)}/", b"x", user="reader")
    assert answer.status == 403


@pytest.mark.parametrize("media_type", ["text", "text/plain\x85", "a/b; c", "a/" + "b" * 600])
def test_a_content_type_that_is_none_is_refused(served: Served, ann: User, media_type: str) -> None:
    path = f"/jmap/upload/{served.account(ann)}/"
    assert served.request("POST", path, b"x", {"Content-Type": media_type}).status == 400


def test_uploads_beyond_the_limit_wait_for_none(tmp_path: Path) -> None:
    with serving(tmp_path, limits={"max_concurrent_upload": 2}) as small:
        ann = small.user("ann")
        assert small.upload(ann, b"x").status == 201
        path = f"/jmap/upload/{small.account(ann)}/"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic('ann', 'secret')}\r\nContent-Length: 10\r\n\r\n"
        )
        with closing(small.connect()) as first, closing(small.connect()) as second:
            for connection in (first, second):
                connection.sendall(head.encode() + b"12345")
            while (refused := small.upload(ann, b"y")).status == 201:
                continue
            assert (refused.status, refused.kind, refused.json["limit"]) == (429, "limit", "maxConcurrentUpload")
            first.sendall(b"67890")
            assert b" 201 " in first.recv(65536)
            assert small.upload(ann, b"y").status == 201


def test_an_upload_that_is_cut_off_leaves_nothing(served: Served, ann: User) -> None:
    path = f"/jmap/upload/{served.account(ann)}/"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {basic('ann', 'secret')}\r\nContent-Length: 900000\r\n\r\n"
    )
    incoming = served.folder / "incoming"
    with closing(served.connect()) as connection:
        connection.sendall(head.encode() + b"x" * 700_000)
        while not list(incoming.iterdir()):
            continue
    waited = threading.Event()
    for _ in range(100):
        if not list(incoming.iterdir()):
            break
        waited.wait(0.05)
    assert list(incoming.iterdir()) == []


def test_it_takes_a_post(served: Served, ann: User) -> None:
    answer = served.request("GET", f"/jmap/upload/{served.account(ann)}/")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
