"""Email/get (RFC 8621 §4.2)."""

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.datatypes.mail.desk import Desk, octets

MIXED = b"""From: =?utf-8?q?J=C3=BCrgen?= <j@example.com>
To: Friends: a@example.com, "B, C" <b@example.com>;
Subject: =?utf-8?b?w4Rww6RsZg==?=
Date: Tue, 1 Sep 2026 10:00:00 +0200
Message-ID: <one@example.com>
References: <x@example.com>
 <y@example.com>
List-Post: <mailto:list@example.com>
X-Twice: first
X-Twice: second
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

K=C3=A4se und =E2=82=AC
--inner
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

<p>K\xe4se <b>fett</b></p>
--inner--
--outer
Content-Type: application/pdf; name="a.pdf"
Content-Disposition: attachment; filename="a.pdf"
Content-Transfer-Encoding: base64
Content-ID: <pdf@example.com>
Content-Language: de, en
X-Part: yes

JVBERi0xLjQ=
--outer
Content-Type: message/rfc822

Subject: nested
From: n@example.com

inner text
--outer--
""".replace(b"\n", b"\r\n")


BODY_PROPERTIES = ("partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location")


@pytest.fixture
def mixed(ann: Desk) -> str:
    return ann.put(MIXED, keywords={"$Seen": True}, receivedAt="2026-09-02T00:00:00.5Z")


def test_metadata_is_what_was_stored(ann: Desk, mixed: str) -> None:
    email = ann.email(mixed, "keywords", "mailboxIds", "receivedAt", "size", "threadId", "blobId")
    assert email["keywords"] == {"$seen": True}
    assert email["mailboxIds"] == {ann.box("inbox"): True}
    assert email["receivedAt"] == "2026-09-02T00:00:00.5Z"
    assert email["size"] == len(MIXED)
    assert email["threadId"].startswith("T")
    assert ann.download(email["blobId"]) == MIXED


def test_header_properties_have_their_usual_forms(ann: Desk, mixed: str) -> None:
    email = ann.email(mixed, "from", "to", "cc", "subject", "sentAt", "messageId", "inReplyTo", "references")
    assert email == {
        "id": mixed,
        "from": [{"name": "Jürgen", "email": "j@example.com"}],
        "to": [{"name": None, "email": "a@example.com"}, {"name": "B, C", "email": "b@example.com"}],
        "cc": None,
        "subject": "Äpälf",
        "sentAt": "2026-09-01T10:00:00+02:00",
        "messageId": ["one@example.com"],
        "inReplyTo": None,
        "references": ["x@example.com", "y@example.com"],
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("header:subject", " =?utf-8?b?w4Rww6RsZg==?="),
        ("header:SUBJECT:asText", "Äpälf"),
        ("header:x-twice", " second"),
        ("header:X-Twice:all", [" first", " second"]),
        ("header:X-Twice:asText:all", ["first", "second"]),
        ("header:X-Missing", None),
        ("header:X-Missing:all", []),
        ("header:List-Post:asURLs", ["mailto:list@example.com"]),
        ("header:Date:asDate", "2026-09-01T10:00:00+02:00"),
        (
            "header:To:asGroupedAddresses",
            [
                {
                    "name": "Friends",
                    "addresses": [{"name": None, "email": "a@example.com"}, {"name": "B, C", "email": "b@example.com"}],
                }
            ],
        ),
    ],
)
def test_any_header_field_in_any_form(ann: Desk, mixed: str, name: str, value: Any) -> None:
    assert ann.email(mixed, name) == {"id": mixed, name: value}


@pytest.mark.parametrize(
    "name", ["header:From:asDate", "header:Subject:asAddresses", "header:", "header:a b", "header:X:asNothing", "nope"]
)
def test_a_form_that_the_field_may_not_have_is_invalid_arguments(ann: Desk, mixed: str, name: str) -> None:
    assert ann.error("Email/get", ids=[mixed], properties=[name])["type"] == "invalidArguments"


def test_headers_are_all_fields_in_order(ann: Desk, mixed: str) -> None:
    headers = ann.email(mixed, "headers")["headers"]
    assert [header["name"] for header in headers][:5] == ["From", "To", "Subject", "Date", "Message-ID"]
    assert {"name": "X-Twice", "value": " second"} in headers


