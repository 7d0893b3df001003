import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message.header_text import normalized
from angarium.formats.message.headerbuild import InvalidHeader
from angarium.formats.message.parameterbuild import write_structured
from angarium.formats.message.parameters import parse_structured

FIELD = "Content-Disposition"


def written(content: str) -> bytes:
    return write_structured(FIELD, "attachment", [("filename", content)])


@pytest.mark.parametrize(
    ("content", "octets"),
    [
        ("a.txt", b"Content-Disposition: attachment; filename=a.txt\r\n"),
        ('a "b".txt', b'Content-Disposition: attachment; filename="a \\"b\\".txt"\r\n'),
        ("\u20ac.txt", b"Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.txt\r\n"),
    ],
)
def test_values_are_written_plainly_when_they_can_be(content: str, octets: bytes) -> None:
    assert written(content) == octets


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=300))
def test_any_value_reads_back_from_short_lines(content: str) -> None:
    octets = written(content)
    assert parse_structured(octets.partition(b":")[2][:-2]).parameters["filename"] == normalized(content)
    assert max(map(len, octets.split(b"\r\n"))) <= 80


@pytest.mark.parametrize("content", ["a\r\nX: y", "a\nb", "a\0b", "a\x85b", "a\u2028b", "x" * 5_000])
def test_values_that_would_inject_are_refused(content: str) -> None:
    with pytest.raises(InvalidHeader):
        written(content)
