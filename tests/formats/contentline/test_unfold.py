import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.contentline.unfold import logical_lines, pieces
from angarium.formats.errors import FormatError
from tests.formats.message.linear import assert_linear

PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b"\t", b"A:b", b"=", b";ENCODING=QUOTED-PRINTABLE:", b"\xc3\xa9"]
)
SOUP = st.lists(PIECES | st.binary(max_size=3), max_size=30).map(b"".join)


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        (b"A:1\r\nB:2\r\n", ["A:1", "B:2"]),
        (b"A:1\nB:2", ["A:1", "B:2"]),
        (b"A:1\rB:2\r", ["A:1", "B:2"]),
        (b"A:one\r\n  two\r\n\tthree\r\n", ["A:one twothree"]),
        (b"A:one\n\n two\n \n\nB:2\n\n", ["A:onetwo", "B:2"]),
        (b"\n\nA:1\r\r\nB:2", ["A:1", "B:2"]),
        (b"A:caf\xc3\r\n \xa9\r\n", ["A:café"]),
        (b"\xef\xbb\xbfA:1", ["A:1"]),
        ("\ufeffA:é\r\n é".encode("utf-16-le"), ["A:éé"]),
        ("\ufeffA:é\r\nB:é".encode("utf-16-be"), ["A:é", "B:é"]),
        (b"A:\xe9\nB:\xc3\xa9\n", ["A:é", "B:é"]),
        (b"A;CHARSET=ISO-8859-5:\xd0\n", ["A;CHARSET=ISO-8859-5:а"]),
        (b"B;CHARSET=iso-8859-1:\xc3\xa9\n", ["B;CHARSET=iso-8859-1:é"]),
        (b"A;CHARSET=ISO-2022-JP:\x1b$B$\"\x1b(B", ["A;CHARSET=ISO-2022-JP:あ"]),
        (b"A;CHARSET=utf-16:plain\nB;CHARSET=none:\xe9", ["A;CHARSET=utf-16:plain", "B;CHARSET=none:é"]),
        (b"A:a\x00b", ["A:ab"]),
        (b"\r\n A:1", [" A:1"]),
    ],
)  # fmt: skip
def test_lines_are_unfolded_and_decoded(octets: bytes, lines: list[str]) -> None:
    assert logical_lines(octets) == lines


@pytest.mark.parametrize(
    ("octets", "lines"),
    [
        (b"N;QUOTED-PRINTABLE:a=\r\nb=\r\n c\r\nM:1", ["N;QUOTED-PRINTABLE:ab c", "M:1"]),
        (b"N;ENCODING=Quoted-Printable;X=y:a=\n\nM:1", ["N;ENCODING=Quoted-Printable;X=y:a", "M:1"]),
        (b"N;ENCODING=QUOTED-PRINTABLE:a=\nEND:VCARD", ["N;ENCODING=QUOTED-PRINTABLE:a=", "END:VCARD"]),
        (b"N:a=\nM;QUOTED-PRINTABLE:1", ["N:a=", "M;QUOTED-PRINTABLE:1"]),
    ],
)
def test_a_soft_line_break_goes_on_in_the_next_line(octets: bytes, lines: list[str]) -> None:
    assert logical_lines(octets) == lines


@given(SOUP)
def test_any_octets_have_lines_and_each_has_its_place(octets: bytes) -> None:
    lines = logical_lines(octets)
    placed = list(pieces(octets))
    assert [line.decode("utf-8", "replace").replace("\0", "") for _, line in placed if line.isascii()] == [
        line for line, (_, raw) in zip(lines, placed, strict=True) if raw.isascii()
    ]
    assert [start for start, _ in placed] == sorted(start for start, _ in placed)


def test_more_lines_than_allowed_are_refused() -> None:
    assert len(logical_lines(b"A:1\nB:2\n", 2)) == 2
    with pytest.raises(FormatError, match="more than 2 lines"):
        logical_lines(b"A:1\nB:2\nC:3", 2)
    with pytest.raises(FormatError, match="more than 2 lines"):
        logical_lines(b"A;QUOTED-PRINTABLE:1\nB:2\nC:3", 2)


@pytest.mark.parametrize("unit", [b"\n", b"\r", b"\r\n ", b"\n\n\t", b"A;QUOTED-PRINTABLE:=\n", b"\xe9:;CHARSET="])
def test_unfolding_is_linear(unit: bytes) -> None:
    assert_linear(lambda size: logical_lines(b"A:" + unit * size, most=10**9), 40_000)
