"""Cards from elsewhere: kept once, replaced by what is newer and by nothing else."""

import base64
from typing import Any

import pytest

from angarium.datatypes.contacts.ingest import new_card, store
from angarium.engine.arrivals import Became
from angarium.formats.vcard import parse
from tests.datatypes.contacts.desk import PNG, Desk

NOW = "2026-09-21T14:13:20Z"
BEFORE, THEN, AFTER, NEXT_YEAR = "20260901T000000Z", "20260902T000000Z", "20260903T000000Z", "20270101T000000Z"


def take(desk: Desk, *cards: str) -> list[Became]:
    """Import the cards of a file."""
    arrivals = [new_card(card, [desk.book], NOW) for card in parse("".join(cards).encode())]
    key = desk.user.accounts[desk.account].key
    return desk.harness.store.write(lambda view: store(view, key, arrivals)).result()


def zoe(name: str = "Zoe", *lines: str, rev: str = THEN) -> str:
    fields = [f"FN:{name}", "UID:urn:uuid:5", *([f"REV:{rev}"] if rev else []), *lines]
    return "\r\n".join(["BEGIN:VCARD", "VERSION:4.0", *fields, "END:VCARD", ""])


def only(desk: Desk) -> dict[str, Any]:
    (found,) = desk.call("ContactCard/get", ids=None)["list"]
    return dict(found)


@pytest.mark.parametrize(
    ("changed", "became"),
    [
        (zoe("Zoë", rev=AFTER), Became.UPDATED),
        (zoe("Zoe", rev=AFTER), Became.THERE),
        (zoe("Zoë", rev=BEFORE), Became.OTHER),
        (zoe("Zoë"), Became.OTHER),
        (zoe("Zoë", rev=""), Became.OTHER),
    ],
)
def test_another_version_is_taken_when_it_is_known_to_be_newer(ann: Desk, changed: str, became: Became) -> None:
    assert take(ann, zoe(), zoe()) == [Became.TAKEN, Became.THERE]
    assert take(ann, changed) == [became]
    assert only(ann)["name"]["full"] == ("Zoë" if became is Became.UPDATED else "Zoe")


def test_what_was_changed_here_since_stays(ann: Desk) -> None:
    take(ann, zoe())
    ann.update(only(ann)["id"], {"name/full": "Zoé"})
    assert take(ann, zoe("Zoë", rev=AFTER)) == [Became.OTHER]


def test_a_newer_version_leaves_the_card_in_its_books_and_brings_its_photo(ann: Desk) -> None:
    take(ann, zoe())
    before, own = only(ann), ann.new_book("Own")
    ann.update(before["id"], {"addressBookIds": {own: True}})
    photo = f"PHOTO:data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert take(ann, zoe("Zoë", photo, rev=NEXT_YEAR)) == [Became.UPDATED]
    after = only(ann)
    assert (after["id"], after["addressBookIds"], after["created"]) == (before["id"], {own: True}, before["created"])
    (media,) = after["media"].values()
    assert ann.download(media["blobId"]) == PNG
    assert ann.find(text="zoë") == [before["id"]]
