"""Reading in other processes gives what reading here gives, in the same order, whatever becomes of the processes."""

import os
import signal
from pathlib import Path

import pytest
from bench.corpus import Corpus

from angarium.app.cli.importing.parsing import Parsing, Question, read
from angarium.app.operations.batch import Facts, Packet, pack, unpack
from angarium.datatypes.mail.ingest import new_message

OCTETS = b"Subject: hello\nMessage-ID: <1@b.example>\nDate: Thu, 2 Jan 2020 03:04:05 +0000\n\nworld\n"


def question(octets: bytes, received: int | None = 5, file_time: int = 7) -> Question:
    return Question(octets, ("$seen",), ("B1",), received, file_time)


def test_the_facts_of_a_message_are_all_that_is_stored_of_it() -> None:
    found = read(question(OCTETS))
    assert isinstance(found, Facts)
    (parcel,) = unpack(pack([Packet(found, OCTETS, 3)]))
    expected = new_message(OCTETS, ["$seen"], ["B1"], 5)
    assert (parcel.message, bytes(parcel.octets), parcel.passed) == (expected, OCTETS, 3)
    assert (found.blob, found.size) == (expected.blob, len(OCTETS))


@pytest.mark.parametrize(
    ("octets", "received"), [(OCTETS, 1_577_934_245_000), (b"Subject: no date\n\n", 7)], ids=["Date", "file"]
)
def test_a_message_whose_place_tells_no_time_has_its_own(octets: bytes, received: int) -> None:
    found = read(question(octets, received=None))
    assert isinstance(found, Facts)
    (parcel,) = unpack(pack([Packet(found, octets, None)]))
    assert parcel.message.received == received


@pytest.mark.parametrize("octets", [b"", b"no header\n"])
def test_what_is_no_message_is_told(octets: bytes) -> None:
    assert isinstance(read(question(octets)), str)


def test_children_answer_as_this_process_does() -> None:
    groups = [[question(message.raw) for message in Corpus().messages(start + 100, start)] for start in (0, 100, 200)]
    groups.append([question(b"no header\n"), question(b"Subject: \xff\n\n\x00")])
    parsing = Parsing(children=2, alone=0)
    try:
        answers = [parsing.ask(group) for group in groups]
        assert [future.result(60) for future in answers] == [[read(one) for one in group] for group in groups]
    finally:
        parsing.close()


def test_nothing_is_loaded_from_the_folder_that_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "orjson.py").write_text("open('loaded', 'w')")
    monkeypatch.chdir(tmp_path)
    parsing = Parsing(children=1, alone=0)
    assert parsing.ask([question(OCTETS)]).result(60) == [read(question(OCTETS))]
    parsing.close()
    assert not (tmp_path / "loaded").exists()


def test_little_is_read_here() -> None:
    parsing = Parsing(children=2, alone=3)
    for _ in range(2):
        assert parsing.ask([question(OCTETS), question(OCTETS)]).done()
    assert parsing.most_asked == 0
    parsing.close()


def test_nothing_is_lost_with_a_child() -> None:
    parsing = Parsing(children=1, alone=0)
    try:
        parsing.ask([question(OCTETS)]).result(60)
        for pid in parsing.pids:
            os.kill(pid, signal.SIGKILL)
        assert [parsing.ask([question(OCTETS)]).result(60) for _ in range(2)] == [[read(question(OCTETS))]] * 2
    finally:
        parsing.close()


def test_what_a_terminal_sends_to_interrupt_does_not_reach_a_child() -> None:
    parsing = Parsing(children=1, alone=0)
    try:
        parsing.ask([question(OCTETS)]).result(60)
        assert [os.getpgid(pid) for pid in parsing.pids] == parsing.pids
    finally:
        parsing.close()
