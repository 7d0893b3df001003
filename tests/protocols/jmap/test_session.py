from pathlib import Path

from angarium.datatypes.principals import User
from tests.protocols.served import Served, serving


def test_every_path_of_the_session_answers_directly(served: Served, ann: User) -> None:
    for path in ("/.well-known/jmap", "/jmap", "/jmap/"):
        answer = served.request("GET", path)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json"
        assert "no-store" in answer.headers["cache-control"]
        assert answer.json["username"] == "ann"


def test_the_limits_shown_are_the_limits_configured(tmp_path: Path) -> None:
    with serving(tmp_path, limits={"max_size_upload": 2_000_000}) as small:
        small.user("ann")
        core = small.request("GET", "/jmap").json["capabilities"]["urn:ietf:params:jmap:core"]
        assert core["maxSizeUpload"] == 2_000_000


def test_urls_are_absolute_with_the_host_that_was_asked(served: Served, ann: User) -> None:
    session = served.request("GET", "/jmap", headers={"Host": "mail.example.com:81"}).json
    assert session["apiUrl"] == "http://mail.example.com:81/jmap/"
    base = "http://mail.example.com:81/jmap"
    assert session["downloadUrl"] == f"{base}/download/{{accountId}}/{{blobId}}/{{name}}?type={{type}}"
    assert session["uploadUrl"] == f"{base}/upload/{{accountId}}/"
    assert session["eventSourceUrl"] == f"{base}/eventsource/?types={{types}}&closeafter={{closeafter}}&ping={{ping}}"


def test_a_host_that_is_none_is_refused(served: Served, ann: User) -> None:
    assert served.request("GET", "/jmap", headers={"Host": "a/b"}).status == 400


def test_forwarded_headers_of_a_stranger_are_ignored(served: Served, ann: User) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert "evil" not in served.request("GET", "/jmap", headers=forged).json["apiUrl"]


def test_a_trusted_proxy_tells_how_it_was_reached(tmp_path: Path) -> None:
    with serving(tmp_path, server={"trusted_proxies": ["127.0.0.0/8"]}) as behind:
        behind.user("ann")
        told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "mail.example.com"}
        assert behind.request("GET", "/jmap", headers=told).json["apiUrl"] == "https://mail.example.com/jmap/"


def test_a_public_url_goes_before_everything(tmp_path: Path) -> None:
    with serving(tmp_path, server={"public_url": "https://example.com/post/"}) as known:
        known.user("ann")
        assert known.request("GET", "/jmap").json["apiUrl"] == "https://example.com/post/jmap/"
