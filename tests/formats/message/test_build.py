import email
import email.message
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from angarium.formats.errors import FormatError
from angarium.formats.message.bodylists import body_lists, has_attachment
from angarium.formats.message.bodytext import body_value
from angarium.formats.message.build import build
from angarium.formats.message.draft import BodyPart, Draft, DraftHeader, assemble
from angarium.formats.message.forms import header_value
from angarium.formats.message.header_text import normalized
from angarium.formats.message.headerbuild import InvalidHeader
from angarium.formats.message.scanner import parse
from angarium.formats.message.transfer import decode_body
from angarium.formats.message.values import Json, Message, Part

DATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SUBJECT = DraftHeader("Subject", "Text", "caf\u00e9")


def built(body: BodyPart, *headers: DraftHeader) -> bytes:
    return build(Draft(headers, body), message_id="id@example.com", date=DATE)


def read(data: bytes) -> Message:
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    return parse(data)


def test_date_and_message_id_are_added_only_when_missing() -> None:
    headers = read(built(BodyPart())).headers
    assert header_value(headers, "Date", "Date") == "2026-01-02T03:04:05Z"
    assert header_value(headers, "Message-ID", "MessageIds") == ["id@example.com"]
    given_ones = (
        DraftHeader("message-id", "MessageIds", ["mine@x"]),
        DraftHeader("date", "Date", "2000-01-01T00:00:00+01:00"),
        DraftHeader("Mime-Version", "Raw", " 1.0"),
    )
    names = [header.name for header in read(built(BodyPart(), *given_ones)).headers]
    assert names == ["message-id", "date", "Mime-Version", "Content-Type", "Content-Transfer-Encoding"]


@pytest.mark.parametrize("sub_parts", [(), (BodyPart(),)])
def test_date_and_message_id_that_the_body_gives_are_not_added_again(sub_parts: tuple[BodyPart, ...]) -> None:
    own = (
        DraftHeader("Message-ID", "MessageIds", ["mine@x"]),
        DraftHeader("Date", "Date", "2000-01-01T00:00:00+01:00"),
    )
    body = BodyPart("multipart/mixed" if sub_parts else "text/plain", sub_parts=sub_parts, headers=own)
    headers = read(built(body)).headers
    assert header_value(headers, "Message-ID", "MessageIds", True) == [["mine@x"]]
    assert header_value(headers, "Date", "Date", True) == ["2000-01-01T00:00:00+01:00"]


def test_the_same_draft_gives_the_same_octets() -> None:
    body = assemble(BodyPart("text/plain", "a"), BodyPart("text/html", "b"), [BodyPart("a/b", b"c")])
    assert built(body, SUBJECT) == built(body, SUBJECT)


def test_text_html_inline_image_and_attachment_come_back() -> None:
    image = BodyPart("image/png", b"\x89PNG", cid="i@x", disposition="inline", name="\u20ac.png")
    paper = BodyPart("application/pdf", bytes(range(256)), name="paper.pdf", language=("en", "de"))
    body = assemble(BodyPart("text/plain", "h\u00e9\n"), BodyPart("text/html", "<p>h\u00e9</p>"), [image, paper])
    data = built(body, SUBJECT)
    message = read(data)
    lists = body_lists(message.structure)
    assert [body_value(data, part).value for part in lists.text_body] == ["h\u00e9\n"]
    assert [body_value(data, part).value for part in lists.html_body] == ["<p>h\u00e9</p>"]
    found = [
        (part.name, part.type, part.cid, part.disposition, part.language, decode_body(data, part))
        for part in lists.attachments
    ]
    assert found == [
        ("\u20ac.png", "image/png", "i@x", "inline", None, b"\x89PNG"),
        ("paper.pdf", "application/pdf", None, "attachment", ("en", "de"), bytes(range(256))),
    ]
    assert has_attachment(message.structure)
    assert header_value(message.headers, "Subject", "Text") == "caf\u00e9"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("ascii\nonly\n", "7bit"),
        ("mostly ascii, one \u00e9\n", "quoted-printable"),
        ("\u3042" * 50, "base64"),
        ("x" * 2_000, "quoted-printable"),
        ("bare\rreturn", "base64"),
        ("trailing \u00e9 \n. \n.\nFrom x\n", "quoted-printable"),
    ],
)
def test_the_encoding_fits_the_text(text: str, encoding: str) -> None:
    data = built(BodyPart("text/plain", text))
    message = read(data)
    assert header_value(message.headers, "Content-Transfer-Encoding", "Text") == encoding
    assert body_value(data, message.structure).value == text


