"""Building messages in Email/set (RFC 8621 §4.6)."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from angarium.engine.limits import Limits
from angarium.formats.message import header_value, parse
from tests.datatypes.mail.desk import Desk, octets
from tests.harness import Harness

TEXT = {"textBody": [{"partId": "t", "type": "text/plain"}], "bodyValues": {"t": {"value": "Grüße\nvon mir\n"}}}


def written(ann: Desk, **properties: Any) -> bytes:
    """The octets of a draft that must be accepted."""
    made = ann.create(**properties)
    assert "blobId" in made, made
    return ann.download(made["blobId"])


def invalid(ann: Desk, **properties: Any) -> list[str]:
    """The invalid properties of a draft that must be refused."""
    error = ann.create(**properties)
    assert error.get("type") == "invalidProperties", error
    assert error["description"]
    return list(error["properties"])


def test_created_tells_what_the_server_set(ann: Desk) -> None:
    made = ann.create(subject="x", keywords={"$Draft": True}, **TEXT)
    data = ann.download(made["blobId"])
    assert made == {
        "id": made["id"],
        "blobId": made["blobId"],
        "threadId": made["threadId"],
        "size": len(data),
        "receivedAt": "2026-09-21T14:13:20Z",
        "sentAt": "2026-09-21T14:13:20Z",
        "messageId": made["messageId"],
        "keywords": {"$draft": True},
    }
    assert made["messageId"][0].endswith("@example.com")


def test_header_properties_read_back_as_given(ann: Desk) -> None:
    given = {
        "from": [{"name": "Zoë Ünal", "email": "zoe@example.com"}],
        "to": [{"name": None, "email": "a@example.com"}, {"name": 'B, "C"', "email": "b@example.com"}],
        "cc": [{"name": "山田太郎", "email": "yamada@example.jp"}],
        "bcc": [{"name": None, "email": "secret@example.com"}],
        "sender": [{"name": None, "email": "s@example.com"}],
        "replyTo": [{"name": "r", "email": "r@example.com"}],
        "subject": "Привет, мир! " * 12 + "🐎",
        "messageId": ["own@example.com"],
        "inReplyTo": ["a@example.com"],
        "references": ["a@example.com", "b@example.com"],
        "sentAt": "2026-05-01T12:00:00+05:30",
    }
    given["subject"] = str(given["subject"]).strip()
    email = ann.email(ann.create(**given, **TEXT)["id"])
    assert {name: email[name] for name in given} == given


def test_any_header_field_in_any_form_can_be_given(ann: Desk) -> None:
    given = {
        "header:X-Raw": " as it is",
        "header:X-Text:asText": "çok güzel",
        "header:X-Many:asText:all": ["one", "two"],
        "header:List-Post:asURLs": ["mailto:a@example.com", "https://example.com/"],
        "header:X-When:asDate": "2026-05-01T12:00:00Z",
        "header:To:asGroupedAddresses": [
            {"name": "Friends", "addresses": [{"name": "A", "email": "a@example.com"}]},
            {"name": None, "addresses": [{"name": None, "email": "b@example.com"}]},
        ],
        "header:Resent-Message-ID:asMessageIds": ["r@example.com"],
    }
    email = ann.create(**given, **TEXT)["id"]
    assert ann.email(email, *given) == {"id": email, **given}


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({"headers": []}, ["headers"]),
        ({"subject": "a", "header:Subject": " b"}, ["header:Subject"]),
        ({"header:x-a": " a", "header:X-A:asText": "b"}, ["header:X-A:asText"]),
        ({"header:Content-Type": " text/plain"}, ["header:Content-Type"]),
        ({"header:content-id:asText": "a"}, ["header:content-id:asText"]),
        ({"header:From:asText": "a"}, ["header:From:asText"]),
        ({"header:X-A:asText": 7}, ["header:X-A:asText"]),
        ({"header:X-A:asText:all": "a"}, ["header:X-A:asText:all"]),
        ({"header:X-A": "a\r\nBcc: x@example.com"}, ["header:X-A"]),
        ({"subject": "a\r\nBcc: x@example.com"}, ["subject"]),
        ({"subject": "a\u2028b"}, ["subject"]),
        ({"to": [{"name": "a\nb", "email": "a@example.com"}]}, ["to"]),
        ({"to": [{"email": "a@example.com>\r\nX: y"}]}, ["to"]),
        ({"from": [{"name": "no email"}]}, ["from/0/email"]),
        ({"from": "a@example.com"}, ["from"]),
        ({"messageId": ["a>b"]}, ["messageId"]),
        ({"sentAt": "yesterday"}, ["sentAt"]),
        ({"receivedAt": "2026-05-01T12:00:00+01:00"}, ["receivedAt"]),
        ({"size": 5}, ["size"]),
        ({"nonsense": 5}, ["nonsense"]),
    ],
)
def test_a_bad_header_property_is_named(ann: Desk, properties: dict[str, Any], names: list[str]) -> None:
    assert invalid(ann, **properties) == names


def test_everything_that_is_wrong_is_named_at_once(ann: Desk) -> None:
    properties = {"subject": "a\nb", "header:Content-ID": " x", "textBody": [], "htmlBody": [{"partId": "none"}]}
    assert sorted(invalid(ann, **properties)) == ["header:Content-ID", "htmlBody/0/partId", "subject", "textBody"]


def test_null_and_empty_ask_for_no_field(ann: Desk) -> None:
    data = written(ann, **{"to": None, "cc": [], "header:X-A": None, "header:X-B:all": [], "subject": "x"})
    names = [header.name for header in parse(data).headers]
    assert names == ["Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


@pytest.mark.parametrize("message_id", [None, []])
def test_a_message_id_that_was_not_given_is_made_and_told(ann: Desk, message_id: Any) -> None:
    made = ann.create(messageId=message_id)
    assert made["messageId"] == ann.email(made["id"], "messageId")["messageId"]


@pytest.mark.parametrize(
    ("author", "domain"), [("zoe@sales.example", "sales.example"), ("zoe", "example.com"), ("zoe@é.fr", "example.com")]
)
def test_a_message_id_is_of_the_domain_of_the_author_if_that_can_stand_in_one(
    ann: Desk, author: str, domain: str
) -> None:
    made = ann.create(**{"from": [{"email": author}, {"email": "bo@other.example"}]})
    assert made["messageId"][0].partition("@")[2] == domain


def test_a_field_that_the_body_structure_gives_is_not_given_twice(ann: Desk) -> None:
    body = {**PART, "header:Message-ID": " <mine@x>", "header:Date": " Fri, 01 May 2026 12:00:00 +0000"}
    made = ann.create(bodyStructure=body, bodyValues={"1": {"value": "x"}})
    assert (made["messageId"], made["sentAt"]) == (["mine@x"], "2026-05-01T12:00:00Z")
    assert ann.email(made["id"], "header:Message-ID:all", "header:Date:all") == {
        "id": made["id"],
        "header:Message-ID:all": [" <mine@x>"],
        "header:Date:all": [" Fri, 01 May 2026 12:00:00 +0000"],
    }


def test_an_email_without_body_is_an_empty_text(ann: Desk) -> None:
    email = ann.email(ann.create(subject="x")["id"], "textBody", "bodyValues", fetchAllBodyValues=True)
    assert [part["type"] for part in email["textBody"]] == ["text/plain"]
    assert email["bodyValues"]["1"]["value"] == ""


def test_text_and_html_become_alternatives(ann: Desk) -> None:
    made = ann.create(
        subject="both",
        textBody=[{"partId": "t"}],
        htmlBody=[{"partId": "h", "type": "text/html"}],
        bodyValues={"t": {"value": "نص عادي"}, "h": {"value": "<p>نص</p>", "isTruncated": False}},
    )
    email = ann.email(made["id"], "bodyStructure", "bodyValues", "textBody", "htmlBody", fetchAllBodyValues=True)
    assert email["bodyStructure"]["type"] == "multipart/alternative"
    assert email["bodyValues"][email["textBody"][0]["partId"]]["value"] == "نص عادي"
    assert email["bodyValues"][email["htmlBody"][0]["partId"]]["value"] == "<p>نص</p>"


def test_attachments_and_inline_images_find_their_places(ann: Desk) -> None:
    image = ann.harness.upload(ann.user, b"\x89PNG image")
    document = ann.harness.upload(ann.user, b"%PDF document")
    made = ann.create(
        subject="with files",
        htmlBody=[{"partId": "h", "type": "text/html"}],
        bodyValues={"h": {"value": '<img src="cid:logo@x">'}},
        attachments=[
            {"blobId": image, "type": "image/png", "cid": "logo@x", "disposition": "inline", "name": "логотип.png"},
            {"blobId": document, "type": "application/pdf", "name": "Rechnung für März.pdf", "language": ["de"]},
        ],
    )
    email = ann.email(made["id"], "bodyStructure", "attachments", "hasAttachment")
    assert email["bodyStructure"]["type"] == "multipart/mixed"
    assert email["bodyStructure"]["subParts"][0]["type"] == "multipart/related"
    assert email["hasAttachment"] is True
    shown = [(part["name"], part["type"], part["disposition"], part["cid"]) for part in email["attachments"]]
    assert shown == [
        ("логотип.png", "image/png", "inline", "logo@x"),
        ("Rechnung für März.pdf", "application/pdf", "attachment", None),
    ]
    assert [ann.download(part["blobId"]) for part in email["attachments"]] == [b"\x89PNG image", b"%PDF document"]


def test_an_attachment_of_one_email_can_be_attached_to_another(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, b"content")
    first = ann.create(attachments=[{"blobId": blob, "type": "text/csv", "name": "a.csv"}])["id"]
    part = ann.email(first, "attachments")["attachments"][0]["blobId"]
    second = ann.create(attachments=[{"blobId": part, "type": "text/csv"}, {"blobId": ann.email(first)["blobId"]}])
    csv, message = ann.email(second["id"], "attachments")["attachments"]
    assert ann.download(csv["blobId"]) == b"content"
    assert (message["type"], ann.download(message["blobId"])) == (
        "application/octet-stream",
        ann.download(ann.email(first)["blobId"]),
    )


def test_a_message_can_be_attached_without_being_changed(ann: Desk) -> None:
    original = ann.email(ann.put(octets("original")), "blobId")["blobId"]
    made = ann.create(subject="forward", attachments=[{"blobId": original, "type": "message/rfc822"}], **TEXT)
    nested = ann.email(made["id"], "attachments")["attachments"][0]
    assert ann.download(nested["blobId"]) == octets("original")
    parsed = ann.call("Email/parse", blobIds=[nested["blobId"]], properties=["subject"])["parsed"]
    assert parsed == {nested["blobId"]: {"subject": "original"}}


def test_a_body_structure_is_written_as_given(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, b"a,b\n")
    structure = {
        "type": "multipart/mixed",
        "header:X-Root": " root",
        "subParts": [
            {"partId": "1", "type": "text/plain", "language": ["en"], "header:X-Part:asText": "ümlaut"},
            {"type": "multipart/digest", "subParts": [{"blobId": blob, "type": "text/csv", "location": "a.csv"}]},
        ],
    }
    made = ann.create(bodyStructure=structure, bodyValues={"1": {"value": "text"}}, subject="tree")
    asked = ["type", "language", "location", "header:X-Part:asText"]
    email = ann.email(made["id"], "bodyStructure", "header:X-Root", bodyProperties=asked)
    assert email["header:X-Root"] == " root"
    text, digest = email["bodyStructure"]["subParts"]
    assert (text["type"], text["language"], text["header:X-Part:asText"]) == ("text/plain", ["en"], "ümlaut")
    assert (digest["type"], digest["subParts"][0]["location"]) == ("multipart/digest", "a.csv")


def test_a_content_type_field_lends_its_parameters(ann: Desk) -> None:
    body = {"partId": "1", "header:Content-Type": " text/plain; format=flowed; delsp=yes"}
    data = written(ann, bodyStructure=body, bodyValues={"1": {"value": "ü"}})
    value = str(header_value(parse(data).headers, "Content-Type", "Raw"))
    assert "text/plain" in value
    assert "format=flowed" in value
    assert "charset=utf-8" in value


def test_text_of_a_blob_says_its_charset(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, "žluťoučký".encode())
    latin = ann.harness.upload(ann.user, "café".encode("latin-1"))
    made = ann.create(
        attachments=[
            {"blobId": blob, "type": "text/plain"},
            {"blobId": latin, "type": "text/plain", "charset": "iso-8859-1"},
        ]
    )
    email = ann.email(made["id"], "attachments", "bodyValues", fetchAllBodyValues=True)
    assert [part["charset"] for part in email["attachments"]] == ["utf-8", "iso-8859-1"]
    assert [value["value"] for value in email["bodyValues"].values()] == ["žluťoučký", "café"]


PART = {"partId": "1", "type": "text/plain"}


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({"bodyStructure": PART, "textBody": [PART]}, ["textBody"]),
        ({"bodyStructure": PART, "attachments": []}, ["attachments"]),
        ({"bodyStructure": []}, ["bodyStructure"]),
        ({"textBody": [PART, PART]}, ["textBody"]),
        ({"textBody": []}, ["textBody"]),
        ({"textBody": [{**PART, "type": "text/html"}]}, ["textBody/0/type"]),
        ({"htmlBody": [PART]}, ["htmlBody/0/type"]),
        ({"textBody": [{"type": "text/plain"}]}, ["textBody/0/partId"]),
        ({"textBody": [{"partId": "2"}]}, ["textBody/0/partId"]),
        ({"textBody": [{**PART, "charset": "utf-8"}]}, ["textBody/0/charset"]),
        ({"textBody": [{**PART, "size": 3}]}, ["textBody/0/size"]),
        ({"textBody": [{**PART, "headers": []}]}, ["textBody/0/headers"]),
        ({"textBody": [{**PART, "nonsense": 1}]}, ["textBody/0/nonsense"]),
        (
            {"textBody": [{**PART, "header:Content-Transfer-Encoding": " 7bit"}]},
            ["textBody/0/header:Content-Transfer-Encoding"],
        ),
        ({"textBody": [{**PART, "header:Content-Type": " text/plain"}]}, ["textBody/0/header:Content-Type"]),
        ({"textBody": [{**PART, "cid": "a", "header:content-ID": " <a>"}]}, ["textBody/0/header:content-ID"]),
        ({"textBody": [{**PART, "subParts": [PART]}]}, ["textBody/0/subParts"]),
        ({"textBody": [{**PART, "name": "a\r\nb"}]}, ["textBody/0/name"]),
        ({"textBody": [{**PART, "language": "de"}]}, ["textBody/0/language"]),
        ({"attachments": [{"type": "multipart/mixed", "subParts": [PART]}]}, ["attachments/0/type"]),
        ({"bodyStructure": {"type": "multipart/mixed"}}, ["bodyStructure/subParts"]),
        ({"bodyStructure": {"type": "multipart/mixed", "subParts": []}}, ["bodyStructure/subParts"]),
        (
            {"bodyStructure": {"type": "multipart/mixed", "partId": "1", "subParts": [PART]}},
            ["bodyStructure/partId"],
        ),
        ({"subject": "a", "bodyStructure": {**PART, "header:Subject": " b"}}, ["bodyStructure"]),
    ],
)
def test_a_bad_part_is_named(ann: Desk, properties: dict[str, Any], names: list[str]) -> None:
    assert invalid(ann, bodyValues={"1": {"value": "x"}}, **properties) == names


@pytest.mark.parametrize(
    "value", [{"value": "x", "isTruncated": True}, {"value": "x", "isEncodingProblem": True}, {}, 3]
)
def test_a_bad_body_value_is_named(ann: Desk, value: Any) -> None:
    assert any(name.startswith("bodyValues/1") for name in invalid(ann, textBody=[PART], bodyValues={"1": value}))


def test_a_part_has_a_part_id_or_a_blob_id(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, b"x")
    names = invalid(ann, textBody=[{"partId": "1", "blobId": blob}], bodyValues={"1": {"value": "x"}})
    assert names == ["textBody/0/partId", "textBody/0/blobId"]


@pytest.mark.parametrize("media_type", ["text", "text/plain; charset=x", "te xt/plain", "", "text/plain\r\nX: y"])
def test_a_bad_media_type_is_refused(ann: Desk, media_type: str) -> None:
    blob = ann.harness.upload(ann.user, b"x")
    assert invalid(ann, attachments=[{"blobId": blob, "type": media_type}])


def test_missing_blobs_are_all_told(ann: Desk) -> None:
    there = ann.harness.upload(ann.user, b"x")
    missing = ["b" + "0" * 64, "nonsense"]
    parts = [{"blobId": blob, "type": "image/png"} for blob in (missing[0], there, missing[1], missing[0])]
    error = ann.create(subject="a\nb", attachments=parts)
    assert (error["type"], error["notFound"]) == ("blobNotFound", missing)


def test_a_blob_of_someone_else_is_not_found(ann: Desk) -> None:
    bob = ann.harness.user("bob")
    secret = ann.harness.upload(bob, b"secret")
    assert ann.create(attachments=[{"blobId": secret, "type": "text/plain"}])["type"] == "blobNotFound"


def test_attachments_are_too_large_together(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, b"x" * 30_000_000)
    part = {"blobId": blob, "type": "image/png"}
    assert ann.create(attachments=[part, part])["type"] == "tooLarge"


def test_attachments_may_have_all_that_is_advertised_however_long_they_are_encoded(tmp_path: Path) -> None:
    harness = Harness(tmp_path, Limits(max_size_upload=1_000))
    ann = Desk(harness, harness.user("ann", ("drafts",)))
    halves = [harness.upload(ann.user, letter * 500) for letter in (b"a", b"b")]
    assert ann.create(attachments=[{"blobId": blob, "type": "image/png"} for blob in halves])["size"] > 1_000
    halves.append(harness.upload(ann.user, b"c"))
    assert ann.create(attachments=[{"blobId": blob, "type": "image/png"} for blob in halves])["type"] == "tooLarge"
    harness.close()


def test_too_many_parts_are_too_large(ann: Desk) -> None:
    parts = [{"partId": "1", "type": "text/plain"}] * 501
    assert ann.create(attachments=parts, bodyValues={"1": {"value": "x"}})["type"] == "tooLarge"


def test_mailbox_ids_must_be_given(ann: Desk) -> None:
    answer = ann.call("Email/set", create={"new": {"subject": "x"}})
    assert answer["notCreated"]["new"]["properties"] == ["mailboxIds"]


def test_lines_end_in_crlf_and_are_short(ann: Desk) -> None:
    long = "wörd " * 1000 + "x" * 5000
    data = written(ann, subject="s" * 3000, textBody=[{"partId": "1"}], bodyValues={"1": {"value": f"{long}\nend"}})
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_a_draft_joins_the_thread_that_it_answers(ann: Desk) -> None:
    original = ann.put(octets("Plan"))
    email = ann.email(original, "messageId", "threadId")
    made = ann.create(subject="Re: Plan", inReplyTo=email["messageId"], **TEXT)
    assert made["threadId"] == email["threadId"]


def test_an_empty_address_of_a_half_finished_draft_is_kept(ann: Desk) -> None:
    made = ann.create(to=[{"name": None, "email": "half"}], **TEXT)
    assert ann.email(made["id"], "to")["to"] == [{"name": None, "email": "half"}]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    subject=st.text(max_size=200),
    name=st.text(max_size=60),
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=500),
    file_name=st.text(min_size=1, max_size=60),
)
def test_whatever_text_is_given_reads_back_or_is_refused(
    ann: Desk, subject: str, name: str, text: str, file_name: str
) -> None:
    blob = ann.harness.upload(ann.user, b"content")
    made = ann.create(
        subject=subject,
        to=[{"name": name, "email": "a@example.com"}],
        attachments=[{"blobId": blob, "type": "application/pdf", "name": file_name}],
        **{**TEXT, "bodyValues": {"t": {"value": text}}},
    )
    if "type" in made:
        assert made["type"] == "invalidProperties"
        assert made["properties"]
        return
    email = ann.email(made["id"], "subject", "to", "bodyValues", "attachments", "headers", fetchTextBodyValues=True)
    names = [header["name"] for header in email["headers"]]
    assert names == ["To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"]
    assert email["subject"].split() == unicodedata.normalize("NFC", subject).split()
    assert [address["email"] for address in email["to"]] == ["a@example.com"]
    assert [ann.download(part["blobId"]) for part in email["attachments"]] == [b"content"]
    (value,) = email["bodyValues"].values()
    assert value["value"].replace("\r", "\n").rstrip("\n") == text.replace("\r", "\n").rstrip("\n")
