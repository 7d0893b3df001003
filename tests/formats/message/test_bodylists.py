import pytest

from angarium.formats.message.bodylists import body_lists, has_attachment
from angarium.formats.message.values import Encoding, Part


def leaf(name: str, media_type: str, disposition: str | None = None, filename: str | None = None) -> Part:
    return Part(
        name, (), (0, 0), (0, 0), Encoding.IDENTITY, 0, filename, media_type, None, disposition, None, None, None
    )


def multi(kind: str, *parts: Part) -> Part:
    nothing = (0, 0)
    return Part(
        None, (), nothing, nothing, Encoding.IDENTITY, 0, None, f"multipart/{kind}", None, None, None, None, None, parts
    )


def names(parts: tuple[Part, ...]) -> str:
    return "".join(part.part_id or "?" for part in parts)


TEXT, HTML = "text/plain", "text/html"
# The example at the end of RFC 8621 §4.1.4.
EXAMPLE = multi(
    "mixed",
    leaf("A", TEXT, "inline"),
    multi(
        "mixed",
        multi(
            "alternative",
            multi("mixed", leaf("B", TEXT, "inline"), leaf("C", "image/jpeg", "inline"), leaf("D", TEXT, "inline")),
            multi("related", leaf("E", HTML), leaf("F", "image/jpeg")),
        ),
        leaf("G", "image/jpeg", "attachment"),
        leaf("H", "application/x-excel"),
        leaf("J", "message/rfc822"),
    ),
    leaf("K", TEXT, "inline"),
)


@pytest.mark.parametrize(
    ("structure", "text", "html", "attachments"),
    [
        (EXAMPLE, "ABCDK", "AEK", "CFGHJ"),
        (leaf("A", TEXT), "A", "A", ""),
        (leaf("A", HTML), "A", "A", ""),
        (leaf("A", TEXT, "attachment"), "", "", "A"),
        (leaf("A", "application/pdf"), "", "", "A"),
        (multi("alternative", leaf("A", TEXT), leaf("B", HTML)), "A", "B", ""),
        (multi("alternative", leaf("B", HTML)), "B", "B", ""),
        (multi("alternative", leaf("A", TEXT), leaf("C", "text/calendar")), "A", "A", "C"),
        (multi("mixed", leaf("A", TEXT), leaf("B", TEXT, None, "b.txt")), "A", "A", "B"),
        (multi("mixed", leaf("A", TEXT), leaf("B", "image/png")), "AB", "AB", ""),
        (multi("related", leaf("A", HTML), leaf("B", "image/png")), "A", "A", "B"),
        (multi("mixed"), "", "", ""),
    ],
)
def test_structures_are_flattened_as_rfc_8621_suggests(structure: Part, text: str, html: str, attachments: str) -> None:
    lists = body_lists(structure)
    assert (names(lists.text_body), names(lists.html_body), names(lists.attachments)) == (text, html, attachments)


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        (EXAMPLE, True),
        (leaf("A", TEXT), False),
        (multi("related", leaf("A", HTML), leaf("B", "image/png", "inline")), False),
        (multi("mixed", leaf("A", TEXT), leaf("B", "application/pdf")), True),
        (multi("mixed", leaf("A", TEXT), leaf("B", "image/png")), False),
    ],
)
def test_has_attachment_means_something_not_inline(structure: Part, expected: bool) -> None:
    assert has_attachment(structure) is expected
