"""Notifications about hostile messages: what a stranger wrote becomes no field, recipient or fault of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from angarium.datatypes.submission.queue import KIND
from angarium.formats.message import parse, read_notification
from angarium.store.contract import QUEUE
from tests.attacks.test_injection import EXPECTED, NASTY
from tests.datatypes.submission.outbox import Outbox
from tests.harness import Harness

DISPLAYED = {"actionMode": "manual-action", "sendingMode": "mdn-sent-manually", "type": "displayed"}
HEADER = b"Disposition-Notification-To: bo@elsewhere.example\r\n"


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outbox]:
    engine = Harness(tmp_path_factory.mktemp("mdn") / "data")
    yield Outbox(engine, engine.user("ann"))
    engine.close()


def tell(ann: Outbox, octets: bytes) -> Any:
    """What MDN/send says about a message; what it sends is checked, and waits no more."""
    for item in ann.items():
        ann.engine.store.write(lambda view, item=item: view.records.destroy(QUEUE, KIND, item.id)).result()  # type: ignore[misc]
    given = {"forEmailId": ann.imported(octets), "disposition": DISPLAYED}
    updates = {"#m": {"keywords/$mdnsent": True}}
    arguments = {"identityId": ann.identity, "send": {"m": given}, "onSuccessUpdateEmail": updates}
    ann.engine.now += 3_600_000  # an hour later, so that the limit of an hour is not in the way
    answer = ann.engine.call(ann.user, "MDN/send", arguments)
    for item in ann.items():
        data = ann.engine.store.read(lambda view, item=item: view.blobs.open(item.blob)[:])  # type: ignore[misc]
        names = [header.name.lower() for header in parse(data).headers]
        assert set(names) <= EXPECTED
        assert len(set(names)) == len(names)
        assert read_notification(data, parse(data)) is not None
        assert b"\n" not in data.replace(b"\r\n", b"")
    return answer


@pytest.mark.parametrize("name", ["Original-Recipient", "Message-ID", "References", "Subject", "X-Other"])
@pytest.mark.parametrize("evil", NASTY)
def test_no_line_break_of_a_stranger_becomes_a_field(ann: Outbox, name: str, evil: str) -> None:
    field = f"{name}: rfc822;x{evil}Bcc: victim@elsewhere.example{evil}".encode()
    assert tell(ann, HEADER + field + b"\r\n\r\nhello\r\n")["sent"]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_no_octets_of_a_stranger_are_a_fault(ann: Outbox, asker: bytes, recipient: bytes, subject: bytes) -> None:
    fields = (b"Disposition-Notification-To: %b", b"Original-Recipient: %b", b"Subject: %b")
    block = b"\r\n".join(name % value for name, value in zip(fields, (asker, recipient, subject), strict=True))
    tell(ann, block + b"\r\n\r\nhello\r\n")
    assert tell(ann, HEADER + block.partition(b"\r\n")[2] + b"\r\n\r\nhello\r\n")["sent"]


def test_a_million_lines_are_returned_as_they_are(ann: Outbox) -> None:
    octets = HEADER + b"\r\n" + b"line\r\n" * 1_000_000
    given = {"forEmailId": ann.imported(octets), "disposition": DISPLAYED, "includeOriginalMessage": True}
    updates = {"#m": {"keywords/$mdnsent": True}}
    arguments = {"identityId": ann.identity, "send": {"m": given}, "onSuccessUpdateEmail": updates}
    assert ann.engine.call(ann.user, "MDN/send", arguments)["sent"]
