"""From whom and for whom: envelopes given and made, and every refusal of RFC 8621 §7.5."""

from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes.submission import Sending
from angarium.engine.limits import Limits
from tests.datatypes.submission.outbox import Outbox, envelope
from tests.harness import DOMAINS, Harness, mail_server

BO = "bo@elsewhere.example"


def addresses(ann: Outbox) -> tuple[str, list[str]]:
    """Sender and recipients of the only item in the queue."""
    (item,) = ann.items()
    return item.sender.email, [known.address.email for known in item.recipients]


def person(email: str) -> list[dict[str, Any]]:
    return [{"name": None, "email": email}]


def test_an_envelope_that_is_not_given_is_made_from_the_header(ann: Outbox) -> None:
    email = ann.draft(
        to=[*person(BO), *person("cy@elsewhere.example")],
        cc=[*person("BO@elsewhere.example"), *person("di@elsewhere.example")],
        bcc=person("ed@elsewhere.example"),
    )
    made = ann.sent(email)["envelope"]
    assert made["mailFrom"] == {"email": "ann@example.com", "parameters": None}
    told = [to["email"] for to in made["rcptTo"]]
    assert told == ["BO@elsewhere.example", "cy@elsewhere.example", "di@elsewhere.example", "ed@elsewhere.example"]
    assert addresses(ann) == ("ann@example.com", told)


def test_the_sender_goes_before_the_author(ann: Outbox) -> None:
    ann.sent(ann.draft(**{"from": person("ann+x@example.com"), "sender": person("ann@example.com")}))
    assert addresses(ann)[0] == "ann@example.com"


def test_an_address_that_the_identity_does_not_allow_gives_way_to_the_identitys(ann: Outbox) -> None:
    ann.sent(ann.draft(**{"from": person("ann+x@example.com")}))
    assert addresses(ann)[0] == "ann@example.com"


def test_an_envelope_that_is_given_is_kept_as_it_is_and_each_recipient_sent_to_once(ann: Outbox) -> None:
    given = envelope(BO, "cy@elsewhere.example", BO, sender="ann+bounces@example.com", parameters={"RET": "HDRS"})
    given["rcptTo"][0]["parameters"] = {"notify": "SUCCESS,FAILURE", "ORCPT": "rfc822;Bo@elsewhere.example"}
    made = ann.sent(ann.draft(), given)
    assert "envelope" not in made
    assert ann.submission(made["id"])["envelope"] == given
    assert addresses(ann) == ("ann+bounces@example.com", [BO, "cy@elsewhere.example"])
    (item,) = ann.items()
    assert item.sender.parameters["RET"] == "HDRS"
    assert item.recipients[0].address.parameters == {
        "NOTIFY": "SUCCESS,FAILURE",
        "ORCPT": "rfc822;Bo@elsewhere.example",
    }


def test_the_null_reverse_path_may_be_given(ann: Outbox) -> None:
    ann.sent(ann.draft(), envelope(BO, sender=""))
    assert addresses(ann)[0] == ""


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ({"from": person("bo@example.com")}, "forbiddenFrom"),
        ({"from": person("ceo@elsewhere.example")}, "forbiddenFrom"),
        ({"from": [*person("ann@example.com"), *person("bo@example.com")]}, "forbiddenFrom"),
        ({"sender": person("bo@example.com")}, "forbiddenFrom"),
        ({"from": None}, "invalidEmail"),
        ({"from": [*person("ann@example.com"), *person("ann+x@example.com")]}, "invalidEmail"),
        ({"to": None}, "noRecipients"),
        ({"to": person("not an address")}, "invalidRecipients"),
        ({"to": person("nobody@example.com")}, "invalidRecipients"),
    ],
)
def test_a_message_that_may_not_leave_is_refused_by_name(ann: Outbox, properties: Any, kind: str) -> None:
    refused = ann.refused(ann.draft(**properties))
    assert refused["type"] == kind
    assert refused["description"]


def test_what_is_wrong_with_an_email_is_named(ann: Outbox) -> None:
    twice = ann.imported(b"From: ann@example.com\r\nFrom: ann@example.com\r\nTo: bo@elsewhere.example\r\n\r\nx\r\n")
    assert ann.refused(twice)["properties"] == ["from"]
    senders = b"From: ann@example.com\r\nSender: ann@example.com, ann@example.com\r\n\r\nx\r\n"
    assert ann.refused(ann.imported(senders), envelope(BO))["properties"] == ["sender"]
    several = b"Sender: a@x.example, b@x.example\r\nResent-From: nobody\r\n\r\nx\r\n"
    assert ann.refused(ann.imported(several), envelope(BO))["properties"] == ["header:Resent-From", "from", "sender"]
    too_many = b"From: ann@example.com\r\n" + b"X: y\r\n" * 1_000 + b"\r\nx\r\n"
    assert ann.refused(ann.imported(too_many), envelope(BO))["properties"] == ["headers"]


