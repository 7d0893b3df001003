"""Writing the address books of an account: one .vcf for each, for other programs, and contacts.json to read back.

What cannot be read is named and left out: a card, or of a card a photo.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from angarium.app.cli.exporting.part import Task, file_names, whole_blob
from angarium.datatypes.blobs import parse_blob_id
from angarium.datatypes.contacts import books, cards
from angarium.formats.addressbooks import FILE, ExportedBook, ExportedCard, head, tail
from angarium.formats.datauri import data_uri
from angarium.formats.json import JSON, loads
from angarium.formats.vcard import write_card

_UNKNOWN: Final = "application/octet-stream"


class ContactsExport:
    """The contacts of one account on their way into a folder."""

    name: Final = "cards"

    def __init__(self, task: Task) -> None:
        self._task = task
        self._snapshot = task.snapshot
        self._account = task.user.account

    def count(self) -> int:
        """How many cards there are."""
        return self._snapshot.records.count(self._account, cards.KIND)

    def write(self) -> int:
        """Write everything; the file that is read back comes last under its own name."""
        known = books.BOOKS.decoded(self._task.records(books.KIND))
        if not known:
            return 0
        target = self._task.root / FILE
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = file_names([cast(str, book["name"]) for book in known.values()], ".vcf")
        files = {book: target.parent / name for book, name in zip(known, names, strict=True)}
        part = target.with_name(f"{target.name}.part")
        written = 0
        with part.open("wb") as whole:
            whole.write(head([_exported(book) for book in known.values()]))
            for card, octets, inside in self._cards(known):
                whole.write((b",\n" if written else b"") + card.line())
                written += 1
                for book in inside:
                    with files[book].open("ab") as file:
                        file.write(octets)
            whole.write(tail())
            whole.flush()
            os.fsync(whole.fileno())
        part.rename(target)
        return written

    def _cards(self, known: Iterable[str]) -> Iterator[tuple[ExportedCard, bytes, list[str]]]:
        """Each card that can be read, as the file of all has it and as a vCard, and the books that it is in."""
        places = {book: place for place, book in enumerate(known)}
        for together in self._task.batches(cards.KIND):
            for record, text in together.items():
                try:
                    value = cast("dict[str, JSON]", loads(text))
                    inside = [book for book in cast("dict[str, JSON]", value.pop("addressBookIds")) if book in places]
                    card = self._whole(record, value)
                    octets = write_card(cards.public(card))
                except Exception as error:  # a damaged store may hold anything
                    self._task.outcome.fail(record, error)
                else:
                    yield ExportedCard(card, [places[book] for book in inside]), octets, inside
            self._task.progress.advance(len(together))

    def _whole(self, record: str, card: dict[str, JSON]) -> dict[str, JSON]:
        """A card with its media in it."""
        media = card.get("media")
        if not isinstance(media, dict):
            return card
        entries = {key: self._with_octets(record, entry) for key, entry in media.items()}
        return {**card, "media": {key: entry for key, entry in entries.items() if entry is not None}}

    def _with_octets(self, record: str, entry: JSON) -> JSON:
        """A Media with a `data:` URI in place of its blob; None when that is gone."""
        blob_id = entry.get("blobId") if isinstance(entry, dict) else None
        name = parse_blob_id(blob_id) if isinstance(blob_id, str) else None
        if not isinstance(entry, dict) or name is None:
            return entry
        octets = whole_blob(self._task, name.hash)
        if octets is None:
            self._task.outcome.fail(record, f"the octets of its {entry.get('kind', 'media')} are gone or damaged")
            return None
        media_type = entry.get("mediaType")
        kept = {key: item for key, item in entry.items() if key != "blobId"}
        return {**kept, "uri": data_uri(media_type if isinstance(media_type, str) else _UNKNOWN, octets)}


def _exported(book: Mapping[str, JSON]) -> ExportedBook:
    return ExportedBook(
        name=cast(str, book["name"]),
        description=cast("str | None", book.get("description")),
        sort_order=cast(int, book.get("sortOrder", 0)),
        is_default=book.get("isDefault") is True,
        subscribed=book.get("isSubscribed", True) is True,
    )
