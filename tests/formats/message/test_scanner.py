import email
import email.message
import email.policy
import mmap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.errors import FormatError
from angarium.formats.message.scanner import DEEPEST, MOST_PARTS, parse, read_headers
from angarium.formats.message.transfer import decode_body
from angarium.formats.message.values import Encoding, Octets, Part
from tests.formats.message.corpus import corpus_file, corpus_files, needs_corpus
from tests.formats.message.linear import assert_linear

SIMPLE = b"From: a@example.com\r\nSubject: hi\r\n\r\nbody\r\n"
MIXED = (
    b"Subject: two\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\none\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    b"--b--\r\nepilogue"
)


def outline(part: Part) -> str:
    inner = ",".join(outline(sub) for sub in part.sub_parts)
    return f"{part.type}({inner})" if part.is_multipart else part.type


def bodies(data: bytes) -> list[bytes]:
    return [decode_body(data, part) for part in parse(data).structure.walk() if not part.is_multipart]


def test_a_simple_message_is_one_part_with_exact_ranges() -> None:
    message = parse(SIMPLE)
    part = message.structure
    assert [(header.name, header.raw) for header in message.headers] == [
        ("From", b" a@example.com"),
        ("Subject", b" hi"),
    ]
    assert (part.part_id, part.type, part.charset, part.size) == ("1", "text/plain", "us-ascii", 6)
    assert SIMPLE[slice(*part.body_range)] == b"body\r\n"
    assert message.size == len(SIMPLE)


def test_the_line_end_before_a_delimiter_belongs_to_the_delimiter() -> None:
    assert bodies(MIXED) == [b"one", b"\0\1\2"]
    assert bodies(MIXED.replace(b"\r\n", b"\n")) == [b"one", b"\0\1\2"]


def test_parts_are_numbered_by_their_place() -> None:
    inner = b"Content-Type: multipart/alternative; boundary=i\n\n--i\n\nA\n--i\n\nB\n--i--\n"
    data = b"Content-Type: multipart/mixed; boundary=o\n\n--o\n\nfirst\n--o\n" + inner + b"--o--\n"
    assert [part.part_id for part in parse(data).structure.walk()] == [None, "1", None, "2.1", "2.2"]


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer_gives_the_same(make: type[bytes] | type[bytearray] | type[memoryview]) -> None:
    buffer: Octets = make(MIXED)
    assert parse(buffer) == parse(MIXED)


def test_a_mapped_file_is_read_in_place(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(MIXED)
    with (tmp_path / "m").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert parse(mapped) == parse(MIXED)


def test_a_message_of_bare_carriage_returns_is_read() -> None:
    assert bodies(MIXED.replace(b"\r\n", b"\r")) == [b"one", b"\0\1\2"]


def test_a_mailbox_from_line_and_other_noise_in_the_header_are_stepped_over() -> None:
    message = parse(b"From a@b Tue Jul 17 22:24:56 2012\nSubject: x\n>From here: no\nTo: y\n\nbody")
    assert [header.name for header in message.headers] == ["Subject", "To"]


def test_noise_after_the_last_field_is_the_body() -> None:
    data = b"Subject: x\nThis is no header.\nNor this\n\nrest"
    assert bodies(data) == [b"This is no header.\nNor this\n\nrest"]


@pytest.mark.parametrize("data", [b"", b"\r\n", b"no header\r\nat all\r\n", b"\xff\xfe\0", b"\n\n\n"])
def test_only_bytes_without_any_header_field_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse(data)


def test_blank_lines_and_a_byte_order_mark_before_the_header_are_tolerated() -> None:
    assert parse(b"\r\n\r\nSubject: x\r\n\r\n").headers[0].name == "Subject"
    assert parse(b"\xef\xbb\xbfSubject: x\r\n\r\n").headers[0].name == "Subject"


def test_a_header_may_be_the_whole_message() -> None:
    assert bodies(b"Subject: x") == [b""]


def test_folding_is_kept_and_the_last_line_end_dropped() -> None:
    message = parse(b"Subject: a\r\n b\r\n\tc\r\nX: y\r\n\r\n")
    assert message.headers[0].raw == b" a\r\n b\r\n\tc"


def test_an_inner_boundary_that_begins_like_the_outer_is_its_own() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=foo\n\n--foo\n"
        b"Content-Type: multipart/mixed; boundary=foobar\n\n--foobar\n\nin\n--foobar--\n--foo\n\nout\n--foo--\n"
    )
    assert outline(parse(data).structure) == "multipart/mixed(multipart/mixed(text/plain),text/plain)"
    assert bodies(data) == [b"in", b"out"]