def test_an_envelope_from_somebody_else_is_forbidden(ann: Outbox) -> None:
    assert ann.refused(ann.draft(), envelope(BO, sender="bo@example.com"))["type"] == "forbiddenMailFrom"


def test_recipients_that_are_no_addresses_are_listed(ann: Outbox) -> None:
    refused = ann.refused(ann.draft(), envelope(BO, "x@y@z", "a b@c", "d@e\r\nDATA"))
    assert refused["type"] == "invalidRecipients"
    assert refused["invalidRecipients"] == ["x@y@z", "a b@c", "d@e\r\nDATA"]


def test_an_envelope_for_nobody_or_for_too_many_is_refused(ann: Outbox) -> None:
    assert ann.refused(ann.draft(), envelope())["type"] == "noRecipients"
    many = ann.refused(ann.draft(), envelope(*(f"u{number}@elsewhere.example" for number in range(1_001))))
    assert (many["type"], many["maxRecipients"]) == ("tooManyRecipients", 1_000)


@pytest.mark.parametrize(
    ("place", "parameters", "path"),
    [
        ("mailFrom", {"RET": "ALL"}, "RET"),
        ("mailFrom", {"RET": None}, "RET"),
        ("mailFrom", {"ENVID": "a\r\nRCPT TO:<x@y>"}, "ENVID"),
        ("mailFrom", {"AUTH": "<>"}, "AUTH"),
        ("mailFrom", {"SMTPUTF8": "yes"}, "SMTPUTF8"),
        ("mailFrom", {"HOLDFOR": "0"}, "HOLDFOR"),
        ("mailFrom", {"HOLDFOR": "99999999"}, "HOLDFOR"),
        ("mailFrom", {"HOLDUNTIL": "2026-13-01T00:00:00Z"}, "HOLDUNTIL"),
        ("mailFrom", {"HOLDFOR": "5", "HOLDUNTIL": "2026-12-01T00:00:00Z"}, "HOLDUNTIL"),
        ("rcptTo", {"NOTIFY": "NEVER,SUCCESS"}, "NOTIFY"),
        ("rcptTo", {"NOTIFY": "SUCCESS\r\nDATA"}, "NOTIFY"),
        ("rcptTo", {"ORCPT": "bo@elsewhere.example"}, "ORCPT"),
        ("rcptTo", {"RET": "FULL"}, "RET"),
    ],
)
def test_a_parameter_that_cannot_be_passed_on_is_named(ann: Outbox, place: str, parameters: Any, path: str) -> None:
    given = envelope(BO)
    (given["mailFrom"] if place == "mailFrom" else given["rcptTo"][0])["parameters"] = parameters
    refused = ann.refused(ann.draft(), given)
    at = "mailFrom" if place == "mailFrom" else "rcptTo/0"
    assert (refused["type"], refused["properties"]) == (
        "invalidProperties",
        [f"envelope/{at}/parameters/{path}"],
    )


def test_what_somebody_elsewhere_wrote_is_passed_on_by_who_says_so(ann: Outbox) -> None:
    theirs = b"From: ceo@elsewhere.example\r\nTo: ann@example.com\r\nSubject: x\r\n\r\nhello\r\n"
    assert ann.refused(ann.imported(theirs), envelope(BO))["type"] == "forbiddenFrom"
    ann.sent(ann.imported(b"Resent-From: ann@example.com\r\n" + theirs), envelope(BO))


@pytest.mark.parametrize(
    ("resender", "author"), [("bo@example.com", "ceo@elsewhere.example"), ("ann@example.com", "bo@example.com")]
)
def test_nobody_here_is_impersonated_by_passing_on(ann: Outbox, resender: str, author: str) -> None:
    ann.engine.user("bo")
    message = f"Resent-From: {resender}\r\nFrom: {author}\r\n\r\nx\r\n".encode()
    assert ann.refused(ann.imported(message), envelope(BO))["type"] == "forbiddenFrom"


def test_without_a_relay_mail_goes_to_users_of_the_server_alone(tmp_path: Path) -> None:
    sending = Sending(DOMAINS, relay=False)
    engine = Harness(tmp_path / "data", served=mail_server(Limits(), sending))
    try:
        engine.user("bo")
        ann = Outbox(engine, engine.user("ann"))
        refused = ann.refused(ann.draft(), envelope("bo@example.com", BO))
        assert refused["type"] == "forbiddenToSend"
        assert BO in refused["description"]
        ann.sent(ann.draft(), envelope("bo@example.com", "ann+x@example.com"))
    finally:
        engine.close()