def test_an_attached_message_is_not_encoded_and_gets_clean_line_ends() -> None:
    inner = "Subject: \u00e9\n\nbody\n".encode()
    data = built(BodyPart("multipart/mixed", sub_parts=(BodyPart("message/rfc822", inner),)))
    (part,) = read(data).structure.sub_parts
    assert decode_body(data, part) == inner.replace(b"\n", b"\r\n")
    assert data.count(b"Content-Transfer-Encoding: 8bit") == 2


def test_an_attached_message_that_smtp_could_not_carry_is_encoded() -> None:
    inner = b"Subject: x\r\n\r\n" + b"x" * 2_000 + b"\0"
    data = built(BodyPart("message/rfc822", inner))
    assert decode_body(data, read(data).structure) == inner


def test_location_name_and_further_fields_come_back() -> None:
    part = BodyPart(
        "text/calendar",
        "BEGIN:VCALENDAR",
        location="http://x/\u00e9 y",
        name="a b.ics",
        headers=(
            DraftHeader("Content-Type", "Raw", " text/calendar; method=REQUEST; charset=x"),
            DraftHeader("Content-Description", "Text", "\u00e9"),
        ),
    )
    data = built(part)
    found = read(data).structure
    assert (found.location, found.name, found.charset, found.disposition) == (
        "http://x/\u00e9 y",
        "a b.ics",
        "utf-8",
        None,
    )
    assert b"method=REQUEST" in data
    assert header_value(found.headers, "Content-Description", "Text") == "\u00e9"


@pytest.mark.parametrize(
    "body",
    [
        BodyPart("text"),
        BodyPart("text/plain\r\nX: y"),
        BodyPart("text/plain", cid="a>\r\nX: y"),
        BodyPart("text/plain", cid="a\nb"),
        BodyPart("text/plain", disposition="attachment\r\nX: y"),
        BodyPart("text/plain", language=("en\r\nX: y",)),
        BodyPart("text/plain", location="a\r\nX: y"),
        BodyPart("text/plain", name="a\r\nX: y"),
        BodyPart("text/plain", b"x", charset="utf-8\r\nX: y"),
        BodyPart(headers=(DraftHeader("Content-Transfer-Encoding", "Raw", " base64"),)),
        BodyPart(cid="a", headers=(DraftHeader("Content-ID", "Raw", " <b>"),)),
        BodyPart(headers=(DraftHeader("Subject", "Text", "again"),)),
    ],
)
def test_what_would_break_the_header_of_a_part_is_refused(body: BodyPart) -> None:
    with pytest.raises(InvalidHeader):
        built(body, SUBJECT)


def test_content_fields_do_not_belong_on_the_message() -> None:
    with pytest.raises(InvalidHeader):
        built(BodyPart(), DraftHeader("Content-Language", "Text", "en"))


def test_drafts_that_would_not_read_back_whole_are_refused() -> None:
    deep = BodyPart()
    for _ in range(120):
        deep = BodyPart("multipart/mixed", sub_parts=(deep,))
    wide = BodyPart("multipart/mixed", sub_parts=(BodyPart(),) * 1_100)
    for body in (deep, wide):
        with pytest.raises(FormatError):
            built(body)
    with pytest.raises(FormatError):
        built(BodyPart(), *(DraftHeader(f"X-{at}", "Text", "x") for at in range(1_000)))


