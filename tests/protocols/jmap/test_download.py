import os
from urllib.parse import quote

import pytest

from angarium.datatypes.principals import User
from tests.protocols.served import Answer, Served

CONTENT = os.urandom(300_000)


@pytest.fixture(scope="module")
def blob(served: Served, ann: User) -> str:
    return str(served.upload(ann, CONTENT).json["blobId"])


def get(served: Served, ann: User, blob: str, method: str = "GET", name: str = "a.bin", **headers: str) -> Answer:
    path = f"/jmap/download/{served.account(ann)}/{blob}/{name}?type=application/pdf"
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return served.request(method, path, headers=sent)


def test_it_is_an_attachment_that_no_browser_runs(served: Served, ann: User, blob: str) -> None:
    answer = get(served, ann, blob)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="a.bin"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, immutable, max-age=31536000"


def test_a_name_comes_back_in_every_script(served: Served, ann: User, blob: str) -> None:
    name = 'Zürich "2/3" ☃\r\nX: y.pdf'
    shown = get(served, ann, blob, name=quote(name, safe="")).headers["content-disposition"]
    plain, _, exact = shown.partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="Z_rich _2_3_ ___X: y.pdf"'
    assert exact == quote(name, safe="!#$&+^`|~")


def test_no_type_is_octets_and_a_plus_is_a_plus(served: Served, ann: User, blob: str) -> None:
    base = f"/jmap/download/{served.account(ann)}/{blob}/x"
    assert served.request("GET", base).headers["content-type"] == "application/octet-stream"
    assert served.request("GET", f"{base}?type=image/svg+xml").headers["content-type"] == "image/svg+xml"
    assert served.request("GET", f"{base}?type=image%2Fsvg%2Bxml").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("media_type", ["text", "text/html%0d%0aX:%20y", "text/html%00", "t%C3%A9xt/plain", "a/b%20c"])
def test_a_type_that_is_none_is_refused(served: Served, ann: User, blob: str, media_type: str) -> None:
    answer = served.request("GET", f"/jmap/download/{served.account(ann)}/{blob}/x?type={media_type}")
    assert answer.status == 400


@pytest.mark.parametrize(
    ("header", "begin", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=299990-", 299_990, 300_000),
        ("bytes=-7", 299_993, 300_000),
        ("bytes=-999999", 0, 300_000),
        ("bytes=100000-999999999", 100_000, 300_000),
    ],
)
def test_one_range_is_answered_in_part(served: Served, ann: User, blob: str, header: str, begin: int, end: int) -> None:
    answer = get(served, ann, blob, Range=header)
    assert answer.status == 206
    assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/300000"
    assert answer.body == CONTENT[begin:end]


@pytest.mark.parametrize("header", ["bytes=300000-", "bytes=-0", "bytes=999999999-"])
def test_a_range_behind_the_end_cannot_be_satisfied(served: Served, ann: User, blob: str, header: str) -> None:
    answer = get(served, ann, blob, Range=header)
    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */300000")


@pytest.mark.parametrize(
    "header", ["bytes=0-1,5-6", "lines=1-2", "bytes=5-2", "bytes=-", "bytes=" + "0-1," * 10_000 + "2-3"]
)
def test_other_ranges_get_the_whole(served: Served, ann: User, blob: str, header: str) -> None:
    answer = get(served, ann, blob, Range=header)
    if len(header) < 32_000:
        assert (answer.status, len(answer.body)) == (200, 300_000)
    else:
        assert answer.status == 431


def test_what_the_client_has_is_not_sent_again(served: Served, ann: User, blob: str) -> None:
    tag = get(served, ann, blob).headers["etag"]
    for header in (tag, f'"x", W/{tag}', "*"):
        answer = get(served, ann, blob, If_None_Match=header)
        assert (answer.status, answer.body) == (304, b"")
    assert get(served, ann, blob, If_None_Match='"other"').status == 200


def test_a_range_holds_only_under_its_own_tag(served: Served, ann: User, blob: str) -> None:
    tag = get(served, ann, blob).headers["etag"]
    assert get(served, ann, blob, Range="bytes=0-1", If_Range=tag).status == 206
    assert get(served, ann, blob, Range="bytes=0-1", If_Range='"other"').status == 200


def test_head_tells_all_but_the_content(served: Served, ann: User, blob: str) -> None:
    for header in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=300000-"}):  # RFC 9110 §14.2: ranges are of GET alone
        answer = get(served, ann, blob, method="HEAD", **header)
        assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "300000")


def test_what_is_not_there_and_what_is_not_yours_look_alike(served: Served, ann: User, blob: str) -> None:
    bob = served.user("download-bob")
    theirs = str(served.upload(bob, b"of bob").json["blobId"])
    own, other = served.account(ann), served.account(bob)
    wanted = [(own, "b" + "0" * 64), (own, theirs), (other, theirs), ("a9999", blob), (own, "..%2f..%2fx"), (own, "b")]
    answers = [served.request("GET", f"/jmap/download/{account}/{name}/x") for account, name in wanted]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
