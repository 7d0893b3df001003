"""Whom a user who is away answers, how often, and with what (RFC 3834)."""

from itertools import count

import pytest

from angarium.datatypes import principals
from angarium.datatypes.principals import Domains, User
from angarium.datatypes.submission import queue
from angarium.datatypes.submission.identity import KIND as IDENTITY
from angarium.datatypes.submission.identity import settle
from angarium.datatypes.submission.vacation_response import KIND
from angarium.flows.deliver import Arrival, Delivered, Outcome, Pipeline, arrival, deliver
from angarium.flows.provision import new_user
from angarium.flows.vacation import Vacation
from angarium.formats.json import JSON, dumps
from angarium.formats.message import envelope, header_value, parse, text_of, with_return_path
from angarium.store.contract import ANSWERED_SECONDS, Store

NOW = 1_790_000_000_000
DOMAINS = Domains(("example.com", "example.org"))
NUMBERS = count(1)
PIPELINE = Pipeline(DOMAINS, (Vacation(DOMAINS, lambda: f"token{next(NUMBERS)}"),))


def letter(*fields: str, to: str = "ann@example.com", sender: str = "bob@example.net", body: str = "Hello?") -> bytes:
    """A message to Ann; what `fields` name stands before everything else."""
    number = next(NUMBERS)
    lines = [*fields, f"From: {sender}", f"To: {to}", "Subject: Lunch", f"Message-ID: <{number}@example.net>"]
    return "".join(f"{line}\r\n" for line in lines).encode() + f"\r\n{body}\r\n".encode()


def away(store: Store, user: User, **settings: JSON) -> None:
    value: dict[str, JSON] = {"isEnabled": True, "textBody": "I am away.", **settings}
    stored = store.read(lambda snapshot: list(snapshot.records.get(user.account, KIND)))
    if stored:
        store.write(lambda t: t.records.update(user.account, KIND, stored[0], dumps(value), {})).result()
    else:
        store.write(lambda t: t.records.create(user.account, KIND, "V", dumps(value), {})).result()


def receive(
    store: Store, octets: bytes, sender: str = "bob@example.net", to: str = "ann@example.com", now: int = NOW
) -> Outcome:
    stage = store.stage()
    stage.write(with_return_path(octets, sender))
    message: Arrival = arrival(sender, stage.finish(), now)
    return store.write(lambda transaction: deliver(transaction, PIPELINE, message, to)).result()


def answers(store: Store) -> list[tuple[queue.QueueItem, bytes]]:
    """What waits to be sent, with its octets."""
    return store.read(lambda snapshot: [(item, snapshot.blobs.open(item.blob)[:]) for item in queue.read(snapshot)])


def answer(store: Store) -> tuple[queue.QueueItem, bytes]:
    """The one that waits."""
    (found,) = answers(store)
    return found


def body(octets: bytes) -> str:
    message = parse(octets)
    part = next(part for part in message.structure.walk() if part.type == "text/plain")
    start, end = part.body_range
    return text_of(octets[start:end], part.charset, part.type)[0]


def test_who_writes_to_one_who_is_away_is_told_so(store: Store, ann: User) -> None:
    away(store, ann)
    octets = letter("References: <0@example.net>")
    assert isinstance(receive(store, octets), Delivered)
    item, sent = answer(store)
    assert (item.sender.email, [to.address.email for to in item.recipients]) == ("", ["bob@example.net"])
    assert item.account == ann.account
    told, asked = envelope(parse(sent).headers), envelope(parse(octets).headers)
    assert told.from_ == [{"name": None, "email": "ann@example.com"}]
    assert told.to == [{"name": None, "email": "bob@example.net"}]
    assert told.subject == "Auto: Lunch"
    assert told.in_reply_to == asked.message_id
    assert told.references == ["0@example.net", *(asked.message_id or [])]
    assert header_value(parse(sent).headers, "Auto-Submitted", "Text") == "auto-replied"
    assert body(sent) == "I am away."
    assert b"\n" not in sent.replace(b"\r\n", b"")


def test_who_is_not_away_answers_nobody(store: Store, ann: User) -> None:
    receive(store, letter())
    away(store, ann, isEnabled=False)
    receive(store, letter())
    away(store, ann, fromDate="2999-01-01T00:00:00Z")
    receive(store, letter())
    away(store, ann, toDate="2000-01-01T00:00:00Z")
    receive(store, letter())
    assert answers(store) == []


def test_each_sender_is_answered_once_in_a_week(store: Store, ann: User) -> None:
    away(store, ann)
    day = 24 * 3600 * 1000
    for sender, now in (("bob@example.net", NOW), ("BOB@EXAMPLE.NET", NOW + day), ("cy@example.net", NOW + day)):
        receive(store, letter(), sender, now=now)
    assert [item.recipients[0].address.email for item, _ in answers(store)] == ["bob@example.net", "cy@example.net"]
    receive(store, letter(), now=NOW + ANSWERED_SECONDS * 1000 - 1000)
    assert len(answers(store)) == 2
    receive(store, letter(), now=NOW + ANSWERED_SECONDS * 1000)
    assert len(answers(store)) == 3


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "mailer-daemon@example.net",
        "noreply@example.net",
        "news-request@example.net",
        "owner-x@example.net",
        "no@@x",
    ],
)
def test_nobody_is_answered_behind_whose_address_nobody_reads(store: Store, ann: User, sender: str) -> None:
    away(store, ann)
    assert isinstance(receive(store, letter(), sender), Delivered)
    assert answers(store) == []


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-generated",
        "List-Id: <news.example.net>",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: OOF",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        "X-Spam-Flag: YES",
    ],
)
def test_neither_lists_nor_robots_are_answered(store: Store, ann: User, field: str) -> None:
    away(store, ann)
    receive(store, letter(field))
    assert answers(store) == []