def test_the_default_properties_are_those_of_the_rfc(ann: Desk, mixed: str) -> None:
    email = ann.email(mixed)
    names = (
        "id blobId threadId mailboxIds keywords size receivedAt messageId inReplyTo references sender from to cc bcc "
        "replyTo subject sentAt hasAttachment preview bodyValues textBody htmlBody attachments"
    )
    assert set(email) == set(names.split())
    assert email["bodyValues"] == {}
    assert email["hasAttachment"] is True
    assert email["preview"] == "Käse und €"


def test_every_property_of_the_rfc_can_be_asked(ann: Desk, mixed: str) -> None:
    names = {*ann.email(mixed), "bodyStructure", "headers"}
    assert set(ann.email(mixed, *names)) == names
    parts = [*BODY_PROPERTIES, "headers", "subParts"]
    structure = ann.email(mixed, "bodyStructure", bodyProperties=parts)["bodyStructure"]
    for part in (structure, *structure["subParts"]):
        assert set(part) == set(parts)
        is_multipart = part["type"].startswith("multipart/")
        assert [part["partId"] is None, part["blobId"] is None, part["subParts"] is not None] == [is_multipart] * 3


def test_references_are_identical_to_those_asked_as_a_field(ann: Desk) -> None:
    ids = [f"r{at}@example.com" for at in range(60)]
    email = ann.put(octets(References=" ".join(f"<{message_id}>" for message_id in ids)))
    assert ann.email(email, "references", "header:References:asMessageIds") == {
        "id": email,
        "references": ids,
        "header:References:asMessageIds": ids,
    }


def test_body_parts_show_the_default_properties(ann: Desk, mixed: str) -> None:
    email = ann.email(mixed, "textBody", "htmlBody", "attachments")
    assert [part["type"] for part in email["textBody"]] == ["text/plain"]
    assert [part["type"] for part in email["htmlBody"]] == ["text/html"]
    pdf, nested = email["attachments"]
    blob_id = pdf.pop("blobId")
    assert pdf == {
        "partId": pdf["partId"],
        "size": 8,
        "name": "a.pdf",
        "type": "application/pdf",
        "charset": None,
        "disposition": "attachment",
        "cid": "pdf@example.com",
        "language": ["de", "en"],
        "location": None,
    }
    assert ann.download(blob_id) == b"%PDF-1.4"
    assert ann.download(nested["blobId"]) == b"Subject: nested\r\nFrom: n@example.com\r\n\r\ninner text"


def test_body_structure_is_the_whole_tree_with_the_properties_asked_for(ann: Desk, mixed: str) -> None:
    structure = ann.email(mixed, "bodyStructure", bodyProperties=["type", "partId", "header:X-Part:asText"])
    shown = structure["bodyStructure"]
    assert (shown["type"], shown["partId"]) == ("multipart/mixed", None)
    alternative, pdf, nested = shown["subParts"]
    assert [part["type"] for part in alternative["subParts"]] == ["text/plain", "text/html"]
    assert pdf == {"type": "application/pdf", "partId": pdf["partId"], "header:X-Part:asText": "yes"}
    assert nested["header:X-Part:asText"] is None


def test_headers_of_parts_are_read_from_the_message(ann: Desk, mixed: str) -> None:
    pdf = ann.email(mixed, "attachments", bodyProperties=["headers"])["attachments"][0]
    assert [header["name"] for header in pdf["headers"]][-1] == "X-Part"


@pytest.mark.parametrize("name", ["nope", "header:From:asDate", "bodyValues"])
def test_an_unknown_property_of_parts_is_invalid_arguments(ann: Desk, mixed: str, name: str) -> None:
    assert ann.error("Email/get", ids=[mixed], bodyProperties=[name])["type"] == "invalidArguments"


@pytest.mark.parametrize(
    ("argument", "types"),
    [
        ("fetchTextBodyValues", ["text/plain"]),
        ("fetchHTMLBodyValues", ["text/html"]),
        ("fetchAllBodyValues", ["text/plain", "text/html"]),
    ],
)
def test_body_values_are_those_of_the_lists_asked_for(ann: Desk, mixed: str, argument: str, types: list[str]) -> None:
    email = ann.email(mixed, "bodyValues", "textBody", "htmlBody", **{argument: True})
    ids = {part["partId"]: part["type"] for part in email["textBody"] + email["htmlBody"]}
    assert [ids[part] for part in email["bodyValues"]] == types
    texts = {"text/plain": "Käse und €", "text/html": "<p>Käse <b>fett</b></p>"}
    for part, value in email["bodyValues"].items():
        assert value == {"value": texts[ids[part]], "isEncodingProblem": False, "isTruncated": False}


