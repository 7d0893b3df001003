"""What is read comes back when it is written and read again, from either side; nothing is lost on the way."""

import json
import quopri
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from angarium.formats.contentline import is_base64, logical_lines, parse_line, unescape
from angarium.formats.datauri import parse_data_uri
from angarium.formats.errors import FormatError
from angarium.formats.jscontact import check
from angarium.formats.json import JSON
from angarium.formats.vcard import cards, parse, plain, write_card
from tests.formats.message.linear import assert_linear
from tests.formats.vcard.strategies import CARDS, VCARDS

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "vcf"
FILES = sorted(CORPUS.glob("*.vcf"))
EXAMPLES = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
DATES = {"BDAY", "REV", "ANNIVERSARY", "X-ANNIVERSARY", "X-MS-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-ABDATE"}


def vcard(*lines: str, version: str = "4.0") -> bytes:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def one(*lines: str, version: str = "4.0") -> dict[str, Any]:
    [card] = parse(vcard(*lines, version=version))
    assert check(card) == []
    return card


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_every_file_of_the_corpus_is_read_and_comes_back_the_same(path: Path) -> None:
    found = list(cards([path.read_bytes()]))
    assert found
    for each in found:
        assert each.problems == []
        assert each.card
        assert check(each.card) == []
        again = parse(write_card(each.card))
        assert again == [plain(each.card)]
        assert parse(write_card(again[0])) == again


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W_]{2,}", text)}


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_no_word_of_the_corpus_is_lost(path: Path) -> None:
    octets = path.read_bytes()
    text = json.dumps([each.card for each in cards([octets])], ensure_ascii=False).replace("\\n", " ")
    kept = words(text)
    numbers = set(re.findall(r"[1-9]\d*", text))
    for line in map(parse_line, filter(None, logical_lines(octets))):
        if line.name in ("VERSION", "BEGIN", "END", "X-ABLABEL"):
            continue
        encodings = [*line.parameters.get("ENCODING", ()), *line.parameters.get("", ())]
        value = line.value
        if any(encoding.upper() == "QUOTED-PRINTABLE" for encoding in encodings):
            value = quopri.decodestring(value.encode()).decode(errors="ignore")
        if line.name in DATES:
            assert any(found.lstrip("-0") in numbers for found in re.findall(r"--\d\d|\d{4}", value))
        elif line.name == "TZ" and "Etc/GMT" in text:
            continue
        elif is_base64(line):
            assert "".join(value.split()) in text
        else:
            assert words(unescape(value)) <= kept, line


@EXAMPLES
@given(VCARDS)
def test_any_vcard_becomes_a_valid_card_that_comes_back_the_same(octets: bytes) -> None:
    [card] = parse(octets)
    assert check(card) == []
    assert parse(write_card(card)) == [plain(card)]


@EXAMPLES
@given(CARDS)
def test_any_valid_card_comes_back_the_same(card: dict[str, JSON]) -> None:
    assume(not check(card))
    assert parse(write_card(card)) == [plain(card)]


def test_plain_leaves_out_what_is_implied_and_says_what_is_a_default() -> None:
    card: dict[str, JSON] = {
        "@type": "Card",
        "version": "1.0",
        "uid": "u",
        "name": {"@type": "Name", "full": "x", "isOrdered": False},
        "titles": {"t": {"@type": "Title", "name": "x"}},
        "relatedTo": {"v": {}},
        "anniversaries": {"a": {"kind": "birth", "date": {"@type": "Timestamp", "utc": "2020-01-01T00:00:00Z"}}},
        "example.com:x": {"@type": "Name"},
    }
    assert plain(card) == {
        **card,
        "version": "2.0",
        "name": {"full": "x"},
        "titles": {"t": {"name": "x", "kind": "title"}},
        "relatedTo": {"v": {"relation": {}}},
    }


def test_no_uid_is_made_up() -> None:
    card = one("FN:x")
    assert card == {"@type": "Card", "version": "2.0", "name": {"full": "x"}}
    assert b"UID" not in write_card(card)


def test_a_photo_stays_a_data_uri_both_ways() -> None:
    card = one("PHOTO;ENCODING=b;TYPE=PNG:iVBO\r\n Rw0K", version="3.0")
    uri = card["media"]["PHOTO-1"]["uri"]
    assert parse_data_uri(uri) == ("image/png", b"\x89PNG\r\n")
    assert b"PHOTO;PROP-ID=PHOTO-1:data:image/png;base64,iVBORw0K" in write_card(card)


