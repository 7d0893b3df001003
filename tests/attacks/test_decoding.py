"""Bodies that grow, or cost, when they are decoded: transfer encodings, charsets, HTML, compressed requests."""

import base64
import gzip

import pytest

from tests.client import Client

HEAD = b"From: a@example.com\r\nSubject: bomb\r\nMIME-Version: 1.0\r\n"


def text(encoding: bytes, body: bytes, media_type: bytes = b"text/plain; charset=utf-8") -> bytes:
    return HEAD + b"Content-Type: " + media_type + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body


def html(body: bytes) -> bytes:
    return text(b"8bit", body, b"text/html; charset=utf-8")


BOMBS = {
    "base64": text(b"base64", base64.encodebytes(b"word " * 3_000_000)),
    "base64 in one line": text(b"base64", base64.b64encode(b"x" * 15_000_000)),
    "base64 that is none": text(b"base64", b"=" * 5_000_000),
    "base64 with noise": text(b"base64", b"YQ!!" * 2_000_000),
    "quoted-printable": text(b"quoted-printable", b"=41" * 5_000_000),
    "quoted-printable soft breaks": text(b"quoted-printable", b"=\r\n" * 3_000_000),
    "quoted-printable that is none": text(b"quoted-printable", b"=" * 5_000_000),
    "quoted-printable spaces": text(b"quoted-printable", (b" " * 1_000 + b"=\r\n") * 5_000),
    "uuencode": text(b"x-uuencode", b"begin 644 f\n" + b"M" + b"A" * 60 + b"\n" * 100_000),
    "uuencode lines": text(b"uuencode", b"begin 644 f\n" + (b"M" + b"A" * 60 + b"\n") * 100_000 + b"`\nend\n"),
    "an unknown encoding": text(b"rot-13", b"x" * 1_000_000),
    "a zip in a zip": text(b"base64", base64.encodebytes(b"PK\x03\x04" + b"\x00" * 100_000), b"application/zip"),
    "open tags": html(b"<div>" * 1_000_000),
    "close tags": html(b"</div>" * 1_000_000),
    "angles": html(b"<" * 5_000_000),
    "attributes": html(b"<a " + b"x=y " * 1_000_000 + b">"),
    "a quote in a tag never closed": html(b'<a href="' + b"<p>" * 1_000_000),
    "comments": html(b"<!--" * 1_000_000),
    "a comment never closed": html(b"<!-- " + b"-" * 5_000_000),
    "scripts": html(b"<script>" * 500_000),
    "entities": html(b"&amp;" * 1_000_000),
    "entities never closed": html(b"&" * 5_000_000),
    "numeric entities": html(b"&#99999999999999999999;&#xD800;&#0;" * 100_000),
    "CDATA": html(b"<![CDATA[" * 500_000),
    "declarations": html(b"<!DOCTYPE a [" + b'<!ENTITY a "&a;&a;">' * 100_000),
    "spaces": html(b" \t\n" * 2_000_000),
    "utf-7": text(b"7bit", b"+ADw-script+AD4-" * 300_000, b"text/plain; charset=utf-7"),
    "utf-16 cut": text(b"8bit", "\u6f22".encode("utf-16") * 500_000 + b"\xd8", b"text/plain; charset=utf-16"),
    "iso-2022": text(b"8bit", b"\x1b$B" * 1_000_000, b"text/plain; charset=iso-2022-jp"),
    "broken utf-8": text(b"8bit", b"\xf0\x9f" * 2_000_000),
}

CODECS = (
    *("zlib", "zip", "bz2", "hex", "base64", "uu", "quopri", "rot13", "rot_13", "unicode_escape", "raw_unicode_escape"),
    *("undefined", "idna", "punycode", "mbcs", "oem", "string_escape", "utf_8_sig", "utf-32", "x" * 10_000),
    *("\\r\\n", "../../etc/passwd", "%s", "", "\u00e9".encode("latin-1").decode("latin-1")),
)


@pytest.mark.parametrize("message", BOMBS.values(), ids=BOMBS.keys())
def test_a_body_bomb_is_stored_shown_and_searched(ann: Client, message: bytes) -> None:
    made = ann.import_mail(message, ann.mailbox("inbox"))
    email = ann.email(
        made["id"], properties=["preview", "bodyValues", "size"], fetchAllBodyValues=True, maxBodyValueBytes=1_000
    )
    assert len(email["preview"]) <= 256
    for value in email["bodyValues"].values():
        assert len(value["value"].encode()) <= 1_000
    whole = ann.responses(
        ("Email/get", {"ids": [made["id"]], "properties": ["bodyValues"], "fetchAllBodyValues": True})
    )
    assert whole[0][0] == "Email/get" or whole[0][1]["type"] == "requestTooLarge"
    ann.call("Email/query", {"filter": {"body": "word"}, "limit": 5})
    ann.call("SearchSnippet/get", {"emailIds": [made["id"]], "filter": {"body": "word"}})
    assert ann.call("Email/set", {"destroy": [made["id"]]})["destroyed"] == [made["id"]]


@pytest.mark.parametrize("charset", CODECS)
def test_a_charset_is_a_charset_and_no_other_codec(ann: Client, charset: str) -> None:
    body = base64.encodebytes(b"\x78\x9ca\x00harmless")
    named = b"text/plain; charset=" + charset.encode()
    made = ann.import_mail(text(b"base64", body, named) + b"\r\n", ann.mailbox("inbox"))
    email = ann.email(made["id"], properties=["bodyValues"], fetchAllBodyValues=True)
    (value,) = email["bodyValues"].values()
    assert "harmless" in value["value"] or charset in ("utf-32", "zip") or value["isEncodingProblem"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip", "compress"])
def test_a_compressed_request_or_upload_is_not_unpacked(ann: Client, coding: str) -> None:
    bomb = gzip.compress(b" " * 9_000_000)
    answer = ann.post(bomb, {"Content-Encoding": coding})
    assert answer.status in (400, 415)
    told = {"Content-Type": "text/plain", "Content-Encoding": coding}
    assert ann.send("POST", ann.upload_path(ann.account), bomb, told).status == 415


def test_an_archive_is_never_opened(ann: Client) -> None:
    packed = gzip.compress(b"needle " * 1_000_000)
    message = text(b"base64", base64.encodebytes(packed), b"application/gzip; name=notes.txt.gz")
    made = ann.import_mail(message, ann.mailbox("inbox"))
    assert made["id"] not in ann.call("Email/query", {"filter": {"text": "needle"}})["ids"]
