"""The steps of the queue: what each writes down, and that none repeats what another did."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.datatypes.submission.outbox import Outbox, envelope
from tests.harness import DOMAINS, NOW, Harness

from angarium.datatypes import principals, quotas
from angarium.datatypes.submission import Address, Envelope, enqueue, queue
from angarium.datatypes.submission.email_submission import status
from angarium.datatypes.submission.email_submission.status import Returned
from angarium.datatypes.submission.queue import Fate, QueueItem
from angarium.flows import submit
from angarium.flows.deliver import Arrival, Pipeline, arrival
from angarium.flows.feedback import note_feedback
from angarium.flows.report import report
from angarium.flows.submit import Patience
from angarium.formats.message import Action, parse, read_delivery_status, with_return_path
from angarium.store.contract import AccountKey, Allowance, StoreError, Transaction

T = TypeVar("T")
PIPELINE = Pipeline(DOMAINS, (note_feedback,))
PATIENCE = Patience((60, 300), 200, 3_600)
BO, CY, DI = "bo@elsewhere.example", "cy@elsewhere.example", "di@example.com"
YES, NO, LATER = "250 2.1.5 fine", "550 5.1.1 nobody", "451 4.7.1 greylisted"


@dataclass
class Desk:
    """Ann, who sends, and what the server does with it."""

    engine: Harness
    ann: Outbox

    @property
    def key(self) -> AccountKey:
        return self.ann.user.accounts[self.engine.account(self.ann.user)].key

    def write(self, job: Callable[[Transaction], T]) -> T:
        return self.engine.store.write(job).result()

    def item(self) -> QueueItem:
        (item,) = self.ann.items()
        return item

    def arrived(self, octets: bytes, sender: str) -> Arrival:
        stage = self.engine.store.stage()
        stage.write(with_return_path(octets, sender))
        return arrival(sender, stage.finish(), self.engine.now)

    def hand_over(self) -> QueueItem | None:
        item = self.item()
        arrived = self.arrived(self.ann.octets(item), item.sender.email)
        return self.write(lambda t: submit.hand_over(t, PIPELINE, item.id, arrived, self.engine.now))[0]

    def take(self) -> QueueItem | None:
        return self.write(lambda t: submit.take(t, self.item().id, self.engine.now))

    def settle(self, replies: dict[str, str], is_dsn: bool = False) -> QueueItem | None:
        record = self.item().id
        return self.write(lambda t: submit.settle(t, record, replies, PATIENCE, self.engine.now, is_dsn=is_dsn))

    def tell(self) -> bytes:
        """Have the report made and delivered; its octets."""
        item = self.item()
        octets = report("example.com", item, self.ann.octets(item), "r@example.com", self.engine.now)
        arrived = self.arrived(octets, "")
        self.write(lambda t: submit.reported(t, PIPELINE, item.id, arrived))
        return octets

    def told(self, record: str) -> dict[str, tuple[str, str]]:
        """Reply and state of each recipient of a submission."""
        told = self.ann.submission(record)["deliveryStatus"]
        return {email: (known["smtpReply"], known["delivered"]) for email, known in told.items()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = Harness(tmp_path / "data")
    yield Desk(engine, Outbox(engine, engine.user("ann")))
    engine.close()


def inbox(desk: Desk, user: Any) -> list[Any]:
    return list(desk.engine.call(user, "Email/get", {"properties": ["subject", "from", "blobId"]})["list"])


def test_who_is_here_gets_it_and_the_rest_waits(desk: Desk) -> None:
    di = desk.engine.user("di")
    record = desk.ann.sent(desk.ann.draft(), envelope(DI, BO))["id"]
    after = desk.hand_over()
    assert after is not None
    assert [known.address.email for known in after.waiting] == [BO]
    assert [email["subject"] for email in inbox(desk, di)] == ["lunch"]
    assert desk.told(record) == {DI: ("250 2.1.5 delivered", "yes"), BO: ("250 2.1.5 waiting to be sent", "queued")}
    assert desk.ann.submission(record)["undoStatus"] == "final"
    desk.hand_over()
    assert len(inbox(desk, di)) == 1


def test_a_message_for_users_alone_is_done_in_one_step(desk: Desk) -> None:
    desk.engine.user("di")
    desk.ann.sent(desk.ann.draft(), envelope(DI))
    assert desk.hand_over() is None
    assert desk.ann.items() == []


def test_a_user_without_room_is_refused_and_the_others_are_not(desk: Desk) -> None:
    di, ed = desk.engine.user("di"), desk.engine.user("ed")
    key = di.accounts[desk.engine.account(di)].key
    desk.write(lambda t: quotas.allow(t, key, Allowance(octets=10)))
    record = desk.ann.sent(desk.ann.draft(), envelope(DI, "ed@example.com"))["id"]
    desk.hand_over()
    assert desk.told(record) == {
        DI: ("552 5.2.2 the mailbox is full", "no"),
        "ed@example.com": ("250 2.1.5 delivered", "yes"),
    }
    assert len(inbox(desk, ed)) == 1
    desk.tell()
    assert desk.ann.items() == []


def test_a_user_who_is_gone_since_bounces(desk: Desk) -> None:
    di = desk.engine.user("di")
    record = desk.ann.sent(desk.ann.draft(), envelope(DI))["id"]

    def remove(transaction: Transaction) -> None:
        user = principals.by_id(transaction, di.id)
        assert user is not None
        principals.remove(transaction, user)

    desk.write(remove)
    desk.hand_over()
    assert desk.told(record)[DI] == ("550 5.1.1 there is no such user on this server", "no")


def test_what_is_held_or_not_due_is_not_tried(desk: Desk) -> None:
    desk.ann.sent(desk.ann.draft(), envelope(BO, parameters={"HOLDFOR": "60"}))
    assert desk.take() is None
    assert desk.hand_over() is None
    desk.engine.now += 60_000
    assert desk.take() is not None


def test_every_reply_is_written_down_and_only_the_temporary_ones_are_tried_again(desk: Desk) -> None:
    record = desk.ann.sent(desk.ann.draft(), envelope(BO, CY, "ed@elsewhere.example"))["id"]
    desk.take()
    after = desk.settle({BO: YES, CY: LATER, "ed@elsewhere.example": NO})
    assert after is not None
    assert [known.address.email for known in after.waiting] == [CY]
    assert [known.address.email for known in after.owing] == ["ed@elsewhere.example"]
    assert (after.taken, after.due) == (False, NOW + 60_000)
    assert desk.told(record) == {
        BO: (YES, "unknown"),
        CY: (LATER, "queued"),
        "ed@elsewhere.example": (NO, "no"),
    }
    assert desk.ann.submission(record)["undoStatus"] == "final"


def test_a_message_that_nobody_took_yet_can_still_be_canceled_between_attempts(desk: Desk) -> None:
    record = desk.ann.sent(desk.ann.draft())["id"]
    cancel = {"update": {record: {"undoStatus": "canceled"}}}
    desk.take()
    refused = desk.engine.call(desk.ann.user, "EmailSubmission/set", cancel)
    assert refused["notUpdated"][record]["type"] == "cannotUnsend"
    desk.settle({BO: LATER})
    assert desk.ann.submission(record)["undoStatus"] == "pending"
    assert desk.engine.call(desk.ann.user, "EmailSubmission/set", cancel)["updated"]
    assert desk.ann.items() == []


def test_what_a_report_told_before_the_relays_answer_was_noted_stays(desk: Desk) -> None:
    record = desk.ann.sent(desk.ann.draft())["id"]
    desk.take()
    read = desk.engine.store.read(lambda view: status.by_envelope_id(view, desk.key, str(desk.item().submission)))
    assert read == [record]
    returned = [Returned((BO,), delivered=True, reply="250 2.0.0 in the mailbox")]
    blob = desk.item().blob
    desk.write(lambda t: status.note_report(t, desk.key, record, "dsnBlobIds", blob, returned))
    desk.settle({BO: YES})
    assert desk.told(record)[BO] == ("250 2.0.0 in the mailbox", "yes")
    assert desk.ann.submission(record)["undoStatus"] == "final"


def test_recipients_beyond_what_the_relay_takes_at_once_follow_at_once(desk: Desk) -> None:
    full = "452 4.5.3 too many recipients"
    desk.ann.sent(desk.ann.draft(), envelope(BO, CY, "ed@elsewhere.example"))
    desk.take()
    after = desk.settle({BO: YES, CY: full, "ed@elsewhere.example": full})
    assert after is not None
    assert (len(after.waiting), after.due) == (2, NOW)
    desk.take()
    after = desk.settle({CY: full, "ed@elsewhere.example": full})
    assert after is not None
    assert after.due > NOW


def test_mail_of_a_time_when_the_clock_was_ahead_is_tried_when_it_is_set(desk: Desk) -> None:
    ahead = 10 * 365 * 86_400_000
    desk.engine.now = NOW + ahead
    desk.ann.sent(desk.ann.draft())
    held = desk.ann.sent(desk.ann.draft(), envelope(CY, parameters={"HOLDFOR": "60"}))["id"]
    desk.engine.now = NOW
    before = {item.id: item.due for item in desk.ann.items()}
    assert set(before.values()) == {NOW + ahead, NOW + ahead + 60_000}
    desk.write(lambda t: submit.begin(t, PATIENCE, NOW))
    assert sorted(item.due for item in desk.ann.items()) == [NOW, NOW + ahead + 60_000]
    assert desk.ann.submission(held)["sendAt"].startswith("2036-")


def test_what_is_tried_by_hand_is_tried_now_unless_it_is_held(desk: Desk) -> None:
    desk.ann.sent(desk.ann.draft())
    desk.ann.sent(desk.ann.draft(), envelope(CY, parameters={"HOLDFOR": "60"}))
    early = NOW - 3_600_000
    assert sorted(queue.now_due(item, early).due for item in desk.ann.items()) == [early, NOW + 60_000]


def test_pauses_grow_and_the_last_repeats_until_it_is_given_up(desk: Desk) -> None:
    record = desk.ann.sent(desk.ann.draft())["id"]
    pauses = []
    for _ in range(3):
        desk.take()
        after = desk.settle({BO: LATER})
        assert after is not None
        pauses.append((after.due - desk.engine.now) // 1000)
        desk.engine.now = after.due
    assert pauses == [60, 300, 300]
    desk.engine.now = NOW + 3_600_000
    desk.take()
    after = desk.settle({BO: LATER})
    assert after is not None
    assert (after.waiting, len(after.owing)) == ((), 1)
    assert desk.told(record)[BO] == (f"554 5.4.7 given up after 3600 seconds: {LATER}", "no")
    desk.tell()
    assert desk.ann.items() == []


def test_a_failure_comes_back_as_a_report_that_the_submission_knows(desk: Desk) -> None:
    record = desk.ann.sent(desk.ann.draft(), envelope(BO, CY))["id"]
    desk.take()
    desk.settle({BO: NO, CY: YES})
    octets = desk.tell()
    assert desk.ann.items() == []
    told = read_delivery_status(octets, parse(octets))
    assert told is not None
    assert [(known.final_recipient, known.action, known.status) for known in told.recipients] == [
        (BO, Action.FAILED, "5.1.1")
    ]
    assert b"at noon?" in octets
    bounce = next(email for email in inbox(desk, desk.ann.user) if email["subject"] == "Undelivered: lunch")
    assert bounce["from"] == [{"name": "Mail Delivery", "email": "MAILER-DAEMON@example.com"}]
    assert desk.ann.submission(record)["dsnBlobIds"] == [bounce["blobId"]]


@pytest.mark.parametrize(
    ("parameters", "reply", "is_dsn", "owed"),
    [
        ({}, NO, False, "failed"),
        ({}, YES, False, None),
        ({"NOTIFY": "NEVER"}, NO, False, None),
        ({"NOTIFY": "SUCCESS"}, NO, False, None),
        ({"NOTIFY": "SUCCESS,FAILURE"}, NO, True, "failed"),
        ({"NOTIFY": "success"}, YES, False, "relayed"),
        ({"NOTIFY": "SUCCESS"}, YES, True, None),
        ({"NOTIFY": "DELAY"}, NO, False, None),
    ],
)
def test_the_sender_is_told_what_was_asked_for(
    desk: Desk, parameters: dict[str, str], reply: str, is_dsn: bool, owed: str | None
) -> None:
    given = envelope(BO, CY)
    given["rcptTo"][0]["parameters"] = parameters
    desk.ann.sent(desk.ann.draft(), given)
    desk.take()
    after = desk.settle({BO: reply, CY: LATER}, is_dsn)
    assert after is not None
    assert [known.owed for known in after.owing] == ([owed] if owed else [])


@pytest.mark.parametrize(("notify", "times"), [("DELAY", 1), ("SUCCESS,DELAY", 1), ("FAILURE", 0), ("NEVER", 0)])
def test_a_long_delay_is_told_once_where_that_was_asked_for(desk: Desk, notify: str, times: int) -> None:
    given = envelope(BO, CY)
    given["rcptTo"][0]["parameters"] = {"NOTIFY": notify}
    record = desk.ann.sent(desk.ann.draft(), given)["id"]
    told = []
    for _ in range(4):  # at once, and after 60, 360 and 660 seconds
        desk.take()
        after = desk.settle({BO: LATER, CY: LATER})
        assert after is not None
        if after.owing:
            told.append((desk.engine.now - NOW, desk.tell()))
        desk.engine.now = after.due
    assert [at for at, _ in told] == [360_000] * times
    assert len(desk.item().waiting) == 2
    for _, octets in told:
        report_of = read_delivery_status(octets, parse(octets))
        assert report_of is not None
        assert [(known.final_recipient, known.action, known.status) for known in report_of.recipients] == [
            (BO, Action.DELAYED, "4.7.1")
        ]
        assert b"Subject: Delayed: lunch\r\n" in octets
        assert b"at noon?" not in octets
    assert desk.told(record)[BO] == (LATER, "queued")


def test_delivery_here_is_told_where_that_was_asked_for(desk: Desk) -> None:
    desk.engine.user("di")
    given = envelope(DI)
    given["rcptTo"][0]["parameters"] = {"NOTIFY": "SUCCESS"}
    record = desk.ann.sent(desk.ann.draft(), given)["id"]
    desk.hand_over()
    octets = desk.tell()
    assert b"Subject: Delivered: lunch" in octets
    assert b"at noon?" not in octets  # RFC 3461 §6.2: only the header, when nothing failed
    assert len(desk.ann.submission(record)["dsnBlobIds"]) == 1
    assert desk.ann.items() == []


@pytest.mark.parametrize(("ret", "whole"), [("FULL", True), ("HDRS", False), (None, True)])
def test_as_much_comes_back_as_was_asked_for(desk: Desk, ret: str | None, whole: bool) -> None:
    desk.ann.sent(desk.ann.draft(), envelope(BO, parameters={"RET": ret} if ret else None))
    desk.take()
    desk.settle({BO: NO})
    octets = desk.tell()
    assert (b"at noon?" in octets) is whole
    assert octets.count(b"Subject: lunch") == 1


def test_nothing_ever_comes_back_to_the_null_sender(desk: Desk) -> None:
    def put(transaction: Transaction) -> None:
        blob = transaction.blobs.add(b"Subject: x\r\n\r\n")
        account = desk.ann.user.accounts[desk.engine.account(desk.ann.user)].key
        enqueue(transaction, account, Envelope(Address(""), (Address(BO, {"NOTIFY": "FAILURE"}),)), blob, NOW)

    desk.write(put)
    desk.take()
    assert desk.settle({BO: NO}) is None
    assert desk.ann.items() == []


def test_a_report_waits_until_there_is_room_for_it(desk: Desk) -> None:
    desk.ann.sent(desk.ann.draft())
    key = desk.ann.user.accounts[desk.engine.account(desk.ann.user)].key
    desk.take()
    desk.settle({BO: NO})
    desk.write(lambda t: quotas.allow(t, key, Allowance(octets=10)))
    with pytest.raises(StoreError):
        desk.tell()
    desk.write(lambda t: submit.postponed(t, desk.item().id, PATIENCE, desk.engine.now))
    assert desk.item().due > desk.engine.now
    desk.write(lambda t: quotas.allow(t, key, Allowance()))
    desk.tell()
    assert desk.ann.items() == []


def test_what_a_dead_process_had_taken_is_free_again(desk: Desk) -> None:
    desk.ann.sent(desk.ann.draft())
    desk.take()
    assert desk.write(lambda t: submit.begin(t, PATIENCE, NOW)) == 1
    assert not desk.item().taken
    assert desk.write(lambda t: submit.begin(t, PATIENCE, NOW)) == 0


def test_steps_with_what_is_gone_do_nothing(desk: Desk) -> None:
    desk.ann.sent(desk.ann.draft())
    item = desk.item()
    desk.write(lambda t: queue.remove(t, item))
    arrived = desk.arrived(b"Subject: x\r\n\r\n", "")
    for step in (
        lambda t: submit.take(t, item.id, NOW),
        lambda t: submit.hand_over(t, PIPELINE, item.id, arrived, NOW)[0],
        lambda t: submit.settle(t, item.id, {BO: YES}, PATIENCE, NOW, is_dsn=False),
        lambda t: submit.reported(t, PIPELINE, item.id, arrived),
        lambda t: submit.postponed(t, item.id, PATIENCE, NOW),
    ):
        assert desk.write(step) is None


def test_a_result_counts_once(desk: Desk) -> None:
    desk.ann.sent(desk.ann.draft(), envelope(BO, CY))
    desk.take()
    desk.settle({BO: YES, CY: LATER})
    before = desk.item()
    desk.settle({BO: NO, CY: LATER})
    assert desk.item().recipients[0] == before.recipients[0]
    assert desk.item().recipients[0].fate is Fate.RELAYED
    assert replace(desk.item(), due=0) == replace(before, due=0)
