"""Email/parse (RFC 8621 §4.9)."""

import base64
from typing import Any

import pytest

from angarium.datatypes.blobs import BlobId
from angarium.formats.message import Encoding
from angarium.store.contract import BlobHash
from tests.datatypes.mail.desk import Desk, octets


def wrapped(data: bytes, subject: str = "outer", encode: bool = False) -> bytes:
    transfer = b"Content-Transfer-Encoding: base64\r\n" if encode else b""
    body = base64.encodebytes(data).replace(b"\n", b"\r\n") if encode else data
    return b"Subject: " + subject.encode() + b"\r\nContent-Type: message/rfc822\r\n" + transfer + b"\r\n" + body


def parsed(ann: Desk, blob: str, *properties: str, **arguments: Any) -> Any:
    answer = ann.call("Email/parse", blobIds=[blob], properties=list(properties) or None, **arguments)
    assert (answer["notFound"], answer["notParsable"]) == (None, None)
    return answer["parsed"][blob]


def test_the_default_properties_are_those_of_the_rfc(ann: Desk) -> None:
    email = parsed(ann, ann.harness.upload(ann.user, octets()))
    names = (
        "messageId inReplyTo references sender from to cc bcc replyTo subject sentAt hasAttachment preview bodyValues "
        "textBody htmlBody attachments"
    )
    assert set(email) == set(names.split())
    assert (email["subject"], email["preview"]) == ("Hello", "How are you?")


def test_what_only_the_store_knows_is_null(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets())
    email = parsed(ann, blob, "id", "mailboxIds", "keywords", "receivedAt", "threadId", "blobId", "size")
    assert email == {
        "id": None,
        "mailboxIds": None,
        "keywords": None,
        "receivedAt": None,
        "threadId": None,
        "blobId": blob,
        "size": len(octets()),
    }


def test_bodies_and_headers_are_shown_as_get_does(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets(body="text here"))
    email = parsed(
        ann,
        blob,
        "bodyStructure",
        "bodyValues",
        "header:to:asAddresses",
        bodyProperties=["type"],
        fetchTextBodyValues=True,
    )
    assert email["bodyStructure"] == {"type": "text/plain"}
    assert email["bodyValues"]["1"]["value"] == "text here"
    assert email["header:to:asAddresses"] == [{"name": "Ann", "email": "ann@example.com"}]


def test_internationalized_addresses_are_read(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, "From: Пётр <пётр@пример.рф>\r\n\r\nтекст".encode())
    assert parsed(ann, blob, "from", "header:FROM:asRaw") == {
        "from": [{"name": "Пётр", "email": "пётр@пример.рф"}],
        "header:FROM:asRaw": " Пётр <пётр@пример.рф>",
    }


def test_body_values_are_cut_where_no_character_is(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, octets(body="Käse"))
    email = parsed(ann, blob, "bodyValues", fetchAllBodyValues=True, maxBodyValueBytes=2)
    assert email["bodyValues"]["1"] == {"value": "K", "isEncodingProblem": True, "isTruncated": True}


@pytest.mark.parametrize("encode", [False, True])
def test_nested_messages_are_followed_by_their_blob_ids(ann: Desk, encode: bool) -> None:
    data = octets("innermost", "deep")
    for level in range(5):
        data = wrapped(data, f"level {level}", encode)
    blob = ann.harness.upload(ann.user, data)
    for level in range(5):
        email = parsed(ann, blob, "subject", "attachments")
        assert email["subject"] == f"level {4 - level}"
        blob = email["attachments"][0]["blobId"]
    email = parsed(ann, blob, "subject", "textBody")
    assert email["subject"] == "innermost"
    assert ann.download(email["textBody"][0]["blobId"]) == b"deep"


def test_a_chain_too_long_for_ids_ends_in_not_parsable(ann: Desk) -> None:
    data = octets("innermost")
    for _ in range(10):
        data = wrapped(data, encode=True)
    blob = ann.harness.upload(ann.user, data)
    for _ in range(8):
        assert len(blob) <= 255
        blob = parsed(ann, blob, "attachments")["attachments"][0]["blobId"]
    assert ann.call("Email/parse", blobIds=[blob])["notParsable"] == [blob]
    assert len(ann.download(blob)) > 0


def test_each_blob_that_fails_says_how(ann: Desk) -> None:
    good, bad = ann.harness.upload(ann.user, octets()), ann.harness.upload(ann.user, b"no header")
    answer = ann.call("Email/parse", blobIds=[good, bad, "nope", good], properties=["subject"])
    assert answer == {
        "accountId": ann.account,
        "parsed": {good: {"subject": "Hello"}},
        "notParsable": [bad],
        "notFound": ["nope"],
    }


def test_a_blob_of_someone_else_is_not_found(ann: Desk) -> None:
    secret = ann.harness.upload(ann.harness.user("bob"), octets())
    assert ann.call("Email/parse", blobIds=[secret])["notFound"] == [secret]


@pytest.mark.parametrize("name", ["header:From:asDate", "nope", "header:"])
def test_an_unknown_property_is_invalid_arguments(ann: Desk, name: str) -> None:
    assert ann.error("Email/parse", blobIds=[], properties=[name])["type"] == "invalidArguments"


@pytest.mark.parametrize("name", ["header:From:asDate", "nope", "subject"])
def test_an_unknown_property_of_parts_is_invalid_arguments(ann: Desk, name: str) -> None:
    assert ann.error("Email/parse", blobIds=[], bodyProperties=[name])["type"] == "invalidArguments"


def test_more_than_100_blobs_are_too_many(ann: Desk) -> None:
    assert ann.error("Email/parse", blobIds=[f"b{at}" for at in range(101)])["type"] == "requestTooLarge"


def test_blobs_that_are_too_large_together_are_refused(ann: Desk) -> None:
    data = b"Subject: x\r\n\r\n" + b"x" * 40_000_000
    blob = BlobId(BlobHash(ann.harness.upload(ann.user, data)[1:]))
    parts = [str(blob.part(0, len(data) - cut, Encoding.IDENTITY)) for cut in range(6)]
    assert ann.error("Email/parse", blobIds=parts, properties=["subject"])["type"] == "requestTooLarge"
    encoded = [str(blob.part(0, len(data) - cut, Encoding.BASE64)) for cut in range(6)]
    assert ann.error("Email/parse", blobIds=encoded, properties=["subject"])["type"] == "requestTooLarge"
