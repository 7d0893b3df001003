"""What is found where, and which mailbox its place suggests."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.app.cli.importing.sources import INBOX, Kind, Source, find

LINE = b"From ann@example.org Thu Jan  2 03:04:05 2020\n"
MESSAGE = b"Subject: a\n\ntext\n"


def maildir(folder: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


def write(path: Path, octets: bytes = MESSAGE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


def shown(given: Path) -> list[tuple[Kind, str, tuple[str, ...]]]:
    return [(source.kind, source.path.name, source.mailbox) for source in find(given)]


def test_a_message_given_by_itself_goes_to_the_inbox(tmp_path: Path) -> None:
    for name in ("a.eml", "a.msg", "noextension"):
        assert shown(write(tmp_path / name)) == [(Kind.MESSAGE, name, INBOX)]


def test_a_file_with_several_messages_is_a_mailbox_of_its_name(tmp_path: Path) -> None:
    box = (LINE + MESSAGE + b"\n") * 2
    assert shown(write(tmp_path / "Work", box)) == [(Kind.MBOX, "Work", ("Work",))]
    assert shown(write(tmp_path / "Family.mbox", LINE + MESSAGE)) == [(Kind.MBOX, "Family.mbox", ("Family",))]
    assert shown(write(tmp_path / "mbox", box)) == [(Kind.MBOX, "mbox", INBOX)]


def test_one_message_saved_with_its_from_line_is_a_message(tmp_path: Path) -> None:
    assert shown(write(tmp_path / "saved", LINE + MESSAGE)) == [(Kind.MESSAGE, "saved", INBOX)]
    assert shown(write(tmp_path / "two.eml", (LINE + MESSAGE + b"\n") * 2)) == [(Kind.MESSAGE, "two.eml", INBOX)]


def test_a_file_beside_an_index_of_thunderbird_is_an_mbox_however_few_it_holds(tmp_path: Path) -> None:
    write(tmp_path / "Archive.msf", b"// <!-- <mdb:mork")
    write(tmp_path / "Archive", LINE + MESSAGE)
    write(tmp_path / "Archive.sbd" / "Old.mbox", LINE + MESSAGE)
    assert shown(tmp_path) == [
        (Kind.MBOX, "Archive", ("Archive",)),
        (Kind.OTHER, "Archive.msf", (tmp_path.name,)),
        (Kind.MBOX, "Old.mbox", ("Archive", "Old")),
    ]


def test_a_maildir_is_the_inbox_and_its_folders_are_mailboxes(tmp_path: Path) -> None:
    root = maildir(tmp_path / "Maildir")
    maildir(root / ".Sent")
    maildir(root / ".Work.2024.Entw&APw-rfe")
    maildir(root / "Layout" / "Fs")
    (root / ".not-a-maildir").mkdir()
    write(root / "dovecot-uidlist", b"3 V1 N2")
    assert shown(root) == [
        (Kind.MAILDIR, "Maildir", INBOX),
        (Kind.MAILDIR, ".Sent", ("Sent",)),
        (Kind.MAILDIR, ".Work.2024.Entw&APw-rfe", ("Work", "2024", "Entwürfe")),
        (Kind.MAILDIR, "Fs", ("Layout", "Fs")),
    ]


def test_folders_of_anything_give_their_names(tmp_path: Path) -> None:
    top = tmp_path / "old mail"
    write(top / "loose.eml")
    write(top / "2020" / "june" / "a.eml")
    maildir(top / "ann" / ".Sent").parent.joinpath("cur").mkdir()
    (top / "ann" / "new").mkdir()
    write(top / "Apple.mbox" / "mbox", LINE + MESSAGE)
    assert sorted(shown(top), key=str) == sorted(
        [
            (Kind.MESSAGE, "a.eml", ("2020", "june")),
            (Kind.MBOX, "mbox", ("Apple",)),
            (Kind.MAILDIR, "ann", ("ann",)),
            (Kind.MAILDIR, ".Sent", ("ann", "Sent")),
            (Kind.MESSAGE, "loose.eml", ("old mail",)),
        ],
        key=str,
    )


@pytest.mark.parametrize(
    ("name", "octets", "reason"),
    [
        ("a.pst", b"!BDN", "Outlook's own format; convert it to mbox first"),
        ("photo.jpg", b"\xff\xd8\xff\xe0", "this does not look like mail"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1", "Outlook's own format; save the message as .eml there"),
        ("empty.txt", b"", "the file is empty"),
    ],
)
def test_what_is_no_mail_is_passed_over_with_a_reason(tmp_path: Path, name: str, octets: bytes, reason: str) -> None:
    write(tmp_path / name, octets)
    [source] = find(tmp_path)
    assert (source.kind, source.reason) == (Kind.OTHER, reason)


@pytest.mark.parametrize(
    ("name", "octets"), [("a.vcf", b"anything"), ("b.vcard", b"x"), ("c", b"\xef\xbb\xbfbegin:vcard\r\nVERSION:3.0")]
)
def test_cards_are_known_by_name_or_beginning(tmp_path: Path, name: str, octets: bytes) -> None:
    path = write(tmp_path / name, octets)
    assert [source.kind for source in find(path)] == [Kind.CARDS]
    assert [source.kind for source in find(tmp_path)] == [Kind.CARDS]


@pytest.mark.parametrize(
    ("name", "octets"), [("a.ics", b"anything"), ("b.ical", b"x"), ("c", b"\xef\xbb\xbfbegin:vcalendar\r\nVERSION:2.0")]
)
def test_events_are_known_by_name_or_beginning(tmp_path: Path, name: str, octets: bytes) -> None:
    path = write(tmp_path / name, octets)
    assert [source.kind for source in find(path)] == [Kind.EVENTS]
    assert [source.kind for source in find(tmp_path)] == [Kind.EVENTS]


def test_housekeeping_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path / ".DS_Store", b"x")
    write(tmp_path / "box.lock", b"x")
    assert list(find(tmp_path)) == []


def test_a_file_that_the_user_names_is_tried_as_a_message(tmp_path: Path) -> None:
    path = write(tmp_path / "odd", b"no header here\n")
    assert list(find(path)) == [Source(Kind.MESSAGE, path, INBOX)]


def test_what_cannot_be_looked_at_is_named_and_everything_beside_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.eml")
    (tmp_path / "b.eml").symlink_to("b.eml")
    write(tmp_path / "c" / "shut" / "d.eml")
    write(tmp_path / "c" / "e.eml")
    maildir(tmp_path / "m")
    maildir(tmp_path / "m" / "shut")
    maildir(tmp_path / "m" / ".Sent")
    write(tmp_path / "z.eml")

    scan = os.scandir

    def shut(folder: Path) -> Iterator[os.DirEntry[str]]:
        if folder.name == "shut":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", shut)
    assert [(source.kind, str(source.path.relative_to(tmp_path))) for source in find(tmp_path)] == [
        (Kind.MESSAGE, "a.eml"),
        (Kind.UNREADABLE, "b.eml"),
        (Kind.MESSAGE, "c/e.eml"),
        (Kind.UNREADABLE, "c/shut"),
        (Kind.MAILDIR, "m"),
        (Kind.MAILDIR, "m/.Sent"),
        (Kind.MAILDIR, "m/shut"),
        (Kind.UNREADABLE, "m/shut"),
        (Kind.MESSAGE, "z.eml"),
    ]


def test_a_pipe_a_link_to_a_folder_and_a_link_to_nothing_are_named_and_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    maildir(tmp_path / "m")
    for folder in (tmp_path, tmp_path / "m"):
        (folder / "up").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to("nowhere")
    reasons = {str(source.path.relative_to(tmp_path)): source.reason for source in find(tmp_path)}
    link = "a link to a folder; name the folder itself"
    assert reasons == {"gone": "not a file", "m": "", "m/up": link, "pipe": "not a file", "up": link}
    assert [source.kind for source in find(tmp_path / "pipe")] == [Kind.UNREADABLE]
