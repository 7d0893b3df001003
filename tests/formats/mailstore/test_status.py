"""Keywords from the header fields of mbox messages."""

from angarium.formats.mailstore import status_keywords


def test_status_fields_become_keywords() -> None:
    message = b"Subject: a\r\nStatus: RO\r\nX-Status: AFTD\r\nX-Keywords: Work, NonJunk \\Seen\r\n\r\nStatus: O\r\n"
    assert status_keywords(message) == {
        "$seen",
        "$answered",
        "$flagged",
        "$draft",
        "$deleted",
        "work",
        "nonjunk",
    }


def test_a_body_says_nothing() -> None:
    assert status_keywords(b"Subject: a\n\nStatus: R\n") == frozenset()


def test_an_unread_message_and_one_without_fields_have_no_keywords() -> None:
    assert status_keywords(b"Status: O\nX-Status:\n\n") == status_keywords(b"\n") == status_keywords(b"") == frozenset()


def test_a_keyword_that_jmap_does_not_allow_is_left_out() -> None:
    assert status_keywords(b'X-Keywords: good (bad) "worse" schl\xc3\xa4cht\n\n') == {"good"}
