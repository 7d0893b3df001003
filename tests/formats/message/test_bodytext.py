import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.bodytext import body_value, text_of, truncate
from angarium.formats.message.scanner import parse
from tests.formats.message.corpus import corpus_file, corpus_files, needs_corpus


@pytest.mark.parametrize(
    ("content", "charset", "kind", "expected"),
    [
        (b"a\r\nb\n", "us-ascii", "text/plain", ("a\nb\n", False)),
        (b"a", None, "text/plain", ("a", False)),
        ("\u00e9".encode(), "utf-8", "text/plain", ("\u00e9", False)),
        ("\ufeff\u00e9".encode(), "utf-8", "text/plain", ("\u00e9", False)),
        (b"\xe9", "iso-8859-1", "text/plain", ("\u00e9", False)),
        ("\u00e9".encode(), "us-ascii", "text/plain", ("\u00e9", True)),
        (b"\xe9", "us-ascii", "text/plain", ("\u00e9", True)),
        (b"\xe9", "x-nobody-knows", "text/plain", ("\u00e9", True)),
        (b"plain", "x-nobody-knows", "text/plain", ("plain", True)),
        (b"a\xffb", "utf-8", "text/plain", ("a\ufffdb", True)),
        (b"a\0b", "us-ascii", "text/plain", ("ab", False)),
        (b"a\0b", "utf-8", "text/plain", ("ab", False)),
        (b'<meta charset="koi8-r">\xc1', "us-ascii", "text/html", ('<meta charset="koi8-r">\u0430', True)),
        ("\u3042".encode("iso-2022-jp"), "iso-2022-jp", "text/plain", ("\u3042", False)),
        ("\u9fa5".encode("gbk"), "gb2312", "text/plain", ("\u9fa5", False)),
        (b"+AOk-", "utf-7", "text/plain", ("\u00e9", False)),
    ],
)
def test_content_becomes_text(content: bytes, charset: str | None, kind: str, expected: tuple[str, bool]) -> None:
    assert text_of(content, charset, kind) == expected


@pytest.mark.parametrize(
    ("text", "most", "html", "expected"),
    [
        ("abc", 0, False, ("abc", False)),
        ("abc", 3, False, ("abc", False)),
        ("abc", 2, False, ("ab", True)),
        ("a\u00e9b", 2, False, ("a", True)),
        ("a\u00e9b", 3, False, ("a\u00e9", True)),
        ("\U0001f600", 3, False, ("", True)),
        ('x<a href="https://example.com">', 12, True, ("x", True)),
        ('x<a href="https://example.com">', 12, False, ('x<a href="ht', True)),
        ('<a title="a>b">c', 14, True, ("", True)),
        ("<b>bold</b>", 7, True, ("<b>bold", True)),
        ("<b>bold</b>", 8, True, ("<b>bold", True)),
        ("1 < 2 and more", 8, True, ("1 < 2 an", True)),
        ("a<!-- b -->c", 9, True, ("a", True)),
    ],
)
def test_truncation_is_exact(text: str, most: int, html: bool, expected: tuple[str, bool]) -> None:
    assert truncate(text, most, html=html) == expected


@given(st.text(max_size=50), st.integers(1, 120), st.booleans())
def test_truncation_never_cuts_a_character_nor_passes_the_limit(text: str, most: int, html: bool) -> None:
    value, cut = truncate(text, most, html=html)
    assert len(value.encode()) <= most
    assert text.startswith(value)
    assert cut == (len(text.encode()) > most)


def test_a_body_value_tells_of_an_unknown_transfer_encoding() -> None:
    data = b"Content-Transfer-Encoding: rot13\n\nabc"
    value = body_value(data, parse(data).structure, 2)
    assert (value.value, value.is_encoding_problem, value.is_truncated) == ("ab", True, True)


@given(st.binary(max_size=80), st.sampled_from([None, "us-ascii", "utf-8", "utf-7", "utf-16", "gb2312", "x"]))
def test_any_content_becomes_text_that_is_utf8(content: bytes, charset: str | None) -> None:
    for kind in ("text/plain", "text/html"):
        assert "\0" not in text_of(content, charset, kind)[0].encode().decode()


@needs_corpus
def test_real_bodies_have_values() -> None:
    for path in corpus_files():
        data = path.read_bytes()
        if "malformedHeader" in path.name:
            continue
        for part in parse(data).structure.walk():
            if part.type.startswith("text/"):
                assert len(body_value(data, part, 50).value.encode()) <= 50


@needs_corpus
def test_russian_mail_is_readable() -> None:
    data = corpus_file("mime4j/russian.msg")
    texts = [body_value(data, part) for part in parse(data).structure.walk() if part.type.startswith("text/")]
    assert not any(text.is_encoding_problem for text in texts)
