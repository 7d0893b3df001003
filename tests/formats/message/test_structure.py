import json

import pytest

from angarium.formats.errors import FormatError
from angarium.formats.message.scanner import parse, read_headers
from angarium.formats.message.structure import (
    DEFAULT_PROPERTIES,
    compact,
    expand,
    is_body_property,
    part_to_json,
    structure_to_json,
)
from angarium.formats.message.values import Header, Part
from tests.formats.message.corpus import corpus_files, needs_corpus

DATA = (
    b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
    b"Content-Type: text/plain; charset=utf-8\nContent-ID: <c@x>\nContent-Language: en, de\nX-A: 1\nX-A: 2\n"
    b"Content-Location: http://x/\nContent-Disposition: inline; filename=f.txt\n\nhi\n--b--\n"
)


def blob_id(part: Part) -> str:
    return f"B{part.body_range[0]}"


def test_a_part_shows_the_default_properties() -> None:
    (part,) = parse(DATA).structure.sub_parts
    assert part_to_json(part, blob_id) == {
        "partId": "1",
        "blobId": blob_id(part),
        "size": 2,
        "name": "f.txt",
        "type": "text/plain",
        "charset": "utf-8",
        "disposition": "inline",
        "cid": "c@x",
        "language": ["en", "de"],
        "location": "http://x/",
    }


def test_a_structure_shows_its_parts_and_a_multipart_no_blob() -> None:
    structure = parse(DATA).structure
    assert structure_to_json(structure, blob_id, ["partId", "blobId", "type"]) == {
        "partId": None,
        "blobId": None,
        "type": "multipart/mixed",
        "subParts": [{"partId": "1", "blobId": blob_id(structure.sub_parts[0]), "type": "text/plain"}],
    }


def test_header_properties_of_parts_are_shown() -> None:
    (part,) = parse(DATA).structure.sub_parts
    shown = part_to_json(
        part, blob_id, ["header:x-a:asText", "header:X-A:asText:all", "header:X-B", "subParts", "headers"]
    )
    assert shown["header:x-a:asText"] == "2"
    assert shown["header:X-A:asText:all"] == ["1", "2"]
    assert (shown["header:X-B"], shown["subParts"]) == (None, None)
    assert shown["headers"] == [{"name": h.name, "value": h.raw.decode()} for h in part.headers]


def test_body_properties_are_known_by_name() -> None:
    assert all(map(is_body_property, (*DEFAULT_PROPERTIES, "headers", "subParts", "header:X:asText")))
    assert not any(map(is_body_property, ("", "foo", "header:From:asDate", "partid")))


def test_the_compact_form_survives_json_and_headers_are_read_again() -> None:
    structure = parse(DATA).structure
    again = expand(json.loads(json.dumps(compact(structure))))

    def headers_of(part: Part) -> tuple[Header, ...]:
        return read_headers(DATA, part.header_range)

    names = [*DEFAULT_PROPERTIES, "headers"]
    assert structure_to_json(again, blob_id, names, headers_of) == structure_to_json(structure, blob_id, names)


@pytest.mark.parametrize("value", [None, [], [None] * 16, "x", {"a": 1}, [1, 2]])
def test_what_is_no_compact_form_is_refused(value: list[None] | str | None) -> None:
    with pytest.raises(FormatError):
        expand(value)


@needs_corpus
def test_real_structures_survive_the_compact_form() -> None:
    for path in corpus_files():
        if "malformedHeader" not in path.name:
            structure = parse(path.read_bytes()).structure
            assert compact(expand(compact(structure))) == compact(structure)
