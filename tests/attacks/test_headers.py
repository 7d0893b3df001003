"""Header blocks that are meant to exhaust a parser; each is taken, and every form of every field is answered."""

import pytest

from tests.client import Client

FORMS = {
    "asRaw": ("X-Bomb", "Subject", "To", "References", "Date", "Content-Type"),
    "asText": ("X-Bomb", "Subject", "Comments"),
    "asAddresses": ("To", "From", "Reply-To"),
    "asGroupedAddresses": ("To", "From", "Reply-To"),
    "asMessageIds": ("References", "Message-ID", "In-Reply-To"),
    "asDate": ("Date",),
    "asURLs": ("List-Unsubscribe",),
}
PROPERTIES = [f"header:{name}:{form}" for form, names in FORMS.items() for name in names]

BOMBS = {
    "a million addresses": b"To: " + b"a@b.example, " * 700_000,
    "commas": b"To: " + b"," * 200_000,
    "groups": b"To: " + b"g: a@b.example;" * 40_000,
    "groups never closed": b"To: " + b"g:" * 100_000,
    "colons": b"To: " + b":" * 100_000,
    "semicolons": b"Content-Type: text/plain" + b";" * 1_000_000,
    "parameters": b"Content-Type: text/plain" + b"".join(b"; p%d=v" % number for number in range(100_000)),
    "continued parameters": b"Content-Disposition: attachment"
    + b"".join(b"; filename*%d*=a%%20" % number for number in range(100_000)),
    "continued parameters backwards": b"Content-Disposition: attachment"
    + b"".join(b"; filename*%d=a" % number for number in range(50_000, 0, -1)),
    "a parameter at a far number": b"Content-Disposition: attachment; filename*0=a; filename*99999999999999999999=b",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 100_000,
    "encoded words in one line of base64": b"Subject: =?utf-8?b?" + b"YWFh" * 250_000 + b"?=",
    "encoded words never closed": b"Subject: " + b"=?utf-8?q?" * 100_000,
    "question marks": b"Subject: =?" + b"?" * 1_000_000,
    "codecs as charsets": b"Subject: =?zlib?b?eJwLScwpVShJLS5RCEnNK0kFAB1TBM8=?= =?rot13?q?uryyb?= "
    b"=?unicode_escape?q?=5Cx41?= =?hex?q?41?= =?undefined?q?a?= =?idna?q?xn--a?= =?punycode?q?a-?= "
    b"=?mbcs?q?a?= =?bz2?b?QlpoOQ==?=",
    "comments": b"To: " + b"(" * 100_000 + b")" * 100_000 + b" a@b.example",
    "comments never closed": b"From: " + b"(" * 200_000,
    "comments in dates": b"Date: " + b"(" * 100_000 + b"Mon, 1 Jan 2026 00:00:00 +0000",
    "a date far away": b"Date: Mon, 1 Jan 99999999999999 00:00:00 +9999",
    "quotes never closed": b'From: "' + b'\\"' * 200_000,
    "a backslash at the end": b'From: "a\\',
    "a backslash at the end of a comment": b"To: a@b.example (\\",
    "angles": b"References: " + b"<" * 500_000,
    "message ids": b"References: " + b"<a@b> " * 150_000,
    "one long message id": b"Message-ID: <" + b"a" * 900_000 + b"@b>",
    "at signs": b"From: " + b"@" * 500_000,
    "routes": b"From: <" + b"@a," * 200_000 + b":b@c>",
    "half a million lines": b"X-Bomb: a\r\n" * 500_000,
    "half a million names": b"".join(b"X-%d: a\r\n" % number for number in range(300_000)),
    "a line of folds": b"X-Bomb: a" + b"\r\n b" * 300_000,
    "blank folds": b"X-Bomb:" + b"\r\n \t" * 300_000,
    "one value of nine million": b"X-Bomb: " + b"x" * 9_000_000,
    "one name of a million": b"X" * 1_000_000 + b": y",
    "colons only": b":\r\n" * 100_000,
    "addresses in URLs": b"List-Unsubscribe: " + b"<https://a.example/>, " * 40_000,
    "eight bits": b"Subject: " + bytes(range(128, 256)) * 5_000,
    "NULs": b"Subject: a\x00b\r\nFrom: \x00@\x00",
    "tags of languages": b"Content-Language: " + b"en," * 200_000,
    "quotes in a type": b"Content-Type: text/" + b'"' * 100_000,
    "a backspace of a boundary": b"Content-Type: multipart/mixed; boundary*0*=utf-8''%00%0d%0a; boundary*1=x",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_header_bomb_is_stored_and_shown_in_every_form(ann: Client, bomb: bytes) -> None:
    message = b"X-First: 1\r\n" + bomb.rstrip(b"\r\n") + b"\r\nX-Last: 2\r\n\r\ntext\r\n"
    made = ann.import_mail(message, ann.mailbox("inbox"))
    email = ann.email(made["id"])
    assert email["size"] == len(message)
    responses = ann.responses(
        *[("Email/get", {"ids": [made["id"]], "properties": [name]}) for name in PROPERTIES],
        ("Email/get", {"ids": [made["id"]], "properties": ["headers", "bodyStructure"], "bodyProperties": ["headers"]}),
    )
    for name, given in responses:
        assert name == "Email/get" or given["type"] == "requestTooLarge", given
    found = ann.call("Email/query", {"filter": {"text": "text"}, "limit": 1})
    assert len(found["ids"]) == 1
    assert ann.call("Email/set", {"destroy": [made["id"]]})["destroyed"] == [made["id"]]
