"""Random and damaged messages through import, get and parse: total, and the three agree on what they see."""

from typing import Any

from hypothesis import strategies as st

from tests.attacks.ground import Ground
from tests.fuzz.conftest import Fuzz
from tests.interop.mailbox import HELLO, REPORT

PIECES = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"--=cut",
        b"--=cut--",
        b"--",
        b": ",
        b"Content-Type: ",
        b"; boundary==cut",
        b'"',
    ),
    *(
        b"multipart/mixed",
        b"message/rfc822",
        b"text/html",
        b"text/plain; charset=utf-16",
        b"Content-Transfer-Encoding: ",
    ),
    *(
        b"base64",
        b"quoted-printable",
        b"=?utf-8?q?=C3=A9?=",
        b"=?b?",
        b"(",
        b")",
        b"<",
        b">",
        b"@",
        b",",
        b"\x00",
        b"\xff\xfe",
    ),
    *(
        b"Subject: ",
        b"From: ",
        b"To: ",
        b"Date: ",
        b"Mon, 1 Jan 2024 00:00:00 +0000",
        b" ",
        b"\t",
        b"*0*=utf-8''%",
        b"=",
        b"=\r\n",
    ),
)
soup = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40).map(b"".join)
damaged = st.tuples(
    st.sampled_from([HELLO, REPORT]),
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 60), st.sampled_from(PIECES) | st.binary(max_size=5)), max_size=6
    ),
)
EVERY = [
    "headers",
    "bodyStructure",
    "textBody",
    "htmlBody",
    "attachments",
    "bodyValues",
    "preview",
    "subject",
    "from",
    "to",
]
EVERY += [
    "sentAt",
    "messageId",
    "references",
    "hasAttachment",
    "size",
    "header:To:asGroupedAddresses",
    "header:Subject:asText",
]
DEEP = ["partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location", "headers"]


def hurt(example: tuple[bytes, list[tuple[int, int, bytes]]]) -> bytes:
    message, edits = example
    for at, cut, put in edits:
        message = message[:at] + put + message[at + cut :]
    return message


def test_any_message_is_imported_or_is_none_and_reads_the_same_everywhere(land: Ground, fuzz: Fuzz) -> None:
    options = {"properties": EVERY, "bodyProperties": DEEP, "fetchAllBodyValues": True}

    def check(message: bytes) -> None:
        blob = land.engine.upload(land.user, message)
        given = {"blobId": blob, "mailboxIds": {land.mailbox: True}}
        answer = land.engine.call(land.user, "Email/import", {"emails": {"a": given}})
        parsed = land.engine.call(land.user, "Email/parse", {"blobIds": [blob], **options})
        if not answer["created"]:
            assert answer["notCreated"]["a"]["type"] == "invalidEmail"
            assert parsed["notParsable"] == [blob]
            return
        made = answer["created"]["a"]
        email = land.engine.call(land.user, "Email/get", {"ids": [made["id"]], **options})["list"][0]
        assert made["blobId"] == blob
        assert email["size"] == made["size"] == len(message)
        assert {name: value for name, value in email.items() if name != "id"} == parsed["parsed"][blob]
        check_parts(land, email)
        land.engine.call(land.user, "Email/set", {"destroy": [made["id"]]})

    fuzz(soup | damaged.map(hurt), check)


def check_parts(land: Ground, email: dict[str, Any]) -> None:
    """Every part with a blob can be opened as such, has the size it says, and its text is there when it is text."""
    waiting = [email["bodyStructure"]]
    while waiting:
        part = waiting.pop()
        waiting += part.get("subParts") or []
        assert (part["blobId"] is None) == part["type"].startswith("multipart/") == (part["partId"] is None)
        if part["partId"] is not None:
            found = land.engine.call(land.user, "Email/parse", {"blobIds": [part["blobId"]], "properties": ["size"]})
            assert not found["notFound"]
            for shown in (found["parsed"] or {}).values():
                assert shown["size"] == part["size"]
            assert (part["partId"] in email["bodyValues"]) == part["type"].startswith("text/")
