"""Reports about messages, read and written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.errors import FormatError
from angarium.formats.message import BodyPart, Draft, DraftHeader, InvalidHeader, build, parse, read_report, report_body
from angarium.formats.message.report import field

NOW = datetime(2026, 9, 1, tzinfo=UTC)
STATUS = (
    b"From: mailer-daemon@example.net\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\n\r\nIt did not arrive.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; mx.example.net\r\n\r\n"
    b"Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    b"Final-Recipient: rfc822; cy@example.net\r\nAction: delayed\r\n"
    b"--b\r\nContent-Type: %s\r\n\r\nSubject: hello\r\nMessage-ID: <1@example.com>\r\n\r\nX-Not: a field\r\n--b--\r\n"
)


@pytest.mark.parametrize("returned", [b"message/rfc822", b"text/rfc822-headers"])
def test_groups_of_fields_and_the_header_of_the_original_are_read(returned: bytes) -> None:
    data = STATUS % returned
    report = read_report(data, parse(data), "delivery-status")
    assert report is not None
    assert report.text == "It did not arrive."
    assert [field(group, "action") for group in report.groups] == [None, "failed", "delayed"]
    assert [header.name for header in report.original] == ["Subject", "Message-ID"]
    assert read_report(data, parse(data), "disposition-notification") is None


def test_what_is_written_reads_back() -> None:
    groups = [[("Reporting-MTA", "dns; here")], [("Action", "failed"), ("X-Grüße", "é")][:1]]
    body = report_body("delivery-status", "Alas.", groups, BodyPart("message/rfc822", b"Subject: x\r\n\r\nbody\r\n"))
    data = build(Draft((DraftHeader("Subject", "Text", "s"),), body), message_id="1@example.com", date=NOW)
    assert b"multipart/report;" in data
    assert b"report-type=delivery-status" in data
    report = read_report(data, parse(data), "delivery-status")
    assert report is not None
    assert [list(group) for group in report.groups] == groups
    assert (report.text, [header.name for header in report.original]) == ("Alas.", ["Subject"])


@pytest.mark.parametrize("bad", [("A\r\nB", "x"), ("A", "x\r\nB: y"), ("A:", "x"), ("A", "\0"), ("A", "\u2028")])
def test_nothing_can_make_a_field_of_its_own(bad: tuple[str, str]) -> None:
    with pytest.raises(InvalidHeader):
        report_body("delivery-status", "", [[bad]])


@given(st.binary(max_size=300))
def test_any_octets_are_some_report_or_none(told: bytes) -> None:
    data = b"Content-Type: message/delivery-status\r\n\r\n" + told
    try:
        message = parse(data)
    except FormatError:
        return
    assert read_report(data, message, "delivery-status") is not None
