"""Whether a card is valid, and where it is not.

RFC 9553 §1.7: registered properties are validated, unknown and vendors' ones kept. The table is in `types`; what is
here checks `localizations`, whose patches must lead to valid values (§1.4.3).
"""

from collections.abc import Mapping
from typing import Final

from angarium.formats.errors import FormatError
from angarium.formats.jscontact.localize import patched
from angarium.formats.jscontact.types import CARD, ENTRIES, PROPERTIES
from angarium.formats.json import JSON
from angarium.formats.objects import Problem
from angarium.formats.pointer import escape, unescape

MOST_LANGUAGES: Final = 100
"""Each language costs a look at all that it changes; a card in more of them is refused."""


def check(card: JSON) -> list[Problem]:
    """Every property of a Card that is wrong, by its path (`phones/p1/number`); none for a valid card.

    Properties that JMAP adds (`id`, `addressBookIds`) may stand in it and are not looked at; a Media may have a
    `blobId` instead of a `uri` (RFC 9610 §3).
    """
    found = CARD(card) or []
    languages = card.get("localizations") if isinstance(card, dict) else None
    if not isinstance(card, dict) or not isinstance(languages, dict):
        return found
    if len(languages) > MOST_LANGUAGES:
        return [*found, Problem("localizations", f"has more than {MOST_LANGUAGES} languages")]
    plain = {name: value for name, value in card.items() if name != "localizations"}
    return found + [
        problem.within(language).within("localizations")
        for language, patch in languages.items()
        if isinstance(patch, dict)
        for problem in _patch(plain, patch)
    ]


def _patch(card: Mapping[str, JSON], patch: Mapping[str, JSON]) -> list[Problem]:
    for path in patch:
        if path.split("/", 1)[0] in ("localizations", ""):
            return [Problem(escape(path), "must lead to a property other than localizations")]
    try:
        result = patched(card, patch)
    except FormatError as error:
        return [Problem("", error.problem)]
    return [problem for place, path in _places(patch).items() for problem in _place(result, place, path)]


def _places(patch: Mapping[str, JSON]) -> dict[tuple[str, ...], str]:
    """What is to be looked at again: a whole property, or one entry of a map; and a patch that leads there."""
    places: dict[tuple[str, ...], str] = {}
    for path in patch:
        tokens = tuple(unescape(token) for token in path.split("/"))
        places.setdefault(tokens[: 2 if tokens[0] in ENTRIES else 1], path)
    return places


def _place(card: Mapping[str, JSON], place: tuple[str, ...], path: str) -> list[Problem]:
    top, *inside = place
    value = card.get(top)
    if top in ("@type", "version", "uid") or (top not in PROPERTIES and value is None):
        return [Problem(escape(path), "cannot be localized")] if top in PROPERTIES or top == "@type" else []
    if value is None or top not in PROPERTIES:
        return []
    if not inside:
        found = PROPERTIES[top](value)
    elif isinstance(value, dict) and inside[0] in value:
        found = ENTRIES[top](value[inside[0]])
    else:
        return []
    return [Problem(escape(path), f"{problem.path or 'the value'} {problem.text}") for problem in found or []]
