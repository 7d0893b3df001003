"""Line breaks, NUL and their kin in every string that becomes a header field or a file name.

What is made must have exactly the fields that were asked for: parse(build(x)) has nothing more, wherever the client
put its line break.
"""

from typing import Any

import pytest

from tests.client import Client

NASTY = (
    "\r\n",
    "\n",
    "\r",
    "\x00",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\r\n\r\n",
    "\r\n ",
    "\ufeff",
    "\u202e",
)
EXPECTED = {
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
    "content-language",
    "content-location",
    "date",
    "message-id",
    "subject",
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "references",
    "in-reply-to",
    "x-probe",
}


def place(where: str, evil: str) -> dict[str, Any]:
    """A draft with the text in one place."""
    address = {"name": "Zoe", "email": "zoe@example.net"}
    part = {"partId": "t", "type": "text/plain"}
    draft: dict[str, Any] = {
        "subject": "fine",
        "from": [address],
        "textBody": [part],
        "bodyValues": {"t": {"value": "text"}},
    }
    attachment: dict[str, Any] = {"partId": "a", "type": "text/plain", "disposition": "attachment"}
    with_attachment = {"bodyValues": {"t": {"value": "text"}, "a": {"value": "more"}}}
    changes: dict[str, dict[str, Any]] = {
        "subject": {"subject": evil},
        "name of an address": {"to": [{**address, "name": evil}]},
        "address": {"to": [{**address, "email": evil}]},
        "address in angles": {"to": [{**address, "email": f"<a@b>{evil}"}]},
        "message id": {"messageId": [evil]},
        "reference": {"references": ["fine@example.com", evil]},
        "header as text": {"header:X-Probe:asText": evil},
        "header raw": {"header:X-Probe": evil},
        "header as addresses": {"header:X-Probe:asAddresses": [{"name": evil, "email": "a@example.com"}]},
        "header as message ids": {"header:X-Probe:asMessageIds": [evil]},
        "header as URLs": {"header:X-Probe:asURLs": [f"https://example.com/{evil}"]},
        "name of a header": {f"header:X-Probe{evil}:asText": "x"},
        "type of a part": {**with_attachment, "attachments": [{**attachment, "type": f"text/plain{evil}"}]},
        "name of a part": {**with_attachment, "attachments": [{**attachment, "name": evil}]},
        "disposition": {**with_attachment, "attachments": [{**attachment, "disposition": f"attachment{evil}"}]},
        "cid": {**with_attachment, "attachments": [{**attachment, "cid": evil}]},
        "language": {**with_attachment, "attachments": [{**attachment, "language": [f"en{evil}"]}]},
        "location": {**with_attachment, "attachments": [{**attachment, "location": f"https://example.com/{evil}"}]},
        "charset": {**with_attachment, "attachments": [{**attachment, "charset": f"utf-8{evil}"}]},
        "header of a part": {**with_attachment, "attachments": [{**attachment, "header:X-Probe:asText": evil}]},
        "body": {"bodyValues": {"t": {"value": evil}}},
    }
    return {**draft, **changes[where]}


PLACES = (
    *("subject", "name of an address", "address", "address in angles", "message id", "reference", "header as text"),
    *("header raw", "header as addresses", "header as message ids", "header as URLs", "name of a header"),
    *("type of a part", "name of a part", "disposition", "cid", "language", "location", "charset", "header of a part"),
    "body",
)


def field_names(content: bytes) -> set[str]:
    """The names of all fields at the top of a message, read as plainly as can be."""
    head = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n\n", 1)[0]
    lines = [line for line in head.split(b"\n") if line[:1] not in (b" ", b"\t")]
    return {line.partition(b":")[0].decode("latin-1").lower() for line in lines}


@pytest.mark.parametrize("where", PLACES)
def test_no_string_of_a_draft_becomes_another_header_field(ann: Client, where: str) -> None:
    box = ann.mailbox("drafts")
    creates = {
        f"c{number}": {
            "mailboxIds": {box: True},
            **place(where, f"harm{nasty}Bcc: evil@example.org{nasty}X-Evil: 1{nasty}less"),
        }
        for number, nasty in enumerate(NASTY)
    }
    answer = ann.call("Email/set", {"create": creates})
    for error in (answer.get("notCreated") or {}).values():
        assert error["type"] in ("invalidProperties", "invalidPatch"), error
    for key, made in (answer.get("created") or {}).items():
        nasty = NASTY[int(key[1:])]
        email = ann.email(made["id"], properties=["headers", "bcc", "bodyStructure", "blobId"])
        names = [header["name"].lower() for header in email["headers"]]
        assert set(names) <= EXPECTED, (nasty, names)
        assert len(names) == len(set(names)), (nasty, names)
        assert email["bcc"] is None, nasty
        content = ann.download(email["blobId"]).body
        assert field_names(content) <= EXPECTED, (nasty, content)
        assert b"\r\nX-Evil" not in content.split(b"\r\n\r\n")[0], content
        if where != "body":
            assert b"\nX-Evil" not in content.replace(b"\r", b"\n"), (nasty, content)
            assert b"\x00" not in content, nasty


@pytest.mark.parametrize("name", [f"a{nasty}b" for nasty in ("\r\n", "\n", "\r", "\x00", "\x1b", "\x7f", "\x85")])
def test_a_mailbox_name_holds_no_control_character(ann: Client, name: str) -> None:
    answer = ann.call("Mailbox/set", {"create": {"a": {"name": name}}})
    assert answer["notCreated"]["a"]["type"] == "invalidProperties"


@pytest.mark.parametrize(
    "keyword", ["a\r\nb", "a b", "a\x00", "a(b", "a{b", "a]b", "a%b", "a*b", 'a"b', "a\\b", "é", "", "x" * 256]
)
def test_a_keyword_is_an_atom(ann: Client, keyword: str) -> None:
    draft = {"mailboxIds": {ann.mailbox("drafts"): True}, "subject": "x", "keywords": {keyword: True}}
    answer = ann.call("Email/set", {"create": {"a": draft}})
    assert answer["notCreated"]["a"]["type"] == "invalidProperties"


def test_a_lone_surrogate_never_gets_as_far_as_a_message(ann: Client) -> None:
    body = (
        rb'{"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":[["Email/set",'
        rb'{"accountId":"%s","create":{"a":{"subject":"\ud800"}}},"c"]]}' % ann.account.encode()
    )
    assert ann.post(body).problem == "notJSON"