def test_truncation_never_cuts_a_character_or_a_tag(ann: Desk, mixed: str) -> None:
    email = ann.email(mixed, "bodyValues", fetchAllBodyValues=True, maxBodyValueBytes=11)
    values = list(email["bodyValues"].values())
    assert values[0] == {"value": "Käse und ", "isEncodingProblem": False, "isTruncated": True}
    assert values[1] == {"value": "<p>Käse ", "isEncodingProblem": False, "isTruncated": True}


def test_ids_keep_their_order_and_unknown_ones_are_told(ann: Desk, mixed: str) -> None:
    other = ann.put(octets())
    for properties in (["subject"], ["subject", "textBody"]):
        answer = ann.call("Email/get", ids=[other, "M999999", mixed], properties=properties)
        assert [email["id"] for email in answer["list"]] == [other, mixed]
        assert answer["notFound"] == ["M999999"]


@pytest.mark.parametrize("odd", ["M", "M01", "B999999", "T1", "m1", "M9999999999999999999999999", "-", "M-1"])
def test_ids_of_other_forms_are_not_found(ann: Desk, mixed: str, odd: str) -> None:
    for properties in (["subject"], ["headers"]):
        assert ann.call("Email/get", ids=[odd, mixed], properties=properties)["notFound"] == [odd]
    assert ann.call("Thread/get", ids=["M1"])["notFound"] == ["M1"]
    assert ann.call("Mailbox/get", ids=[f"x{odd}"])["notFound"] == [f"x{odd}"]
    assert ann.update(odd, {"keywords/a": True})["type"] == "notFound"
    assert ann.call("Email/set", destroy=[odd])["notDestroyed"][odd]["type"] == "notFound"
    assert ann.call("Email/query", filter={"inMailbox": odd})["ids"] == []


def test_all_emails_are_given_for_null(ann: Desk, mixed: str) -> None:
    other = ann.put(octets())
    answer = ann.call("Email/get", ids=None, properties=["id"])
    assert {email["id"] for email in answer["list"]} == {mixed, other}


def test_a_broken_charset_is_an_encoding_problem(ann: Desk) -> None:
    data = b"Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nab\xffcd"
    value = ann.email(ann.put(data), "bodyValues", fetchAllBodyValues=True)["bodyValues"]["1"]
    assert value["isEncodingProblem"] is True
    assert value["value"].startswith("ab")


def test_large_messages_are_read_from_files(ann: Desk) -> None:
    attached = base64.encodebytes(bytes(range(256)) * 2000)
    data = (
        b"Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
        b"Content-Type: image/png\r\nContent-Disposition: attachment\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + attached + b"\r\n--b--\r\n"
    )
    email = ann.email(ann.put(data), "attachments", "bodyValues", "headers", fetchTextBodyValues=True)
    assert ann.download(email["attachments"][0]["blobId"]) == bytes(range(256)) * 2000
    assert email["bodyValues"]["1"]["value"] == "text"


def test_a_message_whose_octets_were_lost_hides_no_other(ann: Desk, caplog: pytest.LogCaptureFixture) -> None:
    whole = ann.put(octets("whole", "here"))
    lost = ann.put(octets("lost", "x" * 70_000))
    (file,) = (path for path in (Path(ann.harness.store._files.blobs)).rglob("*") if path.is_file())
    for left in (b"Subject: half", None):
        file.unlink()
        if left is not None:
            file.write_bytes(left)
        shown = ann.call(
            "Email/get", ids=[whole, lost], properties=["subject", "bodyValues", "headers"], fetchAllBodyValues=True
        )["list"]
        assert [(email["subject"], *email["bodyValues"].values()) for email in shown] == [
            ("whole", {"value": "here", "isEncodingProblem": False, "isTruncated": False}),
            ("lost", {"value": "", "isEncodingProblem": True, "isTruncated": False}),
        ]
        snippets = ann.call("SearchSnippet/get", filter={"text": "here"}, emailIds=[whole, lost])["list"]
        assert [snippet["emailId"] for snippet in snippets] == [whole, lost]
    assert "is gone" in caplog.text
