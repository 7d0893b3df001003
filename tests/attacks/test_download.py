"""What a browser is told of a download: an attachment that it neither sniffs, nor runs, nor lets others embed."""

import re

import pytest

from tests.client import Client

VECTORS = (
    b"<script>alert(1)</script>",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    b"GIF89a/*<svg/onload=alert(1)>*/=alert(1)//",
    b"%PDF-1.4 <script>alert(1)</script>",
    b"\xef\xbb\xbf<html><body onload=alert(1)>",
    "<script>alert(1)</script>".encode("utf-16"),
    b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>",
    b"",
)
TYPES = (
    "text/html",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/javascript",
    "text/html;charset=utf-7",
)
NAMES = (
    "evil.html",
    'a"b.txt',
    "a\\b.txt",
    "a\r\nX-Evil: 1",
    "a\nb",
    "a\x00b.txt",
    "../../etc/passwd",
    "..",
    "/absolute",
    "a;filename=evil.html",
    "grüße.txt",
    "漢字.pdf",
    "\u202egpj.exe",
    "%0d%0aX-Evil:1",
    "a%22b",
    "x" * 2_000,
    "con",
    " ",
)


def check(headers: dict[str, str]) -> None:
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["content-disposition"].startswith("attachment")
    assert "x-evil" not in headers


@pytest.mark.parametrize("content", VECTORS)
@pytest.mark.parametrize("media_type", TYPES)
def test_active_content_is_an_attachment_in_a_sandbox(ann: Client, content: bytes, media_type: str) -> None:
    answer = ann.download(ann.upload(content, media_type), name="evil.html", media_type=media_type)
    assert answer.status == 200
    assert answer.body == content
    assert answer.headers["content-type"] == media_type
    check(dict(answer.headers))


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_stays_a_file_name(ann: Client, name: str) -> None:
    answer = ann.download(ann.upload(b"content"), name=name)
    assert answer.status in (200, 400, 404)
    if answer.status == 200:
        check(dict(answer.headers))
        disposition = answer.headers["content-disposition"]
        assert disposition.isascii()
        assert disposition.isprintable()
        quoted = re.search(r'filename="((?:[^"\\]|\\.)*)"', disposition)
        assert disposition.count('filename="') <= 1
        assert quoted is None or not re.search(r"[/\x00-\x1f]", quoted[1])


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html\r\nX-Evil: 1",
        "text/html\nX-Evil: 1",
        "text",
        "",
        "/",
        "text/",
        "text/html, text/plain",
        "a b/c",
        "é/é",
        "*/*\x00",
    ],
)
def test_a_type_that_is_none_is_refused_or_replaced(ann: Client, media_type: str) -> None:
    answer = ann.download(ann.upload(b"content"), media_type=media_type)
    assert answer.status in (200, 400)
    assert "x-evil" not in answer.headers
    if answer.status == 200:
        assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", answer.headers["content-type"])
        check(dict(answer.headers))


@pytest.mark.parametrize("media_type", ["text/html\x00", "a" * 5_000 + "/b", "text/html; x=\x7f", "nothing"])
def test_an_upload_type_that_is_none_is_refused_or_given_back_harmless(ann: Client, media_type: str) -> None:
    answer = ann.send("POST", ann.upload_path(ann.account), b"x", {"Content-Type": media_type})
    assert answer.status in (201, 400, 415)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("bytes=0-3", 206),
        ("bytes=-4", 206),
        ("bytes=5-", 206),
        ("bytes=0-0", 206),
        ("bytes=0-99999999999999999999", None),
        ("bytes=10-", 416),
        ("bytes=99999999999999999999-", None),
        ("bytes=-0", 416),
        ("bytes=5-2", 200),
        ("bytes=--1", 200),
        ("bytes=a-b", 200),
        ("bytes=", 200),
        ("bytes=" + ",".join(f"{number}-{number}" for number in range(3_000)), 200),
        ("bytes=0-1,2-3", 200),
        ("bits=0-1", 200),
        ("bytes=0-1" + " " * 5_000, None),
        ("bytes=\u0660-\u0661".encode().decode("latin-1"), 200),
    ],
)
def test_a_range_is_one_range_or_none(ann: Client, given: str, status: int | None) -> None:
    blob = ann.upload(b"0123456789")
    answer = ann.download(blob, headers={"Range": given})
    assert status is None or answer.status == status
    assert answer.status in (200, 206, 416)
    if answer.status == 206:
        first, last, size = re.findall(r"\d+", answer.headers["content-range"])
        assert answer.body == b"0123456789"[int(first) : int(last) + 1]
        assert size == "10"
        check(dict(answer.headers))
    elif answer.status == 200:
        assert answer.body == b"0123456789"


def test_a_download_is_private_and_needs_a_sign_in(ann: Client) -> None:
    blob = ann.upload(b"content")
    assert "private" in ann.download(blob).headers["cache-control"]
    assert ann.send("GET", ann.download_path(blob, ann.account), signed=False).status == 401
