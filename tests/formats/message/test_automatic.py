"""What a program may answer, and whom."""

import pytest

from angarium.formats.message import is_program, may_be_answered, parse
from tests.formats.message.linear import assert_linear


def answered(field: str) -> bool:
    return may_be_answered(parse(f"From: bob@example.net\r\n{field}\r\n\r\nhi\r\n".encode()).headers)


@pytest.mark.parametrize(
    "field",
    [
        "Subject: hello",
        "Auto-Submitted: no",
        "auto-submitted: (by hand) No ; x=y",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "X-Spam-Flag: NO",
        "Content-Type: multipart/mixed; report-type=none",
    ],
)
def test_what_a_person_writes_may_be_answered(field: str) -> None:
    assert answered(field)


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "AUTO-SUBMITTED: auto-generated; owner=x",
        "Auto-Submitted:\r\n auto-notified (a note)",
        "Auto-Submitted:",
        "Precedence: bulk",
        "Precedence: LIST",
        "Precedence: junk",
        "List-Id: <news.example.net>",
        "List-Unsubscribe: <https://example.net/leave>",
        "List-Post: NO",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Loop: ann@example.com",
        "X-Autoreply: yes",
        "X-Autorespond: vacation",
        "X-Spam-Flag: YES",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        'Content-Type: Multipart/Report (of sorts); boundary="x"',
    ],
)
def test_lists_bounces_and_robots_are_not_answered(field: str) -> None:
    assert not answered(field)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@example.net",
        "MAILER-DAEMON@example.net",
        "postmaster@example.net",
        "owner-news@example.net",
        "news-owner@example.net",
        "news-request@example.net",
        "LISTSERV@example.net",
        "noreply@example.net",
        "no-reply@example.net",
        "No.Reply+7@example.net",
        "billing-noreply@example.net",
        "do_not_reply@example.net",
        "donotreply@example.net",
        "bounce+ann=example.com@example.net",
        "news-bounces@example.net",
        "nobody",
    ],
)
def test_behind_these_addresses_nobody_reads(address: str) -> None:
    assert is_program(address)


@pytest.mark.parametrize("address", ["bob@example.net", "reply@example.net", "owner@example.net", "request@x", "a@b"])
def test_behind_others_somebody_does(address: str) -> None:
    assert not is_program(address)


def test_a_long_address_costs_no_more_than_its_length() -> None:
    assert_linear(lambda size: is_program("a-" * size + "@example.net"), 200_000)
