import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.htmltext import html_to_text, open_tag_start, unescape
from tests.formats.message.linear import assert_linear


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<b>bold</b>er  and\n more", "bolder and more"),
        ("<html><head><title>t</title><style>x{}</style></head><body>b</body>", "b"),
        ("<header>H</header>", "H"),
        ("a<script>if (1<2) '</b>'</SCRIPT>b", "ab"),
        ("a<!-- > <b> -->b", "ab"),
        ('<img alt="a>b">c', "c"),
        ("<td>a</td><td>b</td>", "a b"),
        ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("&eacute;&#233;&#xE9;&nbsp;x", "\u00e9\u00e9\u00e9 x"),
        ("<script>never closed", "never closed"),
        ("<a href='never closed>x</a> y", "x y"),
        ("<!DOCTYPE html><?xml x?>a", "a"),
        ("a <b", "a"),
        ("<", "<"),
        ("", ""),
    ],
)
def test_html_is_reduced_to_its_text(html: str, text: str) -> None:
    assert html_to_text(html, 1_000) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<img alt="a &gt; b">c', "a > b c"),
        ("<IMG Alt=one\nsrc='two' title = 'three  four'/>c", "one three four c"),
        ('<a data-alt="no" href="title=\'no\'" title>b</a>', "b"),
        ('<img alt="">a', "a"),
        ("a<script title=b>c</script>d", "a b d"),
        ("a <!-- <img alt=b> -->c", "a c"),
    ],
)
def test_alt_and_title_are_read_where_asked_for(html: str, text: str) -> None:
    assert html_to_text(html, 1_000, attributes=True) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&#0;&#xD800;&#1114112;&#99999999999;&#1;", "\ufffd" * 5),
        ("&#" + "9" * 5_000 + ";", "\ufffd" + "9" * 4_980 + ";"),
        ("&nonsense; &amp &copy2", "&nonsense; & &copy2"),
        ("&Aacute", "\u00c1"),
    ],
)
def test_character_references_of_any_kind_are_survived(text: str, expected: str) -> None:
    assert unescape(text) == expected


def test_no_more_than_the_limit_comes_out() -> None:
    assert html_to_text("<p>word</p>" * 100_000, 20) == "word\nword\nword\nword\n"[:20]


def test_where_text_ends_inside_a_tag_is_found() -> None:
    assert open_tag_start('a<b c="d') == 1
    assert open_tag_start('a<b c="d">') == len('a<b c="d">')
    assert open_tag_start("a</b") == 1


@pytest.mark.parametrize(
    "unit",
    [
        "<a>",
        "<a ",
        '<a "',
        "<a '\"",
        "<!--",
        "<!-- -->",
        "<",
        "&#",
        "&",
        "<script>",
        "<head>",
        "</",
        " \n",
        "<p>",
        "--",
        "<!",
        "<a alt=",
        '<a alt="',
        "alt='",
        "alt=b ",
        "title =\t",
    ],
)
def test_reading_is_linear(unit: str) -> None:
    assert_linear(lambda size: html_to_text(unit * size, 1 << 18), 40_000)
    assert_linear(lambda size: html_to_text(f"<i {unit * size}>", 1 << 18, attributes=True), 40_000)
    assert_linear(lambda size: open_tag_start(unit * size), 40_000)


@given(st.text(alphabet="<>!-/\"'& #x;abp\n", max_size=80))
def test_any_text_is_read(html: str) -> None:
    assert len(html_to_text(html, 10)) <= 10
    assert 0 <= open_tag_start(html) <= len(html)
