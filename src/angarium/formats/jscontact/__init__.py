"""JSContact: validity of cards, cards in other languages, what is searched and sorted in them. RFC 9553, RFC 9982."""

from angarium.formats.jscontact.check import MOST_LANGUAGES, check
from angarium.formats.jscontact.localize import localized, patched
from angarium.formats.jscontact.words import EVERYWHERE, FILTERS, SORTS, members, sort_keys, texts
from angarium.formats.objects import Problem

__all__ = [
    "EVERYWHERE",
    "FILTERS",
    "MOST_LANGUAGES",
    "SORTS",
    "Problem",
    "check",
    "localized",
    "members",
    "patched",
    "sort_keys",
    "texts",
]
