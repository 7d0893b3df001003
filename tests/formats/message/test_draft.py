import pytest

from angarium.formats.message.draft import BodyPart, assemble, fresh_message_id

TEXT = BodyPart("text/plain", "t")
HTML = BodyPart("text/html", "h")
PDF = BodyPart("application/pdf", b"p")
INLINE = BodyPart("image/png", b"i", cid="c", disposition="inline")
IMAGE = BodyPart("image/png", b"i", cid="c")


def outline(part: BodyPart) -> str:
    if not part.sub_parts:
        return part.type
    return f"{part.type.removeprefix('multipart/')}({','.join(map(outline, part.sub_parts))})"


@pytest.mark.parametrize(
    ("text", "html", "attachments", "expected"),
    [
        (None, None, [], "text/plain"),
        (TEXT, None, [], "text/plain"),
        (None, HTML, [], "text/html"),
        (TEXT, HTML, [], "alternative(text/plain,text/html)"),
        (TEXT, None, [PDF], "mixed(text/plain,application/pdf)"),
        (None, None, [PDF], "mixed(application/pdf)"),
        (None, HTML, [INLINE], "related(text/html,image/png)"),
        (TEXT, HTML, [INLINE, IMAGE], "alternative(text/plain,related(text/html,image/png,image/png))"),
        (TEXT, HTML, [PDF, INLINE], "mixed(alternative(text/plain,related(text/html,image/png)),application/pdf)"),
        (TEXT, None, [INLINE], "mixed(text/plain,image/png)"),
    ],
)
def test_parts_are_arranged_as_mail_software_expects(
    text: BodyPart | None, html: BodyPart | None, attachments: list[BodyPart], expected: str
) -> None:
    assert outline(assemble(text, html, attachments)) == expected


def test_attachments_are_marked_unless_they_say_otherwise() -> None:
    body = assemble(TEXT, None, [PDF, INLINE])
    assert [part.disposition for part in body.sub_parts] == [None, "attachment", "inline"]


def test_a_message_id_has_the_domain_of_its_author_where_every_program_can_read_it() -> None:
    assert fresh_message_id("token", "ann@example.com") == "token@example.com"
    assert fresh_message_id("token", "ann@bücher.example") == "token@localhost"
