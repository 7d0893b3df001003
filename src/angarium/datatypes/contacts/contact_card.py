"""ContactCard (RFC 9610 §3): a JSContact card in one or more address books.

Any property is kept; those of RFC 9553 must be valid. The server fills in what a card needs and clients leave out.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.blobs import UPLOAD_ALLOWANCE
from angarium.datatypes.contacts import cards
from angarium.datatypes.contacts.cards import CONTENTS, KIND, LARGEST
from angarium.datatypes.contacts.media import hashes, settled, shared
from angarium.engine.call import Call
from angarium.engine.declare import ABSENT, EVERYTHING, DataType, Filter, Lookup, Property, Sort
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.queries import RecordQuerier, moment
from angarium.engine.records import RecordObjects
from angarium.engine.shapes import anything, identifier, map_of, text, true, utc_date
from angarium.formats.jscontact import EVERYWHERE, check, texts
from angarium.formats.jscontact.types import PROPERTIES
from angarium.formats.json import JSON, dumps
from angarium.formats.primitives import format_utc
from angarium.store.contract import Comparison

VERSION: Final = "1.0"

_FILTERS: Final = (
    Filter("inAddressBook", identifier, Lookup("book")),
    Filter("uid", text, Lookup("uid")),
    Filter("hasMember", text, Lookup("member")),
    Filter("kind", text, Lookup("kind")),
    *(Filter(f"{name}Before", utc_date, Lookup(name, Comparison.BELOW, moment)) for name in cards.MOMENTS),
    *(Filter(f"{name}After", utc_date, Lookup(name, Comparison.FROM, moment)) for name in cards.MOMENTS),
    Filter(EVERYWHERE, text, Lookup("", Comparison.WORDS)),
    *(Filter(name, text, Lookup(name, Comparison.WORDS)) for name in cards.TEXTS if name != EVERYWHERE),
)
_SORTS: Final = (*(Sort(name, collations=()) for name in cards.MOMENTS), *(Sort(name) for name in cards.NAMES))


# RFC 9610 §3: no two cards of an account have the same uid.
_OBJECTS: Final = RecordObjects(
    KIND,
    cards.PREFIX,
    cards.indexes,
    texts=texts,
    unique=("uid",),
    sparse=True,
    private=[known.name for known in cards.PRIVATE],
)


class ContactCardWriter:
    """Creates, changes and destroys cards."""

    def create(self, call: Call, value: dict[str, JSON]) -> dict[str, JSON]:
        """Make a card; shows what the client did not say."""
        card = _checked(call, _filled(call, value), {})
        shown = _OBJECTS.create(call, card)
        _pin(call, cast(str, shown["id"]), card)
        return shown

    def load(self, call: Call, record: str, names: Sequence[str]) -> dict[str, JSON] | None:
        """The current values."""
        return _OBJECTS.load(call, record, names)

    def update(
        self, call: Call, record: str, old: dict[str, JSON], new: dict[str, JSON], names: Sequence[str]
    ) -> dict[str, JSON] | None:
        """Change a card; `updated` follows unless the client sets it."""
        before = _OBJECTS.load(call, record, [EVERYTHING]) or {}
        given = {name: new[name] for name in names if name in new}
        if "updated" not in names:
            given["updated"] = _now(call)
        kept = {name: value for name, value in before.items() if name not in names}
        after = _checked(call, {**kept, **given}, before)
        _OBJECTS.update(call, record, old, after, [*names, "updated"])
        if "media" in names:
            _pin(call, record, after)
        asked = {**before, **new}
        return {name: after[name] for name in ("updated", "media") if after.get(name) != asked.get(name)} or None

    def destroy(self, call: Call, record: str) -> None:
        """Remove a card."""
        _OBJECTS.destroy(call, record)


class ContactCardCopier:
    """Takes a card over from another account, with its blobs."""

    def copy(self, call: Call, source: Call, record: str, overrides: dict[str, JSON]) -> dict[str, JSON]:
        """Make a copy, of which only what the server set is told (RFC 8620 §5.4)."""
        original = _OBJECTS.load(source, record, [EVERYTHING])
        if original is None:
            raise SetError(SetErrorType.NOT_FOUND, f"there is no card '{record}' in '{source.account.id}'")
        if "addressBookIds" not in overrides:  # those of the original are of the other account
            raise invalid_properties("addressBookIds: is missing", "addressBookIds")
        wanted = {**original, **overrides}
        shared(call, hashes(original.get("media")), UPLOAD_ALLOWANCE)
        made = _WRITER.create(call, wanted)
        return {name: value for name, value in made.items() if wanted.get(name) != value}


def _filled(call: Call, value: Mapping[str, JSON]) -> dict[str, JSON]:
    """A card with what every card has; null is the same as leaving out."""
    now = _now(call)
    given = {name: item for name, item in value.items() if item is not None}
    uid = given.get("uid") or f"urn:uuid:{_uuid(call)}"
    return {"@type": "Card", "version": VERSION, "created": now, "updated": now, **given, "uid": uid}


def _now(call: Call) -> str:
    return format_utc(call.request.now // 1000 * 1000)


def _uuid(call: Call) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(call.request.token().encode()).digest()[:16], version=4)


def _checked(call: Call, card: dict[str, JSON], before: Mapping[str, JSON]) -> dict[str, JSON]:
    """A card that may be kept, its media settled; SetError tooLarge or invalidProperties with every path."""
    size = len(dumps(card))
    if size > LARGEST:
        raise SetError(SetErrorType.TOO_LARGE, f"the card has {size} octets; at most {LARGEST} are kept")
    problems = [(path, f"{path}: {text}") for path, text in check(cards.public(card))]
    problems += CONTENTS.misplaced(call, card, before)
    problems += [(name, f"{name}: is missing") for name in ("uid", *cards.MOMENTS) if name not in card]
    if problems:
        raise invalid_properties(
            "; ".join(told for _, told in problems[:10]), *dict.fromkeys(path for path, _ in problems)
        )
    media, settled_before = card.get("media"), before.get("media")
    if isinstance(media, dict) and media != settled_before:
        card["media"] = settled(call, media, settled_before if isinstance(settled_before, dict) else {})
    return card


def _pin(call: Call, record: str, card: Mapping[str, JSON]) -> None:
    call.transaction.blobs.pin(call.account.key, KIND, record, hashes(card.get("media")))


_WRITER: Final = ContactCardWriter()


def contact_card_type(capability: str) -> DataType:
    """The declaration of ContactCard under the capability of contacts."""
    return DataType(
        name=KIND,
        capability=capability,
        brief=True,
        properties=(
            Property("id", identifier, server_set=True, immutable=True),
            Property("addressBookIds", map_of(identifier, true), references=CONTENTS.container),
            *(Property(name, anything, ABSENT) for name in ("@type", *PROPERTIES)),
            *cards.PRIVATE,
        ),
        reader=_OBJECTS,
        writer=_WRITER,
        querier=RecordQuerier(KIND, _FILTERS, _SORTS),
        copier=ContactCardCopier(),
        filters=_FILTERS,
        sorts=_SORTS,
        default_properties=(EVERYTHING,),
        more_properties=lambda name: ":" in name,  # RFC 9553 §1.8.1: names of vendors
        open=True,
    )
