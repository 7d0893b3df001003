import pytest

from angarium.formats.message.entity import describe
from angarium.formats.message.header_block import split_fields


def described(fields: bytes, attribute: str) -> object:
    return getattr(describe(split_fields(fields)[0], "text/plain"), attribute)


@pytest.mark.parametrize(
    ("fields", "attribute", "value"),
    [
        (b"", "type", "text/plain"),
        (b"", "charset", "us-ascii"),
        (b"Content-Type: TEXT/Html\n", "type", "text/html"),
        (b"Content-Type: text/html\n", "charset", "us-ascii"),
        (b"Content-Type: text/html; charset=UTF-8\n", "charset", "UTF-8"),
        (b"Content-Type: image/png\n", "charset", None),
        (b"Content-Type: application/xml; charset=utf-8\n", "charset", "utf-8"),
        (b"Content-Disposition: inline\n", "charset", "us-ascii"),
        (b"Content-Type: text\n", "type", "text/plain"),
        (b"Content-Type:\n", "type", "text/plain"),
        (b"Content-Type: text / plain (x)\n", "type", "text/plain"),
        (b"Content-Type: text/html\nContent-Type: image/png\n", "type", "text/html"),
        (b"Content-Disposition: ATTACHMENT; filename=a.txt\n", "disposition", "attachment"),
        (b"Content-Disposition: ATTACHMENT; filename=a.txt\n", "name", "a.txt"),
        (b"Content-Type: a/b; name=n\nContent-Disposition: inline; filename=f\n", "name", "f"),
        (b"Content-Type: a/b; name=n\nContent-Disposition: inline\n", "name", "n"),
        (b"Content-ID: (c) <a@b>\n", "cid", "a@b"),
        (b"Content-ID: bare\n", "cid", "bare"),
        (b"Content-Language: en (English), fr-CA\n", "language", ("en", "fr-CA")),
        (b"Content-Location: http://a/b\n", "location", "http://a/b"),
        (b"Content-Transfer-Encoding: nonsense\n", "is_encoding_problem", True),
        (b'Content-Type: multipart/mixed; boundary="b \t"\n', "boundary", b"b"),
        (b"Content-Type: multipart/mixed\n", "boundary", None),
        (b"Content-Type: text/plain; boundary=b\n", "boundary", None),
    ],
)
def test_fields_describe_the_entity(fields: bytes, attribute: str, value: object) -> None:
    assert described(fields, attribute) == value
