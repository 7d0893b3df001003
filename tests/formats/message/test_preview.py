import pytest

from angarium.formats.message.preview import attachment_names, preview, search_text, search_words
from angarium.formats.message.scanner import parse
from angarium.formats.searchtext import prepare
from tests.formats.message.corpus import corpus_files, needs_corpus
from tests.formats.message.linear import assert_linear


def first_words(body: bytes, headers: bytes = b"Subject: x\n") -> str:
    data = headers + b"\n" + body
    return preview(data, parse(data).structure)


ALTERNATIVE = (
    b"Content-Type: multipart/mixed; boundary=b\n\n"
    b"--b\nContent-Type: text/plain\n\nplain words\n"
    b"--b\nContent-Type: text/html; name=page.html\n\n<style>no</style><p>html &amp; words</p>\n"
    b'--b\nContent-Type: application/pdf; name="paper.pdf"\n\n%PDF\n--b--\n'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"Hello,\r\n\r\n  world\t!\n", "Hello, world !"),
        (b"> quoted\nanswer\n", "answer"),
        (b"On Monday, A wrote:\n> quoted\n\nanswer\n-- \nsignature", "answer"),
        (b"> only quoted", "> only quoted"),
        (b"=====\ntitle\n-----\n", "title"),
        (b"a\0\x07b", "a b"),
        (b"\0\n" * 600 + b"behind", "behind"),
        (b"wide" + b" " * 1200 + b"gap\nmore", "wide gap more"),
        (b"", ""),
    ],
)
def test_the_preview_is_the_first_own_words_on_one_line(body: bytes, expected: str) -> None:
    assert first_words(body) == expected


def test_html_is_previewed_as_text() -> None:
    assert first_words(b"<p>Hello <b>you</b></p>", b"Content-Type: text/html\n") == "Hello you"


def test_the_preview_has_at_most_256_characters() -> None:
    assert len(first_words("\u00e9\U0001f600 ".encode() * 400, b"Content-Type: text/plain; charset=utf-8\n")) <= 256


def test_a_message_without_text_has_an_empty_preview() -> None:
    assert first_words(b"AAEC", b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n") == ""


def test_search_text_holds_all_texts_and_no_markup() -> None:
    structure = parse(ALTERNATIVE).structure
    assert search_text(ALTERNATIVE, structure) == "plain words\nhtml & words"
    assert search_text(ALTERNATIVE, structure, limit=8) == "plain wo"
    assert attachment_names(structure) == "page.html\npaper.pdf"


def test_search_text_holds_alt_and_title_and_the_preview_does_not() -> None:
    data = b'Content-Type: text/html\n\n<img alt="Company logo"><p title="hint">body</p>'
    structure = parse(data).structure
    assert search_text(data, structure) == "Company logo\nhint body"
    assert preview(data, structure) == "body"


@pytest.mark.parametrize("limit", [8, 1 << 18])
def test_an_index_gets_the_words_of_the_search_text(limit: int) -> None:
    page = b"<style>no</style>\n<td>one<td>\n\n two &nbsp;\n<p>th<b>ree</b></p>\x1c<img alt='fo  ur'><!-- --> fi\r\nve"
    data = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        + page
        + b"\n--b\n\nsix\n--b--\n"
    )
    structure = parse(data).structure
    words = prepare(search_words(data, structure, limit))
    assert words == prepare(search_text(data, structure, limit))
    assert words == (" one two three fo ur fi ve six " if limit > 8 else " one two ")


def test_a_huge_body_is_read_only_in_part() -> None:
    body = b"<a>" * 3_000_000
    data = b"Content-Type: text/html\n\n" + body
    structure = parse(data).structure
    assert_linear(lambda size: preview(data[: 24 + size], structure), 2_000_000)
    assert_linear(lambda size: search_text(data[: 24 + size], structure), 2_000_000)


@needs_corpus
def test_real_messages_have_previews() -> None:
    empty = 0
    for path in corpus_files():
        data = path.read_bytes()
        if "malformedHeader" in path.name:
            continue
        structure = parse(data).structure
        found = preview(data, structure)
        assert len(found) <= 256
        assert "\n" not in found
        empty += not found
        assert prepare(search_words(data, structure)) == prepare(search_text(data, structure))
    assert empty < 60
