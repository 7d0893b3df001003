"""The content after DATA: its end, its dots, its line ends, wherever the network cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.protocols.lmtp.content import Content

ENDINGS = [b"\r\n", b"\n", b"\r", b".", b"\r\n.\r\n", b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"..", b"a", b"\0"]


def read(pieces: list[bytes]) -> tuple[bytes, bytes | None, bool]:
    """The message, what follows it (None when it has not ended), and whether a CR or LF stood alone."""
    content, octets = Content(), bytearray()
    for at, piece in enumerate(pieces):
        more, rest = content.feed(piece)
        octets += more
        if rest is not None:
            return bytes(octets), rest + b"".join(pieces[at + 1 :]), content.bare
    return bytes(octets), None, content.bare


def plainly(octets: bytes) -> tuple[bytes, bytes] | None:
    """The same, read line by line as RFC 5321 §4.5.2 tells it; None without an end."""
    whole, message = b"\r\n" + octets, b""
    end = whole.find(b"\r\n.\r\n")
    if end < 0:
        return None
    for line in whole[2 : end + 2].split(b"\r\n")[:-1] if end else []:
        message += (line[1:] if line.startswith(b".") else line) + b"\r\n"
    return message, whole[end + 5 :]


@given(st.lists(st.sampled_from(ENDINGS), max_size=12).map(b"".join))
def test_every_cut_reads_the_same_as_line_by_line(octets: bytes) -> None:
    expected = plainly(octets)
    bare = None
    for cut in range(len(octets) + 1):
        message, rest, found = read([octets[:cut], octets[cut:]])
        assert (rest is None) == (expected is None)
        if expected is not None:
            assert (message, rest) == expected
            bare = found if bare is None else bare
            assert found == bare
    if expected is not None:
        assert read([bytes((octet,)) for octet in octets])[:2] == expected


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n..\r\n.\r\n", b"a\r\n.\r\n"),
        (b"..a\r\n.b\r\n.\r\n", b".a\r\nb\r\n"),
    ],
)
def test_a_dot_alone_ends_it_and_a_dot_before_others_goes(octets: bytes, message: bytes) -> None:
    assert read([octets + b"QUIT\r\n"]) == (message, b"QUIT\r\n", False)


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r\n. \r\n"])
def test_nothing_else_ends_it(end: bytes) -> None:
    message, rest, bare = read([b"a" + end + b"MAIL FROM:<x@y>\r\n.\r\nQUIT\r\n"])
    assert rest == b"QUIT\r\n"
    assert message.endswith(b"MAIL FROM:<x@y>\r\n")
    assert bare == (end.count(b"\n") != end.count(b"\r\n") or end.count(b"\r") != end.count(b"\r\n"))
