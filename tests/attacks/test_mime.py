"""Messages whose structure is meant to exhaust: deep, wide, circular-looking, cut off. All are taken, none breaks."""

from typing import Any

import pytest

from tests.client import Client

HEAD = b"From: a@example.com\r\nSubject: bomb\r\nMIME-Version: 1.0\r\n"
DEPTH = 100
PARTS = 1_000


def multipart(boundary: bytes, *parts: bytes, close: bool = True) -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        b'Content-Type: multipart/mixed; boundary="'
        + boundary
        + b'"\r\n\r\n'
        + body
        + (b"--" + boundary + b"--\r\n" if close else b"")
    )


def nested_multiparts(depth: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return HEAD + opened + b"\r\nthe innermost text\r\n"


def nested_messages(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: innermost\r\n\r\ntext\r\n"


BOMBS = {
    "nested multiparts": nested_multiparts(100_000),
    "nested multiparts with one boundary": HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' * 50_000
    + b"\r\ntext\r\n",
    "boundaries that begin with their parent's": HEAD
    + b"".join(
        b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n' % (b"b" * level, b"b" * level)
        for level in range(1, 300)
    ),
    "nested messages": nested_messages(100_000),
    "messages in multiparts": HEAD
    + b'Content-Type: multipart/digest; boundary="d"\r\n\r\n--d\r\nContent-Type: message/rfc822\r\n\r\n' * 20_000,
    "empty parts": HEAD + multipart(b"b", *([b""] * 1_000_000)),
    "parts without any content": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n" * 1_000_000,
    "ten thousand texts": HEAD + multipart(b"b", *([b"\r\ntext"] * 10_000)),
    "alternatives of alternatives": HEAD + b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\n' * 10_000,
    "no boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\n--\r\n\r\ntext\r\n----\r\n",
    "empty boundary": HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\ntext\r\n----\r\n',
    "boundary of a hundred thousand": HEAD + multipart(b"x" * 100_000, b"\r\ntext"),
    "boundary that is a pattern": HEAD + multipart(b"(.*)+[a-z]", b"\r\ntext"),
    "never closed": HEAD + multipart(b"b", b"\r\ntext", close=False),
    "cut in the head": HEAD + b"Content-Type: multipart/mixed; bound",
    "cut in a boundary": HEAD + b'Content-Type: multipart/mixed; boundary="bbbb"\r\n\r\n--bb',
    "lines that almost are boundaries": HEAD + multipart(b"b" * 60, b"\r\n" + (b"--" + b"b" * 59 + b"\r\n") * 100_000),
    "one line of ten million": HEAD + b"\r\n" + b"x" * 10_000_000,
    "a million empty lines": HEAD + b"\r\n" + b"\r\n" * 1_000_000,
    "bare carriage returns": HEAD.replace(b"\r\n", b"\r") + b"\r\rtext\r" * 100_000,
    "NULs": HEAD + b"\r\n" + b"\x00" * 1_000_000,
}


def measure(part: Any) -> tuple[int, int]:
    """Depth and number of parts."""
    deepest, many, waiting = 0, 0, [(part, 1)]
    while waiting:
        current, depth = waiting.pop()
        deepest, many = max(deepest, depth), many + 1
        waiting += [(inner, depth + 1) for inner in current.get("subParts") or []]
    return deepest, many


@pytest.mark.parametrize("message", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_stored_shown_searched_and_parsed(ann: Client, message: bytes) -> None:
    made = ann.import_mail(message, ann.mailbox("inbox"))
    email = ann.email(
        made["id"], properties=["bodyStructure", "textBody", "htmlBody", "attachments", "preview", "size"]
    )
    depth, parts = measure(email["bodyStructure"])
    assert depth <= DEPTH + 1
    assert parts <= PARTS + 1
    assert email["size"] == len(message)
    assert ann.download(made["blobId"]).body == message
    every = ann.responses(
        ("Email/get", {"ids": [made["id"]], "properties": ["bodyValues"], "fetchAllBodyValues": True})
    )
    assert every[0][0] == "Email/get" or every[0][1]["type"] == "requestTooLarge"
    parsed = ann.call("Email/parse", {"blobIds": [made["blobId"]], "properties": ["bodyStructure", "subject"]})
    assert made["blobId"] in (parsed["parsed"] or {})
    assert ann.call("Email/set", {"destroy": [made["id"]]})["destroyed"] == [made["id"]]


def test_no_more_than_the_octets_of_a_blob_are_asked_of_a_part(ann: Client) -> None:
    """Made-up part names inside a blob that one may read give what is there, nothing, or an error: no more."""
    made = ann.import_mail(HEAD + b"\r\n" + b"x" * 100, ann.mailbox("inbox"))
    blob = made["blobId"]
    for steps in (
        "_0-zzzzzzzzzz",
        "_zzzzzzzzzz-1",
        "_0-1B" * 8,
        "_0-1B" * 200,
        "_0-100_0-100",
        "_0-0",
        "_0--1",
        "_0-1X",
        "_",
    ):
        answer = ann.download(blob + steps)
        assert answer.status in (200, 404), steps
        if answer.status == 200:
            assert len(answer.body) <= made["size"]
