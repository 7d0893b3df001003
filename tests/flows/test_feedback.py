"""Reports that come back: found by envelope id or Message-ID, told by the submission, believed no further than safe."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from tests.datatypes.submission.outbox import Outbox, envelope
from tests.harness import DOMAINS, NOW, Harness

from angarium.flows.deliver import Delivered, Pipeline, arrival, deliver
from angarium.flows.feedback import note_feedback
from angarium.formats.message import with_return_path

PIPELINE = Pipeline(DOMAINS, (note_feedback,))
BO, CY = "bo@elsewhere.example", "cy@elsewhere.example"


@pytest.fixture
def ann(tmp_path: Path) -> Iterator[Outbox]:
    engine = Harness(tmp_path / "data")
    yield Outbox(engine, engine.user("ann"))
    engine.close()


def comes_back(ann: Outbox, octets: bytes, sender: str = "", to: Sequence[str] = ("ann@example.com",)) -> None:
    stage = ann.engine.store.stage()
    stage.write(with_return_path(octets, sender))
    arrived = arrival(sender, stage.finish(), NOW)
    for address in to:
        job = partial(deliver, pipeline=PIPELINE, arrived=arrived, address=address)
        outcome = ann.engine.store.write(job).result()
        assert isinstance(outcome, Delivered)


def dsn(ann: Outbox, recipient: str = BO, action: str = "failed", envelope_id: str = "", message_id: str = "") -> bytes:
    """A report as another server writes it."""
    lines = [
        "From: MAILER-DAEMON@far.example",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; far.example",
        *([f"Original-Envelope-Id: {envelope_id}"] if envelope_id else []),
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        "Status: 5.2.2",
        "Diagnostic-Code: smtp; 552 5.2.2 full",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        *([f"Message-ID: <{message_id}>"] if message_id else []),
        "Subject: x",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(lines).encode()


def mdn(message_id: str, recipient: str = BO, disposition: str = "displayed") -> bytes:
    return (
        "From: bo@elsewhere.example\r\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nOriginal-Message-ID: <{message_id}>\r\n"
        f"Disposition: manual-action/MDN-sent-manually; {disposition}\r\n\r\n--b--\r\n"
    ).encode()


def sent(ann: Outbox, *to: str) -> tuple[str, str]:
    """A submission, and its envelope id."""
    made = ann.sent(ann.draft(messageId=["sent@example.com"]), envelope(*to))
    return made["id"], ann.items()[-1].sender.parameters["ENVID"] or ""


def test_a_report_by_envelope_id_is_kept_and_told(ann: Outbox) -> None:
    record, envelope_id = sent(ann, BO, CY)
    comes_back(ann, dsn(ann, BO.upper(), "failed", envelope_id))
    comes_back(ann, dsn(ann, CY, "delivered", envelope_id))
    shown = ann.submission(record)
    assert shown["deliveryStatus"][BO] == {"smtpReply": "552 5.2.2 full", "delivered": "no", "displayed": "unknown"}
    assert shown["deliveryStatus"][CY]["delivered"] == "yes"
    assert len(shown["dsnBlobIds"]) == 2
    emails = ann.engine.call(ann.user, "Email/query", {"filter": {"from": "MAILER-DAEMON"}})["ids"]
    ann.engine.call(ann.user, "Email/set", {"destroy": emails})
    ann.engine.store.write(lambda t: t.blobs.collect(NOW // 1000 + 100_000)).result()
    parsed = ann.engine.call(ann.user, "Email/parse", {"blobIds": shown["dsnBlobIds"]})["parsed"]
    assert len(parsed) == 2  # the submission alone keeps them readable


def test_a_report_that_is_large_enough_for_a_file_is_told_and_reaches_everybody(ann: Outbox) -> None:
    record, envelope_id = sent(ann, BO)
    ann.engine.user("dee")
    large = dsn(ann, BO, "failed", envelope_id).replace(b"Subject: x", b"Subject: x\r\n\r\n" + b"x\r\n" * 30_000)
    comes_back(ann, large, to=("dee@example.com", "ann@example.com"))
    assert ann.submission(record)["deliveryStatus"][BO]["delivered"] == "no"


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded"])
def test_other_actions_leave_the_state_as_it_is(ann: Outbox, action: str) -> None:
    record, envelope_id = sent(ann, BO)
    comes_back(ann, dsn(ann, BO, action, envelope_id))
    shown = ann.submission(record)
    assert shown["deliveryStatus"][BO]["delivered"] == "queued"
    assert len(shown["dsnBlobIds"]) == 1


def test_a_report_without_envelope_id_is_found_by_what_it_returns(ann: Outbox) -> None:
    record, _ = sent(ann, BO)
    comes_back(ann, dsn(ann, message_id="sent@example.com"))
    assert ann.submission(record)["deliveryStatus"][BO]["delivered"] == "no"


def test_a_report_about_another_address_is_about_the_only_recipient(ann: Outbox) -> None:
    one, first = sent(ann, BO)
    comes_back(ann, dsn(ann, "forwarded@further.example", "failed", first))
    assert ann.submission(one)["deliveryStatus"][BO]["delivered"] == "no"
    two, second = sent(ann, BO, CY)
    comes_back(ann, dsn(ann, "forwarded@further.example", "failed", second))
    assert {known["delivered"] for known in ann.submission(two)["deliveryStatus"].values()} == {"queued"}


def test_a_person_cannot_send_a_report_by_the_message_id_that_every_recipient_knows(ann: Outbox) -> None:
    record, _ = sent(ann, BO)
    comes_back(ann, dsn(ann, message_id="sent@example.com"), sender="bo@elsewhere.example")
    assert ann.submission(record)["dsnBlobIds"] == []


def test_what_is_final_stays_so_whatever_comes_back(ann: Outbox) -> None:
    record, envelope_id = sent(ann, BO)
    comes_back(ann, dsn(ann, BO, "delivered", envelope_id))
    comes_back(ann, dsn(ann, BO, "failed", envelope_id))
    assert ann.submission(record)["deliveryStatus"][BO]["delivered"] == "yes"


@pytest.mark.parametrize(("disposition", "displayed"), [("displayed", "yes"), ("deleted", "unknown")])
def test_a_notification_of_the_reader_is_kept_and_told(ann: Outbox, disposition: str, displayed: str) -> None:
    record, _ = sent(ann, BO, CY)
    comes_back(ann, mdn("sent@example.com", BO, disposition), "bo@elsewhere.example")
    shown = ann.submission(record)
    assert shown["deliveryStatus"][BO]["displayed"] == displayed
    assert shown["deliveryStatus"][CY]["displayed"] == "unknown"
    assert (len(shown["mdnBlobIds"]), shown["dsnBlobIds"]) == (1, [])


def test_reports_of_what_was_never_sent_are_mail_like_any_other(ann: Outbox) -> None:
    record, _ = sent(ann, BO)
    before = ann.submission(record)
    comes_back(ann, dsn(ann, envelope_id="made up", message_id="made-up@x"))
    comes_back(ann, mdn("made-up@x"), "bo@elsewhere.example")
    comes_back(ann, b"Content-Type: multipart/report\r\n\r\nno parts\r\n")
    assert ann.submission(record) == before


def test_a_submission_keeps_so_many_reports_and_no_more(ann: Outbox) -> None:
    record, envelope_id = sent(ann, BO)
    for number in range(105):
        comes_back(ann, dsn(ann, BO, "delayed", envelope_id) + b"%d" % number)
    assert len(ann.submission(record)["dsnBlobIds"]) == 100
