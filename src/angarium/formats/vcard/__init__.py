"""vCard 2.1, 3.0 and 4.0 to JSContact, and JSContact to vCard 4.0. RFC 6350, RFC 9554, RFC 9555."""

from angarium.formats.contentline import Problem
from angarium.formats.vcard.card import Found, cards, parse, plain, to_card, write_card
from angarium.formats.vcard.stream import MOST_OCTETS

__all__ = [
    "MOST_OCTETS",
    "Found",
    "Problem",
    "cards",
    "parse",
    "plain",
    "to_card",
    "write_card",
]