def test_fn_is_written_in_any_case() -> None:
    components: list[JSON] = [{"kind": "surname", "value": "Do"}, {"kind": "given", "value": "Jo"}]
    separated: list[JSON] = [
        {"kind": "given", "value": "A"},
        {"kind": "separator", "value": "-"},
        {"kind": "surname", "value": "B"},
    ]
    assert b"\r\nFN:\r\n" in write_card({})
    assert b"\r\nFN;DERIVED=true:Jo Do\r\n" in write_card({"name": {"components": components}})
    assert b"\r\nFN;DERIVED=true:A-B\r\n" in write_card({"name": {"components": separated, "isOrdered": True}})


def test_patches_that_are_not_valid_together_are_kept_and_not_applied() -> None:
    lines = ['JSPROP;JSPTR="name/full":"x"', 'JSPROP;JSPTR="phones/none/number":"1"']
    assert one("FN:y", *lines) == {
        "@type": "Card",
        "version": "2.0",
        "name": {"full": "y"},
        "vCardProps": [
            ["x-jsprop", {"jsptr": "name/full"}, "unknown", '"x"'],
            ["x-jsprop", {"jsptr": "phones/none/number"}, "unknown", '"1"'],
        ],
    }
    assert "x-jsprop" in str(one('JSPROP;JSPTR="kind":5'))
    assert "x-jsprop" in str(one('JSPROP;JSPTR="later":{'))


def test_control_characters_come_back_by_way_of_json() -> None:
    card: dict[str, JSON] = {"@type": "Card", "version": "2.0", "notes": {"n": {"note": "a\x0cb\x7f\r\nc"}}}
    written = write_card(card)
    assert parse(written) == [card]
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", written)


def test_properties_that_would_break_the_frame_are_never_written_as_such() -> None:
    card: dict[str, JSON] = {"@type": "Card", "version": "2.0", "vCardProps": [["end", {}, "text", "VCARD"]]}
    assert write_card(card).count(b"\r\nEND:VCARD") == 1
    assert parse(write_card(card)) == [card]


def test_a_file_without_a_vcard_is_refused() -> None:
    for octets in (b"", b"\r\n", b"no card", b"BEGIN:VCALENDAR\nEND:VCALENDAR"):
        with pytest.raises(FormatError):
            parse(octets)


def test_problems_have_their_place_in_the_file() -> None:
    [first, second] = cards([vcard("FN:x"), b"BEGIN:VCARD\nFN:y\nno colon\n", b"END:VCARD\n"])
    assert first.problems == []
    assert second.card
    assert [(problem.position, problem.text) for problem in second.problems] == [
        (second.position + 17, "a line has no colon")
    ]


@pytest.mark.parametrize(
    "line",
    [
        *("TEL:1", "ADR:;;a;b", "GEO:geo:1,2", "item1.X-ABLABEL:x", "LABEL:x", "N;LANGUAGE=fr:a", "RELATED:a"),
        *("TEL;PROP-ID=a:1", "X-FOO;X=1:b", "BIRTHPLACE:x", "NOTE;ALTID=1;LANGUAGE=fr:x", "NICKNAME:a,b,c", "FN:x"),
        *("N;ALTID=1;PHONETIC=ipa;LANGUAGE=en:a", "JSPROP;JSPTR=x:1", "X-ABADR:at", "MEMBER:a", "AGENT:x", "TITLE:a"),
        "BDAY:2020",
    ],
)  # fmt: skip
def test_conversion_is_linear_in_the_number_of_lines(line: str) -> None:
    def convert(size: int) -> None:
        octets = vcard("N:a,b;c", "BDAY:2020", "NOTE;ALTID=1:x", *(f"{line}{number}" for number in range(size)))
        for card in parse(octets):
            write_card(card)

    assert_linear(convert, 4_000)


@pytest.mark.parametrize("unit", [";", ",", "\\", "\\,", "a;", "=C3", "\\n", "a,"])
def test_conversion_is_linear_in_the_length_of_a_value(unit: str) -> None:
    def convert(size: int) -> None:
        lines = [
            f"{name}:{unit * size}" for name in ("N", "ADR", "NICKNAME", "CATEGORIES", "ORG", "URL", "X-FOO", "GEO")
        ]
        for card in parse(vcard(*lines, f"NOTE;QUOTED-PRINTABLE:{unit * size}", f'N;JSCOMPS="{unit * size}":a;b')):
            write_card(card)

    assert_linear(convert, 16_000)
