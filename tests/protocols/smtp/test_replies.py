"""Replies of any server as one line of text."""

import pytest

from angarium.protocols.smtp.replies import is_refusal, is_success, one_line


@pytest.mark.parametrize(
    ("code", "text", "line"),
    [
        (250, "ok", "250 ok"),
        (  # the example of RFC 8621 §7
            550,
            "5.7.1 Our system has detected that this message is\n5.7.1 likely spam.",
            "550 5.7.1 Our system has detected that this message is likely spam.",
        ),
        (550, "No\nNot here", "550 No Not here"),
        (451, "4.7.0 a\n4.7.1 b", "451 4.7.0 a 4.7.1 b"),
        (250, "", "250"),
        (550, "a\x00\x1b[31mb\u2028c\udcff", "550 a [31mb c"),
    ],
)
def test_lines_are_joined_without_what_they_repeat(code: int, text: str, line: str) -> None:
    assert one_line(code, text) == line


def test_a_reply_is_never_long() -> None:
    assert len(one_line(550, "x" * 100_000)) == 500


def test_only_what_makes_sense_is_a_decision() -> None:
    assert [code for code in (-1, 0, 199, 200, 299, 354, 399) if is_success(code)] == [200, 299]
    assert [code for code in (200, 354, 399, 400, 599, 600, 999) if is_refusal(code)] == [400, 599]
