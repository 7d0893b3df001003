"""Delivery status both ways: ours, and that of others as they write it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.message import (
    Action,
    BodyPart,
    DeliveryStatus,
    Draft,
    RecipientStatus,
    build,
    delivery_status_body,
    parse,
    plain_address,
    read_delivery_status,
)

POSTFIX = b"""From: MAILER-DAEMON@mx.example (Mail Delivery System)
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Original-Envelope-Id: 0011aabb
X-Postfix-Queue-ID: 4Vx

Final-Recipient: rfc822; bo@example.org
Original-Recipient: rfc822;Bo@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; far.example
Diagnostic-Code: smtp; 550 5.1.1 <bo@example.org>: no
    such user

Final-Recipient: RFC822; <cy@example.org>
Action: Delivered (to mailbox)
Status: 2.0.0

Action: failed
Status: 5.0.0

--b
Content-Type: text/rfc822-headers

Message-ID: <sent@example.com>
Subject: x

--b--
"""


def written(told: DeliveryStatus) -> bytes:
    body = delivery_status_body("text", "mx.example", told, BodyPart("text/rfc822-headers", "Message-ID: <sent@x>\r\n"))
    return build(Draft((), body), message_id="a@b", date=datetime(2026, 1, 1, tzinfo=UTC))


def test_what_others_write_is_read() -> None:
    told = read_delivery_status(POSTFIX, parse(POSTFIX))
    assert told is not None
    assert (told.envelope_id, told.message_id) == ("0011aabb", "sent@example.com")
    assert told.recipients[0] == RecipientStatus(
        "bo@example.org", Action.FAILED, "5.1.1", "Bo@example.org", "550 5.1.1 <bo@example.org>: no such user"
    )
    assert [known.final_recipient for known in told.recipients] == ["bo@example.org", "cy@example.org"]
    assert told.recipients[1].action is Action.DELIVERED


def test_what_is_written_is_read_back() -> None:
    told = DeliveryStatus(
        "env-1",
        (
            RecipientStatus("bo@example.org", Action.FAILED, "5.1.1", "Bo@example.org", "550 5.1.1 no"),
            RecipientStatus("jörg@exämple.org", Action.RELAYED, "2.1.5"),
        ),
        "sent@x",
    )
    octets = written(told)
    assert octets.isascii()
    assert read_delivery_status(octets, parse(octets)) == told


@pytest.mark.parametrize("evil", ["550 5.1.1 a\r\nAction: delivered", "550 \x00\u2028 =?utf-8?q?x?=", "é" * 2_000])
def test_a_reply_never_becomes_a_field(evil: str) -> None:
    octets = written(DeliveryStatus("e", (RecipientStatus("bo@example.org", Action.FAILED, "5.1.1", None, evil),)))
    told = read_delivery_status(octets, parse(octets))
    assert told is not None
    assert [known.action for known in told.recipients] == [Action.FAILED]


def test_a_message_that_is_no_report_has_no_status() -> None:
    plain = b"Subject: x\r\n\r\nAction: failed\r\n"
    assert read_delivery_status(plain, parse(plain)) is None


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; <a@b> ", "a@b"),
        ("utf-8; j\\x{F6}rg@b", "jörg@b"),
        ("utf-8; \\x{D800}\\x{FFFFFF}", "\\x{D800}\\x{FFFFFF}"),
        ("a@b", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_stands_behind_its_type(value: str | None, address: str | None) -> None:
    assert plain_address(value) == address


@given(st.binary(max_size=200))
def test_any_status_part_is_read_without_failing(content: bytes) -> None:
    octets = b"Content-Type: message/delivery-status\r\n\r\n" + content
    read_delivery_status(octets, parse(octets))
