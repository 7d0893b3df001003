import mailbox
import tracemalloc
from pathlib import Path

from bench.corpus import Corpus, Message
from bench.maildir import FLAG_LETTERS, write_maildir, write_mbox


def _message(raw: bytes) -> Message:
    return Message(0, "Inbox", frozenset(), 1_600_000_000, raw)


def test_a_maildir_holds_octets_flags_and_times(corpus: Corpus, tmp_path: Path) -> None:
    assert write_maildir(corpus.messages(100), tmp_path / "m") == 100
    inbox = mailbox.Maildir(tmp_path / "m", factory=None, create=False)
    boxes = {"Inbox": inbox} | {name: inbox.get_folder(name) for name in inbox.list_folders()}
    for message in corpus.messages(100):
        (key,) = (key for key in boxes[message.mailbox].iterkeys() if f".M{message.number}." in key)
        found = boxes[message.mailbox].get_message(key)
        assert boxes[message.mailbox].get_bytes(key) == message.raw
        assert found.get_date() == message.received
        assert set(found.get_flags()) == {FLAG_LETTERS[keyword] for keyword in message.keywords}


def test_an_mbox_gives_back_every_message(corpus: Corpus, tmp_path: Path) -> None:
    size = write_mbox(corpus.messages(100), tmp_path / "box")
    assert size == (tmp_path / "box").stat().st_size
    box = mailbox.mbox(tmp_path / "box", create=False)
    written = [message.raw.replace(b"\r\n", b"\n") for message in corpus.messages(100)]
    assert [box.get_bytes(key) for key in box.keys()] == written  # noqa: SIM118 - a mailbox iterates over messages
    box.close()


def test_lines_that_look_like_separators_are_quoted(tmp_path: Path) -> None:
    write_mbox([_message(b"A: b\r\n\r\nFrom here\r\n>From there\r\nFromage\r\n")], tmp_path / "box")
    lines = (tmp_path / "box").read_bytes().splitlines()
    assert lines[0] == b"From bulletin@harbour.example Sun Sep 13 12:26:40 2020"
    assert lines[3:6] == [b">From here", b">>From there", b"Fromage"]


def test_memory_does_not_grow_with_the_number_of_messages(tmp_path: Path) -> None:
    raw = b"A: b\r\n\r\n" + b"x" * 10_000
    tracemalloc.start()
    write_mbox((_message(raw) for _ in range(2_000)), tmp_path / "box")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
