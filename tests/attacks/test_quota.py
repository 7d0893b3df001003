"""Disk filled: uploads are bounded, and so is what an account holds, however many ways at once lead into it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.attacks.wire import connected, until_end
from tests.client import CORE, Client
from tests.conftest import NewUser
from tests.server import Server

LARGEST = 50_000_000
HALF = 30_000_000


def test_an_upload_over_the_limit_is_refused(ann: Client) -> None:
    assert ann.session["capabilities"][CORE]["maxSizeUpload"] == LARGEST
    answer = ann.send("POST", ann.upload_path(ann.account), b"x" * 51_000_000)
    assert (answer.status, answer.problem, answer.json()["limit"]) == (413, "limit", "maxSizeUpload")


def test_an_upload_that_does_not_say_its_size_is_counted_while_it_comes(ann: Client) -> None:
    answer = ann.send("POST", ann.upload_path(ann.account), (b"x" * 1_000_000 for _ in range(51)))
    assert (answer.status, answer.problem) == (413, "limit")


def test_an_upload_of_exactly_the_limit_is_taken(new_user: NewUser) -> None:
    user = new_user()
    blob = user.upload(b"x" * LARGEST)
    assert user.send("HEAD", user.download_path(blob, user.account)).headers["content-length"] == str(LARGEST)


def test_an_upload_that_is_cut_off_leaves_nothing(new_user: NewUser) -> None:
    user = new_user()
    path = user.upload_path(user.account).removeprefix(user.url)
    with connected(user.url) as opened:
        opened.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {user.credentials['Authorization']}\r\n"
            f"Content-Length: 1000000\r\n\r\n".encode()
            + b"y" * 500_000
        )
        opened.shutdown(1)
        assert until_end(opened).status in (0, 400)


def test_what_nothing_references_is_bounded_and_the_newest_stays(new_user: NewUser) -> None:
    user = new_user()
    first, second = user.upload(b"1" * HALF), user.upload(b"2" * HALF)
    assert user.download(first, headers={"Range": "bytes=0-0"}).status == 404
    assert user.download(second, headers={"Range": "bytes=0-0"}).status == 206


def test_uploads_at_once_cannot_pass_the_bound_together(new_user: NewUser) -> None:
    user = new_user()
    with ThreadPoolExecutor(4) as pool:
        blobs = list(pool.map(lambda number: user.upload(bytes([65 + number]) * HALF), range(4)))
    kept = [blob for blob in blobs if user.download(blob, headers={"Range": "bytes=0-0"}).status == 206]
    assert len(kept) == 1


def test_what_is_referenced_neither_counts_nor_goes(new_user: NewUser) -> None:
    user = new_user()
    made = user.import_mail(b"Subject: keep\r\n\r\n" + b"k" * HALF, user.mailbox("inbox"))
    user.upload(b"1" * HALF)
    user.upload(b"2" * HALF)
    assert user.download(made["blobId"]).body.endswith(b"k" * 100)


def test_the_same_content_again_and_again_counts_once(new_user: NewUser) -> None:
    user = new_user()
    blobs = {user.upload(b"same" * 1_000_000) for _ in range(15)}
    other = user.upload(b"x" * HALF)
    assert len(blobs) == 1
    assert user.download(blobs.pop(), headers={"Range": "bytes=0-0"}).status == 206
    assert user.download(other, headers={"Range": "bytes=0-0"}).status == 206


def test_one_users_uploads_evict_nobody_elses(new_user: NewUser) -> None:
    user, other = new_user(), new_user()
    blob = other.upload(b"o" * HALF)
    user.upload(b"u" * HALF)
    user.upload(b"v" * HALF)
    assert other.download(blob, headers={"Range": "bytes=0-0"}).status == 206


def _imports(blobs: list[str], inbox: str) -> dict[str, dict[str, Any]]:
    return {f"e{n}": {"blobId": blob, "mailboxIds": {inbox: True}} for n, blob in enumerate(blobs)}


def test_no_race_at_the_brink_passes_the_quota(server: Server, new_user: NewUser) -> None:
    """Imports, drafts and copies at once, each of which alone would fit."""
    user, other = new_user(), new_user()
    server.grant(other.name, user.name)
    inbox, theirs = user.mailbox("inbox"), other.mailbox("inbox")
    mails = [b"Subject: %d\r\n\r\n" % number + b"x" * 1000 for number in range(10)]
    sources = [other.import_mail(mail, theirs)["id"] for mail in mails]
    blobs = [user.upload(mail) for mail in mails]
    user.import_mail(mails[0], inbox)
    server.limit(user.name, octets=len(mails[0]) * 3 + 100)

    def race(number: int) -> Any:
        if number % 3 == 0:
            return user.call("Email/import", {"emails": _imports([blobs[number]], inbox)})
        if number % 3 == 1:
            given = {"id": sources[number], "mailboxIds": {inbox: True}}
            return user.call(
                "Email/copy", {"accountId": user.account, "fromAccountId": other.account, "create": {"c": given}}
            )
        draft = {"mailboxIds": {inbox: True}, "subject": "d", "bodyValues": {"1": {"value": "x" * 700}}}
        return user.call("Email/set", {"create": {"d": {**draft, "textBody": [{"partId": "1"}]}}})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(race, range(10)))
    (quota,) = user.call("Quota/get", {"ids": None})["list"]
    sizes = [email["size"] for email in user.call("Email/get", {"ids": None, "properties": ["size"]})["list"]]
    assert quota["used"] == sum(sizes) <= quota["hardLimit"]
    refused = [error["type"] for answer in answers for error in (answer["notCreated"] or {}).values()]
    assert (set(refused), len(sizes) + len(refused)) == ({"overQuota"}, 11)


def test_one_call_cannot_pass_the_quota_by_its_number_of_objects(server: Server, new_user: NewUser) -> None:
    user = new_user()
    blob, inbox = user.upload(b"Subject: again\r\n\r\nthe same\r\n"), user.mailbox("inbox")
    server.limit(user.name, messages=3)
    answer = user.call("Email/import", {"emails": _imports([blob] * 20, inbox)})
    assert (len(answer["created"]), len(answer["notCreated"])) == (3, 17)
    assert {error["type"] for error in answer["notCreated"].values()} == {"overQuota"}


@pytest.mark.parametrize("length", [b"-1", b"1e9", b"99999999999999999999", b" ", b"0x10"])
def test_an_upload_with_a_size_that_is_none_is_refused(ann: Client, length: bytes) -> None:
    path = ann.upload_path(ann.account).removeprefix(ann.url).encode()
    with connected(ann.url) as opened:
        authorization = ann.credentials["Authorization"].encode()
        opened.sendall(
            b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: %s\r\n\r\nxx"
            % (path, authorization, length)
        )
        assert until_end(opened).status in (0, 400, 411, 413)
