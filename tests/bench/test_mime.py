import email
import email.policy
from random import Random

import pytest
from bench.mime import Content, Envelope, compose
from bench.vocabulary import TONGUES, Person

_ENVELOPE = Envelope(
    Person("Zoë Δέλτα", "zoe@one.example"),
    Person("Plain", "plain@two.example"),
    "日本語 " * 20 + "end",
    1_700_000_000,
    "<m@x.example>",
    ("<a@x.example>", "<b@x.example>"),
)
_WORDS = "naïve Ελλάδα Привет 会議 a = b."


@pytest.mark.parametrize("tongue", TONGUES[1:])
def test_text_survives_the_encoding_of_every_tongue(tongue: str) -> None:
    raw = compose(_ENVELOPE, Content([_WORDS, _WORDS + "\n" + _WORDS], tongue=tongue), Random(1))
    text = email.message_from_bytes(raw, policy=email.policy.default).get_content()
    assert text.replace("\r\n", "\n") == f"{_WORDS}\n\n{_WORDS}\n{_WORDS}\n"


def test_headers_survive_encoding() -> None:
    tree = email.message_from_bytes(compose(_ENVELOPE, Content(["x"]), Random(1)), policy=email.policy.default)
    assert tree["Subject"] == _ENVELOPE.subject
    assert tree["From"].addresses[0].display_name == "Zoë Δέλτα"
    assert tree["References"] == "<a@x.example> <b@x.example>"


def test_parts_stand_in_alternative_inside_mixed() -> None:
    raw = compose(_ENVELOPE, Content(["text"], ["<b> & c"], b"\x00\xff" * 99), Random(1))
    tree = email.message_from_bytes(raw, policy=email.policy.default)
    types = [part.get_content_type() for part in tree.walk()]
    assert types[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
    assert "&lt;b&gt; &amp; c" in tree.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert [part.get_content() for part in tree.iter_attachments()] == [b"\x00\xff" * 99]


def test_a_file_name_beyond_ascii_is_read_back() -> None:
    raws = [compose(_ENVELOPE, Content(["x"], attachment=b"x"), Random(seed)) for seed in range(40)]
    trees = (email.message_from_bytes(raw, policy=email.policy.default) for raw in raws)
    names = {part.get_filename() for tree in trees for part in tree.iter_attachments()}
    assert names == {"report.pdf", "photo.png", "archive.zip", "übersicht.pdf"}