def test_an_inner_multipart_with_the_boundary_of_the_outer_ends_before_it() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nin\n--b--\n--b\n\nout\n--b--\n"
    )
    assert outline(parse(data).structure) == "multipart/mixed(multipart/alternative(text/plain),text/plain)"


def test_an_outer_delimiter_ends_inner_parts_left_open() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\n"
        b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\ncut\n--o\n\nnext\n--o--\n"
    )
    assert bodies(data) == [b"cut", b"next"]


def test_a_delimiter_may_be_followed_by_white_space_and_noise() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n--b noise\n\ntwo\n--b-- noise\n--b\n\nno"
    assert bodies(data) == [b"one", b"two"]


@pytest.mark.parametrize("boundary", [b"b", b"two words", b"ends--"])
def test_delimiters_are_found_after_thousands_of_lines_that_only_look_like_some(boundary: bytes) -> None:
    noise = b"--%bx\n--c\n-- \n" % boundary * 2_000
    line = b"\n--" + boundary
    data = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n'
    data += line + b"\n\n" + noise + line + b"  \r\n\nlast" + line + b"--\n" + noise + line + b"\n\nno"
    assert bodies(data) == [noise, b"last"]


def test_a_part_that_is_cut_off_in_its_header_has_an_empty_body() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b\n--b\n\n--b--"
    parts = parse(data).structure.sub_parts
    assert [(part.type, part.size) for part in parts] == [("text/html", 0), ("text/plain", 0), ("text/plain", 0)]


def test_a_multipart_without_delimiters_is_shown_as_text() -> None:
    for parameter in (b"; boundary=b", b""):
        part = parse(b"Content-Type: multipart/mixed" + parameter + b"\n\ntext\n").structure
        assert (part.type, part.charset, part.part_id, part.size) == ("text/plain", "us-ascii", "1", 5)


def test_a_multipart_with_only_a_closing_delimiter_has_no_parts() -> None:
    part = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b--\n").structure
    assert (part.type, part.part_id, part.sub_parts) == ("multipart/mixed", None, ())


def test_parts_of_a_digest_are_messages() -> None:
    part = parse(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\ny\n--b--\n").structure
    assert part.sub_parts[0].type == "message/rfc822"
    assert part.sub_parts[0].sub_parts == ()


def test_an_attached_message_is_a_leaf() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n"
        b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--\n--o--\n"
    )
    assert outline(parse(data).structure) == "multipart/mixed(message/rfc822)"


def nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth))
    return opening + b"\ninnermost\n" + b"".join(b"--b%d--\n" % at for at in reversed(range(depth)))


def depth_of(part: Part) -> int:
    depth = 0
    while part.sub_parts:
        part, depth = part.sub_parts[0], depth + 1
    return depth


def test_multiparts_nest_to_the_limit_and_then_are_one_opaque_part() -> None:
    assert depth_of(parse(nested(DEEPEST)).structure) == DEEPEST
    deeper = parse(nested(DEEPEST + 5)).structure
    *_, innermost = deeper.walk()
    assert depth_of(deeper) == DEEPEST
    assert innermost.type == "application/octet-stream"


def test_what_follows_the_thousandth_part_is_one_opaque_part() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 2_000 + b"--b--\n"
    parts = list(parse(data).structure.walk())
    assert len(parts) == MOST_PARTS
    assert parts[-1].type == "application/octet-stream"
    assert parts[-1].body_range[1] == len(data)


def test_at_most_a_thousand_header_fields_are_indexed() -> None:
    data = b"".join(b"X-%d: y\n" % at for at in range(5_000)) + b"\nbody"
    assert len(parse(data).headers) == 1_000
    assert bodies(data) == [b"body"]


def test_a_header_block_is_read_to_a_megabyte_and_the_body_still_found() -> None:
    data = b"Subject: x\nX: " + b"y" * 3_000_000 + b"\nTo: z\n\nbody"
    assert [header.name for header in parse(data).headers] == ["Subject", "X"]
    assert bodies(data) == [b"body"]


def test_fields_are_read_again_from_their_range() -> None:
    for part in parse(MIXED).structure.walk():
        assert read_headers(MIXED, part.header_range) == part.headers


def test_sizes_count_decoded_octets() -> None:
    data = b"Content-Transfer-Encoding: quoted-printable\n\na=C3=A9=\nb \n"
    part = parse(data).structure
    assert part.encoding is Encoding.QUOTED_PRINTABLE
    assert part.size == len(decode_body(data, part)) == len(b"a\xc3\xa9b\n")