LINES = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0\ufeff"), max_size=200)
NAMES = st.none() | st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40
)
TOKENS = st.none() | st.from_regex(r"[a-z0-9]{1,10}@[a-z]{1,10}", fullmatch=True)
DISPOSITIONS = st.sampled_from([None, "inline", "attachment"])
LEAVES = st.builds(
    BodyPart,
    type=st.sampled_from(["text/plain", "text/html"]),
    content=LINES,
    name=NAMES,
    cid=TOKENS,
    disposition=DISPOSITIONS,
) | st.builds(
    BodyPart,
    type=st.sampled_from(["application/octet-stream", "image/png", "text/csv"]),
    content=st.binary(max_size=200),
    name=NAMES,
    cid=TOKENS,
    disposition=DISPOSITIONS,
    language=st.none() | st.just(("en", "de-CH")),
    location=st.none() | st.text(alphabet="abc:/?\u00e9 ", min_size=1).map(str.strip).filter(bool),
)
BODIES = st.recursive(
    LEAVES,
    lambda below: st.builds(
        BodyPart,
        type=st.sampled_from(["multipart/mixed", "multipart/alternative", "multipart/related", "multipart/digest"]),
        sub_parts=st.lists(below, max_size=3).map(tuple),
    ),
    max_leaves=6,
)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60)


def same(data: bytes, part: Part, wanted: BodyPart) -> None:
    assert (part.type, part.cid, part.disposition) == (wanted.type, wanted.cid, wanted.disposition)
    assert part.name == (normalized(wanted.name) if wanted.name else None)
    assert (part.language, part.location) == (wanted.language, wanted.location and normalized(wanted.location))
    if part.is_multipart:
        assert len(part.sub_parts) == len(wanted.sub_parts)
        for sub, wanted_sub in zip(part.sub_parts, wanted.sub_parts, strict=True):
            same(data, sub, wanted_sub)
    elif isinstance(wanted.content, str):
        value = body_value(data, part)
        assert (value.value, value.is_encoding_problem) == (wanted.content, False)
    else:
        assert decode_body(data, part) == wanted.content


@settings(max_examples=150)
@given(BODIES, TEXTS, st.lists(TEXTS, max_size=3))
def test_what_was_built_reads_back_exactly(body: BodyPart, subject: str, names: list[str]) -> None:
    to: Json = [{"name": name, "email": f"p{at}@x"} for at, name in enumerate(names)]
    data = built(body, DraftHeader("Subject", "Text", subject), DraftHeader("To", "Addresses", to))
    message = read(data)
    expected = ["Subject", *(["To"] if names else []), "Date", "Message-ID", "MIME-Version"]
    assert [h.name for h in message.headers if not h.name.startswith("Content-")] == expected
    assert header_value(message.headers, "Subject", "Text") == normalized(subject)
    if names:
        assert header_value(message.headers, "To", "Addresses") == [
            {"name": normalized(name.strip()) or None, "email": f"p{at}@x"} for at, name in enumerate(names)
        ]
    same(data, message.structure, body)


def oracle_leaves(message: email.message.Message) -> list[bytes]:
    leaves = [part for part in message.walk() if not part.is_multipart()]
    return [payload for part in leaves if isinstance(payload := part.get_payload(decode=True), bytes)]


@settings(max_examples=100)
@given(BODIES, TEXTS)
def test_the_standard_parser_reads_what_we_built_as_we_do(body: BodyPart, subject: str) -> None:
    data = built(body, DraftHeader("Subject", "Text", subject))
    ours = parse(data).structure
    theirs = email.message_from_bytes(data, policy=email.policy.compat32)
    leaves = [part for part in ours.walk() if not part.is_multipart]
    if all(part.sub_parts for part in ours.walk() if part.is_multipart):
        assert [decode_body(data, part) for part in leaves] == oracle_leaves(theirs)
