"""Cards come in from .vcf files, go out as .vcf and JSON, and come back as they were."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from angarium.datatypes import principals
from angarium.datatypes.contacts import cards
from angarium.datatypes.contacts.books import BOOKS
from angarium.formats.vcard import cards as read
from angarium.store.contract import Snapshot, Transaction
from angarium.store.sqlite import open_store
from tests.app.cli.program import Program

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "vcf"
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(40)


def vcard(name: str, uid: str = "", **more: str) -> bytes:
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"N:{name};;;;", *([f"UID:{uid}"] if uid else [])]
    lines += [f"{key.replace('_', ';')}:{value}" for key, value in more.items()]
    return "\r\n".join([*lines, "END:VCARD", ""]).encode()


def exported(program: Program, user: str, folder: Path) -> tuple[list[Any], dict[str, Any]]:
    """The books of an account, and its cards by their names."""
    program.good("export", "--user", user, folder)
    value = json.loads((folder / "contacts" / "contacts.json").read_bytes())
    return value["books"], {line["card"]["name"]["full"]: line for line in value["cards"]}


def test_many_cards_in_one_file_come_in_once_however_often_it_is_imported(ann: Program, tmp_path: Path) -> None:
    file = tmp_path / "all.vcf"
    file.write_bytes(vcard("Zoë", "u1") + vcard("Bo") + vcard("Bo", EMAIL="bo@example.com") + vcard("Zoë", "u1"))
    first = ann.good("import", "--user", "ann", file)
    assert first.splitlines()[-2:] == ["into the default address book 3", "taken 3, skipped 1, failed 0"]
    assert f"skipped {file}, card 4 (at octet " in first
    assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 0, skipped 4, failed 0"
    file.write_bytes(file.read_bytes() + vcard("New"))
    assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 1, skipped 4, failed 0"
    assert ann.good("verify").endswith("all is well\n")


def test_a_running_server_replaces_a_card_by_a_newer_version(ann: Program, tmp_path: Path) -> None:
    file = tmp_path / "a.vcf"
    with ann.serving():
        for name, revised, last in (
            ("Zoe", "20260101T000000Z", "taken 1, skipped 0, failed 0"),
            ("Zoë", "20270101T000000Z", "taken 0, updated 1, skipped 0, failed 0"),
            ("Zoé", "20250101T000000Z", "taken 0, skipped 1, failed 0"),
        ):
            file.write_bytes(vcard(name, "u1", REV=revised))
            assert ann.good("import", "--user", "ann", file).splitlines()[-1] == last
    assert exported(ann, "ann", tmp_path / "out")[1].keys() == {"Zoë"}


def test_a_running_server_takes_cards_too(ann: Program, tmp_path: Path) -> None:
    file = tmp_path / "all.vcf"
    file.write_bytes(b"".join(vcard(f"Card {number}", f"u{number}") for number in range(700)))
    large = tmp_path / "large.vcf"
    octets = base64.b64encode(PHOTO + bytes(1_000_000)).decode()
    large.write_bytes(b"".join(vcard(f"Large {n}", f"l{n}", PHOTO=f"data:image/png;base64,{octets}") for n in range(3)))
    with ann.serving():
        assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 700, skipped 0, failed 0"
        assert ann.good("import", "--user", "ann", large).splitlines()[-1] == "taken 3, skipped 0, failed 0"
        assert ann.good("import", "--user", "ann", large).splitlines()[-1] == "taken 0, skipped 3, failed 0"
        assert ann.good("import", "--user", "ann", file).splitlines()[-1] == "taken 0, skipped 700, failed 0"
    assert ann.good("verify").endswith("all is well\n")


def test_what_is_no_card_is_named_and_spoils_no_other(ann: Program, tmp_path: Path) -> None:
    good = vcard("Good", "u1")
    files = {"good.vcf": good, "empty.vcf": b"\n", "text.vcf": b"Dear all\n", "mixed.vcf": b"junk\n" + vcard("Other")}
    for name, octets in files.items():
        (tmp_path / name).write_bytes(octets)
    (tmp_path / "large.vcf").write_bytes(vcard("Large", "u2", NOTE="x" * 1_000_000))
    ran = ann("import", "--user", "ann", *(tmp_path / name for name in (*files, "large.vcf")))
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == "taken 2, skipped 0, failed 4"
    for name in ("empty", "text", "mixed", "large"):
        assert f"failed {tmp_path / name}.vcf" in ran.out


def test_cards_go_to_the_book_that_is_named(ann: Program, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_bytes(vcard("Ann", "u1"))
    ann.good("import", "--user", "ann", "--book", "Old friends", tmp_path / "a.vcf")
    (tmp_path / "b.vcf").write_bytes(vcard("Bob", "u2"))
    ann.good("import", "--user", "ann", "--book", "Old friends", tmp_path / "b.vcf")
    known, found = exported(ann, "ann", tmp_path / "out")
    assert [book["name"] for book in known] == ["Contacts", "Old friends"]
    assert [found[name]["books"] for name in ("Ann", "Bob")] == [[1], [1]]
    assert (tmp_path / "out" / "contacts" / "Old friends.vcf").read_bytes().count(b"END:VCARD") == 2


def test_photos_become_blobs_and_octets_again(ann: Program, tmp_path: Path) -> None:
    text = base64.b64encode(PHOTO).decode()
    (tmp_path / "a.vcf").write_bytes(vcard("Ann", "u1", PHOTO_ENCODING=f"b;TYPE=PNG:{text}").replace(b"G:b", b"G=b"))
    ann.good("import", "--user", "ann", tmp_path / "a.vcf")
    _, found = exported(ann, "ann", tmp_path / "out")
    (photo,) = found["Ann"]["card"]["media"].values()
    assert photo["uri"] == f"data:image/png;base64,{text}"
    store = open_store(ann.data, read_only=True)
    assert store.read(lambda view: [view.blobs.size(blob) for blob in _blobs(view)]) == [len(PHOTO)]
    store.close()


def _blobs(view: Snapshot) -> list[Any]:
    user = principals.by_name(view, "ann")
    assert user is not None
    (value,) = view.records.get(user.account, "ContactCard").values()
    return [entry["blobId"][1:] for entry in json.loads(value)["media"].values()]


def test_an_export_gives_the_same_books_and_cards(ann: Program, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_bytes(vcard("Ann", "u1", NOTE="first") + vcard("Zoë"))
    ann.good("import", "--user", "ann", tmp_path / "a.vcf")
    (tmp_path / "b.vcf").write_bytes(vcard("Bob", "u2"))
    ann.good("import", "--user", "ann", "--book", "Wörk/.. x", tmp_path / "b.vcf")
    store = open_store(ann.data)

    def change(transaction: Transaction) -> None:
        user = principals.by_name(transaction, "ann")
        assert user is not None
        first, work = BOOKS.every(transaction.records, user.account)
        BOOKS.change(transaction, user.account, first, {"name": "Mine", "sortOrder": 7, "isSubscribed": False})
        BOOKS.change(transaction, user.account, work, {"description": "Colleagues"})
        BOOKS.defaults.move(transaction, user.account, work)
        BOOKS.create(transaction, user.account, "Mine", description="a second one of that name")
        bob = cards.with_uid(transaction.records, user.account, "u2") or ""
        value = json.loads(transaction.records.get(user.account, cards.KIND, [bob])[bob])
        value |= {cards.FLAGGED: True, cards.ORDER: ["u1"]}
        transaction.records.update(user.account, cards.KIND, bob, json.dumps(value).encode(), cards.indexes(value))

    store.write(change).result()
    store.close()
    assert ann.good("verify").endswith("all is well\n")
    before = exported(ann, "ann", tmp_path / "first")
    assert before[1]["Bob"]["card"][cards.FLAGGED] is True
    ann.user("bob")
    said = ann.good("import", "--user", "bob", tmp_path / "first")
    assert said.splitlines()[-1] == "taken 3, skipped 0, failed 0"
    after = exported(ann, "bob", tmp_path / "second")
    places = [after[0].index(book) for book in before[0]]
    assert len(set(places)) == len(after[0]) == 3
    assert {
        name: {**line, "books": [places[place] for place in line["books"]]} for name, line in before[1].items()
    } == after[1]
    assert ann.good("import", "--user", "bob", tmp_path / "first").splitlines()[-1] == "taken 0, skipped 3, failed 0"
    names = sorted(path.name for path in (tmp_path / "first" / "contacts").iterdir())
    assert names == ["Mine.vcf", "Wörk_ x.vcf", "contacts.json"]  # a book without cards needs no file
    assert "JSPROP" not in (tmp_path / "first" / "contacts" / names[1]).read_text()


def test_damaged_contacts_of_an_export_are_named(ann: Program, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_bytes(vcard("Ann", "u1") + vcard("Bob", "u2"))
    ann.good("import", "--user", "ann", tmp_path / "a.vcf")
    exported(ann, "ann", tmp_path / "out")
    ann.names_damage(
        tmp_path / "out", "contacts/contacts.json", b'"full":"Ann"', b'"full":7', "name/full: must be a string"
    )


def test_what_cannot_be_read_of_a_card_is_told(ann: Program, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_bytes(vcard("Ann", "u1").replace(b"N:Ann", b"no colon\r\nN:Ann"))
    said = ann.good("import", "--user", "ann", tmp_path / "a.vcf").splitlines()
    assert said[0].startswith(f"incomplete {tmp_path / 'a.vcf'}, card 1 (at octet 0): ")
    assert said[-1] == "taken 1, skipped 0, failed 0"


def test_a_damaged_photo_is_named_and_the_rest_exported(ann: Program, tmp_path: Path) -> None:
    photo = PHOTO + bytes(100_000)
    text = base64.b64encode(photo).decode()
    (tmp_path / "a.vcf").write_bytes(vcard("Ann", "u1", PHOTO=f"data:image/png;base64,{text}") + vcard("Bob", "u2"))
    ann.good("import", "--user", "ann", tmp_path / "a.vcf")
    (blob,) = (path for path in (ann.data / "blobs").rglob("*") if path.is_file() and path.stat().st_size == len(photo))
    blob.chmod(0o600)
    blob.write_bytes(bytes(len(photo)))
    assert "its blob is not that of" in ann("verify").out
    ran = ann("export", "--user", "ann", tmp_path / "out")
    assert (ran.code, ran.out.splitlines()[-1]) == (1, "written 2, failed 1")
    assert "the octets of its photo are gone or damaged" in ran.out
    lines = (tmp_path / "out" / "contacts" / "Contacts.vcf").read_text().splitlines()
    assert [line for line in lines if line.startswith(("FN", "PHOTO"))] == ["FN:Ann", "FN:Bob"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no folder with test data beside the repository")
def test_every_card_of_the_corpus_comes_in_and_goes_out(ann: Program, tmp_path: Path) -> None:
    files = sorted(CORPUS.glob("*.vcf"))
    whole = [found.card for file in files for found in read([file.read_bytes()])]
    assert None not in whole
    said = ann.good("import", "--user", "ann", *files)
    taken = int(said.splitlines()[-1].split()[1].rstrip(","))
    skipped = len(whole) - taken
    assert said.splitlines()[-1] == f"taken {taken}, skipped {skipped}, failed 0"
    assert taken > len(files) * 0.8
    ann.good("export", "--user", "ann", tmp_path / "out")
    ann.user("bob")
    again = ann.good("import", "--user", "bob", tmp_path / "out")
    assert again.splitlines()[-1] == f"taken {taken}, skipped 0, failed 0"
    ann.good("export", "--user", "bob", tmp_path / "again")
    first, second = (tmp_path / name / "contacts" / "contacts.json" for name in ("out", "again"))
    assert first.read_bytes() == second.read_bytes()


def test_searching_works_after_its_words_were_made_anew(ann: Program, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_bytes(b"".join(vcard(f"Card {number}", f"u{number}") for number in range(450)))
    ann.good("import", "--user", "ann", tmp_path / "a.vcf")
    store = open_store(ann.data)
    user = store.read(lambda view: principals.by_name(view, "ann"))
    assert user is not None
    from angarium.store.contract import Comparison, Term, Window

    def found() -> int:
        words = Term("", "card", Comparison.WORDS)
        return len(store.read(lambda view: view.records.query(user.account, "ContactCard", words, (), Window()).ids))

    assert found() == 450

    def spoil(transaction: Transaction) -> None:
        for record in transaction.records.get(user.account, "ContactCard"):
            transaction.records.search_for(user.account, "ContactCard", record, {})

    store.write(spoil).result()
    assert found() == 0
    store.close()
    ann.good("rebuild", "search")
    store = open_store(ann.data)
    assert found() == 450
    store.close()
