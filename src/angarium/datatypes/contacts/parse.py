"""ContactCard/parse: blobs looked at as vCards, without storing anything; in no RFC.

Its shape is that of CalendarEvent/parse (draft-ietf-jmap-calendars §5.13): a blob may hold many cards, so `parsed` maps
its id to a list. Photos stay `data:` URIs, for a blob would have to be written.
"""

from typing import Final

from angarium.datatypes.blobs import PARSE_ARGUMENTS, Blob, listed, octets, parse_blobs
from angarium.engine.call import Call
from angarium.engine.declare import Access, Method, Response
from angarium.engine.errors import MethodError, MethodErrorType
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON

MOST_BLOBS: Final = 10
"""In one call."""

MOST_LINES: Final = 60_000
"""In one call, folded ones once: thousands of cards as address books have them, and about two seconds at the most."""

_OF_STORE: Final = ("id", "addressBookIds")
"""Properties that only a card in the store has: null here."""


def _parsed(text: bytes) -> list[dict[str, JSON]] | None:
    from angarium.formats.vcard import parse  # most servers are never asked

    try:
        return parse(text)
    except FormatError:
        return None


def _lines(text: bytes) -> int:
    """How many lines there are, at least: what a card takes to read follows from them."""
    end = b"\n" if b"\n" in text else b"\r"
    return text.count(end) - text.count(end + b" ") - text.count(end + b"\t")


def _run(call: Call) -> Response:
    names = call.texts("properties")
    left = MOST_LINES

    def look(blob: Blob) -> tuple[JSON, int] | None:
        nonlocal left
        text = bytes(octets(blob.content))
        left -= _lines(text)
        if left < 0:
            raise MethodError(
                MethodErrorType.REQUEST_TOO_LARGE, f"one call parses at most {MOST_LINES} lines of vCards; split them"
            )
        cards = _parsed(text)
        return None if cards is None else listed(cards, names, _OF_STORE)

    return parse_blobs(call, MOST_BLOBS, look)


def contact_card_parse(capability: str) -> Method:
    """The method under the capability of parsing."""
    return Method("ContactCard/parse", capability, Access.READ, _run, PARSE_ARGUMENTS)
