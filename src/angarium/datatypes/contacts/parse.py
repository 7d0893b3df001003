"""ContactCard/parse: blobs looked at as vCards, without storing anything; in no RFC.

Its shape is that of CalendarEvent/parse (draft-ietf-jmap-calendars §5.13): a blob may hold many cards, so `parsed` maps
its id to a list. Photos stay `data:` URIs, for a blob would have to be written.
"""

from typing import Final

from angarium.datatypes.blobs import PARSE_ARGUMENTS, Blob, octets, parse_blobs
from angarium.engine.call import Call
from angarium.engine.declare import Access, Method, Response
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps
from angarium.formats.vcard import parse

MOST_BLOBS: Final = 10
"""In one call."""

_OF_STORE: Final = ("id", "addressBookIds")
"""Properties that only a card in the store has: null here."""


def _parsed(blob: Blob) -> list[dict[str, JSON]] | None:
    try:
        return parse(bytes(octets(blob.content)))
    except FormatError:
        return None


def _shown(card: dict[str, JSON], names: list[str] | None) -> dict[str, JSON]:
    if names is None:
        return {**dict.fromkeys(_OF_STORE), **card}
    return {name: card.get(name) for name in names if name in card or name in _OF_STORE}


def _run(call: Call) -> Response:
    names = call.texts("properties")

    def look(blob: Blob) -> tuple[JSON, int] | None:
        cards = _parsed(blob)
        if cards is None:
            return None
        shown = list[JSON](_shown(card, names) for card in cards)
        return shown, len(dumps(shown))

    return parse_blobs(call, MOST_BLOBS, look)


def contact_card_parse(capability: str) -> Method:
    """The method under the capability of parsing."""
    return Method("ContactCard/parse", capability, Access.READ, _run, PARSE_ARGUMENTS)