def test_nobody_answers_oneself(store: Store, ann: User) -> None:
    away(store, ann)
    for own in ("ann@example.com", "Ann+x@example.org"):
        receive(store, letter(), own)
    assert answers(store) == []


@pytest.mark.parametrize(
    ("field", "is_answered"),
    [
        ("To: everybody@example.net", False),
        ("To: undisclosed-recipients:;", False),
        ("To: Ann <ANN@example.com>", True),
        ("To: friends: bob@example.net, ann+list@example.org;", True),
        ("Cc: ann@example.com", True),
        ("Resent-To: ann@example.com", True),
        ("Resent-Bcc: ann@example.com", True),
        ("X-To: ann@example.com", False),
        ("To: " + ", ".join(f"u{number}@example.net" for number in range(4000)) + ", ann@example.com", False),
    ],
)
def test_only_what_names_its_recipient_is_answered(store: Store, ann: User, field: str, is_answered: bool) -> None:
    away(store, ann)
    octets = f"From: bob@example.net\r\n{field}\r\nSubject: x\r\n\r\nhi\r\n".encode()
    receive(store, octets)
    assert bool(answers(store)) == is_answered


@pytest.mark.parametrize(("detail", "is_answered"), [("junk", False), ("trash", False), ("archive", True)])
def test_what_lands_among_junk_is_not_answered(store: Store, ann: User, detail: str, is_answered: bool) -> None:
    away(store, ann)
    receive(store, letter(), to=f"ann+{detail}@example.com")
    assert bool(answers(store)) == is_answered


def test_the_answer_comes_from_the_address_that_was_written_to_with_its_name(store: Store, ann: User) -> None:
    owner = store.write(lambda t: principals.give(t, DOMAINS, ann, "Sales@example.org")).result()
    store.write(lambda t: settle(t, owner, DOMAINS)).result()
    value: dict[str, JSON] = {"name": "Ann Quill, sales", "email": "sales@example.org", "mayDelete": True}
    store.write(lambda t: t.records.create(ann.account, IDENTITY, "I", dumps(value), {})).result()
    away(store, ann)
    receive(store, letter(to="sales@example.org"), to="sales+eu@EXAMPLE.org")
    assert envelope(parse(answer(store)[1]).headers).from_ == [
        {"name": "Ann Quill, sales", "email": "Sales@example.org"}
    ]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("", "Automatic answer"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Auto: Grüße"),
        ("a\x01b\x7fc", "Auto: a b c"),
        ("x" * 900, "Auto: " + "x" * 200),
        ("=?utf-8?q?a=0D=0ABcc:_x@y?=", "Auto: aBcc: x@y"),
    ],
)
def test_any_subject_can_be_answered(store: Store, ann: User, subject: str, expected: str) -> None:
    away(store, ann)
    receive(store, f"To: ann@example.com\r\nSubject: {subject}\r\n\r\nhi\r\n".encode())
    headers = parse(answer(store)[1]).headers
    assert envelope(headers).subject == expected
    assert not {"bcc", "cc"} & {header.name.lower() for header in headers}


def test_message_ids_that_are_none_are_left_out(store: Store, ann: User) -> None:
    away(store, ann)
    ids = " ".join(f"<{number}@example.net>" for number in range(100))
    receive(store, f"To: ann@example.com\r\nMessage-ID: <é@x>\r\nReferences: {ids} <é@x> <>\r\n\r\nhi\r\n".encode())
    told = envelope(parse(answer(store)[1]).headers)
    assert (told.in_reply_to, told.references) == (None, None)
    receive(store, letter(f"References: {ids} <é@x> <>"), "cy@example.net")
    told = envelope(parse(answers(store)[1][1]).headers)
    assert told.references is not None
    assert (len(told.references), told.references[-2]) == (20, "99@example.net")


def test_the_given_subject_and_bodies_are_what_is_sent(store: Store, ann: User) -> None:
    away(store, ann, subject="Bin weg — bis Montag", textBody=None, htmlBody="<p>Bis <b>Montag</b></p>")
    receive(store, letter())
    _, sent = answer(store)
    assert envelope(parse(sent).headers).subject == "Bin weg — bis Montag"
    assert [part.type for part in parse(sent).structure.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert body(sent) == "Bis Montag"


def test_without_a_body_a_sentence_is_sent(store: Store, ann: User) -> None:
    away(store, ann, textBody=None)
    receive(store, letter())
    assert "away" in body(answer(store)[1])


def test_two_who_are_away_answer_each_other_once(store: Store, ann: User) -> None:
    joe = store.write(lambda transaction: new_user(transaction, "joe", None, ["inbox"], 0)).result()
    away(store, ann)
    away(store, joe)
    receive(store, letter(to="joe@example.com", sender="ann@example.com"), "ann@example.com", "joe@example.com")
    receive(store, letter(to="ann@example.com", sender="joe@example.com"), "joe@example.com", "ann@example.com")
    sent = answers(store)
    assert len(sent) == 2
    for item, octets in sent:
        (to,) = item.recipients
        receive(store, octets, item.sender.email, to.address.email)
    assert len(answers(store)) == 2


def test_what_is_delivered_again_is_not_answered_again(store: Store, ann: User) -> None:
    away(store, ann)
    octets = letter()
    for to in ("ann@example.com", "ann@example.com", "ann@example.org"):
        receive(store, octets, to=to)
    assert len(answers(store)) == 1
