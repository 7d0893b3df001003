"""Events come in from .ics files, go out as .ics and JSON, and come back as they were."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes import principals
from angarium.datatypes.calendars.calendars import CALENDARS
from angarium.formats.icalendar import parse
from angarium.store.contract import Transaction
from angarium.store.sqlite import open_store
from tests.app.cli.program import Program
from tests.formats.icalendar.ics import calendar, component

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "ics"
OCTETS = b"what was agreed" + bytes(20)


def titled(title: str, *lines: str, uid: str = "") -> str:
    named = [f"UID:{uid}"] if uid else []
    return component("VEVENT", *named, f"SUMMARY:{title}", "DTSTART:20260105T090000Z", *lines)


def exported(program: Program, user: str, folder: Path) -> tuple[list[Any], dict[str, Any]]:
    """The calendars of an account, and its events by their titles."""
    program.good("export", "--user", user, folder)
    value = json.loads((folder / "calendars" / "calendars.json").read_bytes())
    return value["calendars"], {line["event"]["title"]: line for line in value["events"]}


def test_events_come_in_once_however_often_a_file_is_imported(ann: Program, tmp_path: Path) -> None:
    file = tmp_path / "all.ics"
    parts = [titled("Walk", uid="u1"), titled("Talk"), titled("Talk", "LOCATION:Hall"), titled("Walk", uid="u1")]
    file.write_bytes(calendar(*parts))
    first = ann.good("import", "--user", "ann", file)
    assert first.splitlines()[-2:] == ["into the default calendar 3", "taken 3, skipped 1, failed 0"]
    assert f"skipped {file}, u1: the account has this event already" in first
    assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 0, skipped 4, failed 0"
    file.write_bytes(calendar(*parts, titled("New")))
    assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 1, skipped 4, failed 0"
    assert ann.good("verify").endswith("all is well\n")


def test_a_newer_version_of_an_event_replaces_it_and_any_other_is_told(ann: Program, tmp_path: Path) -> None:
    def said(title: str, modified: str) -> list[str]:
        text = calendar(titled(title, f"LAST-MODIFIED:{modified}", uid="u1"), titled("Talk", uid="u2"))
        (tmp_path / "a.ics").write_bytes(text)
        return ann.good("import", "--user", "ann", tmp_path / "a.ics").splitlines()

    said("Walk", "20260101T000000Z")
    assert said("Run", "20270101T000000Z")[-1] == "taken 0, updated 1, skipped 1, failed 0"
    older = said("Swim", "20250101T000000Z")
    assert older[-1] == "taken 0, skipped 2, failed 0"
    assert "u1: the account has another version of this event, and this one is not known to be newer" in older[0]
    assert exported(ann, "ann", tmp_path / "out")[1].keys() == {"Run", "Talk"}


def test_single_instances_of_a_series_that_is_not_there_come_in_one_by_one(ann: Program, tmp_path: Path) -> None:
    first, second = (titled("Walk", f"RECURRENCE-ID:2026010{day}T090000Z", uid="u") for day in (5, 6))
    for name, parts in {"a": [first], "b": [first, second], "c": [titled("Walk", "RRULE:FREQ=DAILY", uid="u")]}.items():
        (tmp_path / f"{name}.ics").write_bytes(calendar(*parts))
    said = [ann.good("import", "--user", "ann", tmp_path / f"{name}.ics").splitlines()[-1] for name in "abc"]
    assert said == [
        "taken 1, skipped 0, failed 0",
        "taken 1, skipped 1, failed 0",
        "taken 0, skipped 1, failed 0",
    ]


def test_a_running_server_takes_events_too(ann: Program, tmp_path: Path) -> None:
    file = tmp_path / "all.ics"
    file.write_bytes(calendar(*(titled(f"Event {number}", uid=f"u{number}") for number in range(700))))
    with ann.serving():
        assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 700, skipped 0, failed 0"
        assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 0, skipped 700, failed 0"


def test_what_cannot_be_taken_is_named_and_spoils_nothing_else(ann: Program, tmp_path: Path) -> None:
    file = tmp_path / "mixed.ics"
    file.write_bytes(
        calendar(
            titled("Good", uid="good"),
            component("VEVENT", "UID:timeless", "SUMMARY:When?"),
            component("VTODO", "UID:chore", "SUMMARY:Sweep"),
            component("VJOURNAL", "UID:diary"),
            titled("Often", "RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2", uid="often"),
            titled("Large", "DESCRIPTION:" + "x" * 1_000_000, uid="large"),
        )
    )
    ran = ann("import", "--user", "ann", file)
    assert ran.code == 1
    for line in (
        f"skipped {file}, chore: tasks are not stored",
        f"incomplete {file}, VJOURNAL: is neither an event nor a task",
        f"incomplete {file}, often: it has several recurrence rules: the first is taken, the others are kept",
        f"failed {file}, timeless: is left out: an event must have a start",
    ):
        assert line in ran.out
    assert f"failed {file}, large: the event has " in ran.out
    assert ran.out.splitlines()[-1] == "taken 2, skipped 1, failed 2"


def test_what_is_no_calendar_is_said(ann: Program, tmp_path: Path) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "text.ics").write_bytes(b"Dear all\n")
    (folder / "known by its first line").write_bytes(calendar(titled("Walk")))
    ran = ann("import", "--user", "ann", folder)
    assert f"failed {folder / 'text.ics'}: there is no calendar in it" in ran.out
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "taken 1, skipped 0, failed 1")


def test_events_go_to_the_calendar_that_is_named(ann: Program, tmp_path: Path) -> None:
    for title in ("Row", "Run"):
        (tmp_path / "a.ics").write_bytes(calendar(titled(title, uid=title)))
        ann.good("import", "--user", "ann", "--calendar", "Sport", tmp_path / "a.ics")
    known, found = exported(ann, "ann", tmp_path / "out")
    assert [each["name"] for each in known] == ["Calendar", "Sport"]
    assert [found[title]["calendars"] for title in ("Row", "Run")] == [[1], [1]]
    octets = (tmp_path / "out" / "calendars" / "Sport.ics").read_bytes()
    assert octets.count(b"BEGIN:VEVENT") == 2
    assert parse(octets).group["title"] == "Sport"


def test_attachments_become_blobs_and_octets_again(ann: Program, tmp_path: Path) -> None:
    text = base64.b64encode(OCTETS).decode()
    attached = f"ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:{text}"
    (tmp_path / "a.ics").write_bytes(calendar(titled("Meeting", attached, uid="u")))
    ann.good("import", "--user", "ann", tmp_path / "a.ics")
    _, found = exported(ann, "ann", tmp_path / "out")
    (link,) = found["Meeting"]["event"]["links"].values()
    assert (tmp_path / "out" / "calendars" / "attachments" / link["blobId"]).read_bytes() == OCTETS
    assert text.encode() in (tmp_path / "out" / "calendars" / "Calendar.ics").read_bytes().replace(b"\r\n ", b"")
    ann.user("bob")
    ann.good("import", "--user", "bob", tmp_path / "out")
    assert exported(ann, "bob", tmp_path / "again")[1] == found
    (tmp_path / "out" / "calendars" / "attachments" / link["blobId"]).write_bytes(b"another thing")
    ann.user("eve")
    ran = ann("import", "--user", "eve", tmp_path / "out")
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "taken 0, skipped 0, failed 1")
    assert "the octets of 1 of its attachments are not there" in ran.out


def test_an_export_gives_the_same_calendars_and_events(ann: Program, tmp_path: Path) -> None:
    override = titled("Ran", "RECURRENCE-ID:20260106T090000Z", uid="u2")
    (tmp_path / "a.ics").write_bytes(
        calendar(titled("Row", uid="u1"), titled("Run", "RRULE:FREQ=DAILY", uid="u2"), override)
    )
    ann.good("import", "--user", "ann", tmp_path / "a.ics")
    (tmp_path / "b.ics").write_bytes(calendar(titled("Work", "DTEND:20260105T100000Z", uid="u3")))
    ann.good("import", "--user", "ann", "--calendar", "Wörk/.. x", tmp_path / "b.ics")
    store = open_store(ann.data)

    def change(transaction: Transaction) -> None:
        user = principals.by_name(transaction, "ann")
        assert user is not None
        first, work = CALENDARS.every(transaction.records, user.account)
        alert = {"a": {"@type": "Alert", "trigger": {"@type": "OffsetTrigger", "offset": "-PT5M"}, "action": "display"}}
        told: dict[str, Any] = {"name": "Mine", "sortOrder": 7, "isVisible": False, "defaultAlertsWithTime": alert}
        CALENDARS.change(transaction, user.account, first, told)
        CALENDARS.change(transaction, user.account, work, {"color": "teal", "timeZone": "Asia/Tokyo"})
        CALENDARS.defaults.move(transaction, user.account, work)

    store.write(change).result()
    store.close()
    before = exported(ann, "ann", tmp_path / "first")
    assert before[0][0]["defaultAlertsWithTime"]["a"]["action"] == "display"
    ann.user("bob")
    assert ann.good("import", "--user", "bob", tmp_path / "first").splitlines()[-1] == "taken 3, skipped 0, failed 0"
    after = exported(ann, "bob", tmp_path / "second")
    places = [after[0].index(each) for each in before[0]]
    assert sorted(places) == list(range(len(after[0]))) == [0, 1]
    assert after[1] == {
        title: {**line, "calendars": [places[place] for place in line["calendars"]]}
        for title, line in before[1].items()
    }
    assert ann.good("import", "--user", "bob", tmp_path / "first").splitlines()[-1] == "taken 0, skipped 3, failed 0"
    assert sorted(path.name for path in (tmp_path / "first" / "calendars").iterdir()) == [
        "Mine.ics",
        "Wörk_ x.ics",
        "calendars.json",
    ]


def test_damaged_calendars_of_an_export_are_named(ann: Program, tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_bytes(calendar(titled("Row", uid="u1"), titled("Run", uid="u2")))
    ann.good("import", "--user", "ann", tmp_path / "a.ics")
    exported(ann, "ann", tmp_path / "out")
    ann.names_damage(
        tmp_path / "out", "calendars/calendars.json", b'"title":"Row"', b'"title":7', "title: must be a string"
    )


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no folder with test data beside the repository")
def test_every_event_of_the_corpus_comes_in_and_goes_out(ann: Program, tmp_path: Path) -> None:
    files = sorted(CORPUS.glob("*.ics"))
    entries = [entry for file in files for entry in parse(file.read_bytes()).entries if entry["@type"] == "Event"]
    last = ann("import", "--user", "ann", *files).out.splitlines()[-1].replace(",", "").split()
    taken, skipped = int(last[1]), int(last[3])
    assert taken + skipped == len(entries)
    assert taken > len(entries) * 0.7  # the others have UIDs that several files share
    ann.good("export", "--user", "ann", tmp_path / "out")
    ann.user("bob")
    again = ann.good("import", "--user", "bob", tmp_path / "out")
    assert again.splitlines()[-1] == f"taken {taken}, skipped 0, failed 0"
    ann.good("export", "--user", "bob", tmp_path / "again")
    first, second = (tmp_path / name / "calendars" / "calendars.json" for name in ("out", "again"))
    assert first.read_bytes() == second.read_bytes()
    ann.user("cid")
    whole = ann.good("import", "--user", "cid", tmp_path / "out" / "calendars" / "Calendar.ics")
    assert whole.splitlines()[-1] == f"taken {taken}, skipped 0, failed 0"