def test_an_unknown_transfer_encoding_is_identity_and_noted() -> None:
    part = parse(b"Content-Transfer-Encoding: x-rot13\n\nabc").structure
    assert (part.encoding, part.is_encoding_problem, part.size) == (Encoding.IDENTITY, True, 3)


BOMBS: dict[str, Callable[[int], bytes]] = {
    "nested": lambda n: nested(n),
    "empty parts": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * n,
    "lone hyphens": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + b"\n--" * n,
    "almost delimiters": lambda n: b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + b"--bb\n" * n,
    "parts without blank line": lambda n: (
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nX: y\n" * 900 + b"z" * n * 9
    ),
    "noise lines": lambda n: b"A: b\n" + b"x\n" * n,
    "folds": lambda n: b"A: b\n" + b" \n" * n + b"\n",
    "colons": lambda n: b":" * n * 5 + b"\nA: b\n\n",
    "no line end": lambda n: b"A: " + b"x" * n * 9,
    "carriage returns": lambda n: b"A: b" + b"\r" * n * 9,
    "semicolons": lambda n: b"Content-Type: text/plain" + b";" * n * 3 + b"\n\n",
    "sections": lambda n: b"Content-Type: a/b" + b"".join(b"; name*%d*=x" % at for at in range(n // 4)) + b"\n\n",
    "base64 padding": lambda n: b"Content-Transfer-Encoding: base64\n\n" + b"A=" * n * 2,
    "quoted-printable spaces": lambda n: b"Content-Transfer-Encoding: quoted-printable\n\n" + b" " * n * 9 + b"x",
    "uuencode": lambda n: b"Content-Transfer-Encoding: uuencode\n\n" + b"begin 644 x\n" + b"!\n" * n,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_cost_linear_time(name: str) -> None:
    bomb = BOMBS[name]
    assert_linear(lambda size: parse(bomb(size)), 60_000)


@needs_corpus
def test_the_real_messages_parse() -> None:
    refused = []
    for path in corpus_files():
        data = path.read_bytes()
        try:
            message = parse(data)
        except FormatError:
            refused.append(path.name)
            continue
        for part in message.structure.walk():
            start, end = part.body_range
            assert part.header_range[1] <= start <= end <= len(data)
            assert part.is_multipart or len(decode_body(data, part)) == part.size
            assert read_headers(data, part.header_range) == part.headers
    assert refused == ["malformedHeader-noheader.msg", "malformedHeaderStartsBody-noheader.msg"]


def oracle_outline(message: email.message.Message) -> str:
    inner = message.get_payload()
    if isinstance(inner, list) and message.get_content_maintype() == "multipart":
        subs = [sub for sub in inner if isinstance(sub, email.message.Message)]
        return f"{message.get_content_type()}({','.join(map(oracle_outline, subs))})"
    return message.get_content_type()


@needs_corpus
def test_structures_of_real_list_mail_agree_with_the_standard_parser() -> None:
    differing = []
    for path in corpus_files():
        if path.parent.name != "notmuch":
            continue
        data = path.read_bytes()
        if outline(parse(data).structure) != oracle_outline(email.message_from_bytes(data)):
            differing.append(path.name)
    assert differing == []


@needs_corpus
def test_a_clash_of_boundaries_keeps_the_attachment_outside_the_alternative() -> None:
    structure = parse(corpus_file("mime4j/boundary-name-clash.msg")).structure
    assert outline(structure) == "multipart/mixed(multipart/alternative(text/plain,text/html),application/pdf)"


FRAGMENTS = st.sampled_from(
    [
        b"--b",
        b"--b--",
        b"\r\n",
        b"\n",
        b"\r",
        b"\n\n",
        b"\r\n\r\n",
        b" ",
        b"x",
        b":",
        b"A: b\n",
        b"\x00",
        b"\xff",
        b"=",
        b"--",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: multipart/mixed; boundary=c\r\n",
        b"--c\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"QUJD",
    ]
)


@given(st.lists(FRAGMENTS, max_size=60).map(b"".join))
def test_any_octets_give_ranges_in_order_or_a_format_error(data: bytes) -> None:
    data = b"S: x\n" + data
    for part in parse(data).structure.walk():
        (header_start, header_end), (start, end) = part.header_range, part.body_range
        assert 0 <= header_start <= header_end <= start <= end <= len(data)
        assert part.is_multipart or len(decode_body(data, part)) == part.size
        for sub in part.sub_parts:
            assert start <= sub.header_range[0]
            assert sub.body_range[1] <= end
