"""Disposition notifications, read as careless programs write them and written as they should be (RFC 8098)."""

from datetime import UTC, datetime

import pytest

from angarium.formats.message import (
    Draft,
    InvalidHeader,
    Notification,
    build,
    notification_body,
    parse,
    read_notification,
)

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FULL = Notification(
    "manual-action",
    "mdn-sent-manually",
    "displayed",
    "rfc822; ann@example.com",
    text="It was shown.",
    reporting_ua="pc.example.com; Mailer 1.0",
    gateway="smtp; gateway.example.com",
    original_recipient="rfc822; a.nn@example.com",
    original_message_id="<1@example.net>",
    errors=("out of paper", "out of ink"),
    extensions={"X-Mood": "good"},
)


def written(told: Notification, original: bytes | None = None) -> bytes:
    return build(Draft((), notification_body(told, original)), message_id="2@example.com", date=NOW)


def read(data: bytes) -> Notification | None:
    return read_notification(data, parse(data))


@pytest.mark.parametrize(
    "told", [FULL, Notification("automatic-action", "mdn-sent-automatically", "deleted", "rfc822; x@y", text="")]
)
def test_what_is_written_reads_back(told: Notification) -> None:
    assert read(written(told)) == told


def test_the_original_is_returned_whole_when_asked() -> None:
    original = b"Subject: hello\r\n\r\nbody\r\n"
    assert original in written(FULL, original)
    assert b"message/rfc822" not in written(FULL)
    assert read(written(FULL, original)) == FULL


def _notice(*fields: str, content_type: str = "message/disposition-notification") -> bytes:
    return f"Content-Type: {content_type}\r\n\r\n".encode() + "".join(f"{item}\r\n" for item in fields).encode()


@pytest.mark.parametrize(
    "disposition",
    [
        "manual-action/MDN-sent-manually; displayed",
        "Manual-Action / mdn-Sent-Manually ;DISPLAYED",
        "manual-action/MDN-sent-manually; displayed/error",
        "manual-action/MDN-sent-manually;\r\n displayed/warning, x-other",
    ],
)
def test_modes_and_types_come_in_lower_case(disposition: str) -> None:
    told = read(_notice("Final-Recipient: rfc822;ann@example.com", f"Disposition: {disposition}"))
    assert told is not None
    assert (told.mode, told.sent, told.type) == ("manual-action", "mdn-sent-manually", "displayed")


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: just a letter\r\n\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
        _notice("Disposition: manual-action/MDN-sent-manually; displayed"),
        _notice("Final-Recipient: rfc822; a@b"),
        _notice("Final-Recipient: rfc822; a@b", "Disposition: displayed"),
        _notice("Final-Recipient: rfc822; a@b", "Disposition: manual-action/MDN-sent-manually; eaten"),
        _notice(),
        _notice("Final-Recipient: rfc822; a@b", content_type="text/plain"),
    ],
)
def test_what_says_too_little_is_no_notification(data: bytes) -> None:
    assert read(data) is None


def test_nothing_can_make_a_field_of_its_own() -> None:
    for extensions in ({"X\r\nSubject": "x"}, {"X": "y\r\nDisposition: z"}, {"": "x"}):
        with pytest.raises(InvalidHeader):
            written(
                Notification("manual-action", "mdn-sent-manually", "displayed", "rfc822; a@b", extensions=extensions)
            )
