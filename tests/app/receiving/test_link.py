"""A message is the same after its way between two processes, and values come out as they went in."""

import asyncio
import marshal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from angarium.app.receiving.link import Link, packed, unpacked
from angarium.flows.deliver import arrival
from angarium.formats.message import with_return_path
from angarium.store.contract import BlobHash
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.stage import BlobStage, StagedBytes

NOW = 1_790_000_000_000
LETTER = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@example.net>\r\nTo: ann@example.com\r\nSubject: Re: =?x?\r\n"
    b"References: <a@b> <c@d>\r\n"
    b"X-Raw: \xff\xfe\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Gr\xc3\xbc\xc3\x9fe &amp; more</p>\r\n"
)

INVITATION = (
    b"From: cy@example.net\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261001T090000\r\nCOMMENT:Come\r\n"
    b"ATTENDEE:mailto:ann@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def staged(octets: bytes) -> StagedBytes:
    content = with_return_path(octets, "j@example.net")
    return StagedBytes(BlobHash(sha256(content).hexdigest()), content)


@pytest.mark.parametrize("octets", [LETTER, INVITATION, b"", b"no header", b"\xff\x00\r\n\r\n"])
def test_a_message_is_the_same_after_its_way(octets: bytes) -> None:
    arrived = arrival("j@example.net", staged(octets), NOW)
    assert unpacked(marshal.loads(marshal.dumps(packed(arrived)))) == arrived


def test_a_large_message_travels_by_the_name_of_its_file(tmp_path: Path) -> None:
    files = BlobFiles(tmp_path)
    files.prepare()
    stage = BlobStage(files)
    stage.write(LETTER + b"x" * 100_000)
    arrived = arrival("", stage.finish(), NOW)
    told = marshal.dumps(packed(arrived))
    assert b"x" * 1_000 not in told
    again = unpacked(marshal.loads(told))
    assert again == arrived
    assert bytes(again.blob.open()[:]).endswith(b"x" * 100_000)


@pytest.mark.parametrize("size", [1, 3, 5, 1_000])
def test_values_come_whole_wherever_they_are_cut(size: int) -> None:
    class Wire(asyncio.Transport):
        def __init__(self) -> None:
            super().__init__()
            self.sent = bytearray()

        def write(self, data: bytes | bytearray | memoryview) -> None:
            self.sent += data

    heard: list[Any] = []
    wire, near, far = Wire(), Link(heard.append, lambda: None), Link(heard.append, lambda: None)
    near.connection_made(wire)
    said = [("keep", 1, ["ann"], b"x" * 700), (1, True), (-1,)]
    for value in said:
        near.say(value)
    for at in range(0, len(wire.sent), size):
        far.data_received(bytes(wire.sent[at : at + size]))
    assert heard == said
