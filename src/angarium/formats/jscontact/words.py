"""What is found and sorted in a card: the text behind each filter, the keys behind each sort, members, blobs.

RFC 9610 §3.3.1 and §3.3.2. Cards are taken as they are, also ones that nobody checked.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from angarium.formats.json import JSON

Card: TypeAlias = Mapping[str, JSON]
Find: TypeAlias = Callable[[Card], list[str]]

EVERYWHERE: Final = "text"
"""The filter that looks in the whole card."""

SORTS: Final = ("name/given", "name/surname", "name/surname2")
_NOT_DIGIT: Final = re.compile(r"[^0-9]+")
# Names of properties whose values nobody reads as text; `data:` URIs are left out wherever they stand.
_SILENT: Final = frozenset(
    {
        *("@type", "id", "uid", "version", "kind", "created", "updated", "language", "members", "addressBookIds"),
        *("contexts", "features", "relation", "level", "organizationId", "mediaType", "blobId"),
        *("isOrdered", "defaultSeparator", "phoneticSystem", "phoneticScript"),
        *("vCardName", "vCardParams", "phones", "keywords", "vCardProps"),
    }
)


def sort_keys(card: Card) -> dict[str, str | None]:
    """By what a card sorts under each name; None where it has none.

    `sortAs` goes before the first component of the kind, which the RFC of JMAP speaks of alone.
    """
    name = _object(card.get("name"))
    as_said = _object(name.get("sortAs"))
    return {sort: _sort_key(name, as_said, sort.removeprefix("name/")) for sort in SORTS}


def texts(card: Card) -> dict[str, str]:
    """The text that each filter of `FILTERS` looks in, one value a line; filters without any are left out.

    `text` looks in all of them: of its own it has only what is in no other.
    """
    found = {name: find(card) for name, find in FILTERS.items()}
    rest = found.pop(EVERYWHERE)
    told = {text for texts in found.values() for text in texts}
    found[EVERYWHERE] = [text for text in rest if text not in told]
    joined = {name: "\n".join(filter(None, texts)) for name, texts in found.items() if texts}
    return {name: text for name, text in joined.items() if text}


def members(card: Card) -> list[str]:
    """The uids of the members of a group."""
    return list(_object(card.get("members")))


def _object(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _sort_key(name: dict[str, JSON], as_said: dict[str, JSON], kind: str) -> str | None:
    said = as_said.get(kind)
    return said if isinstance(said, str) else next(iter(_components(name, kind)), None)


def _components(value: JSON, kind: str | None = None) -> list[str]:
    """The texts of components, of one kind or of all that are no separators."""
    listed = value.get("components") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        return []
    pairs = [(entry.get("kind"), entry.get("value")) for entry in listed if isinstance(entry, dict)]
    return [text for of, text in pairs if isinstance(text, str) and (of == kind if kind else of != "separator")]


def _values(top: str, *inside: str) -> Find:
    """The strings at these properties of every entry of a map."""

    def find(card: Card) -> list[str]:
        entries = card.get(top)
        if not isinstance(entries, dict):
            return []
        found = [entry.get(name) for entry in entries.values() if isinstance(entry, dict) for name in inside]
        return [value for value in found if isinstance(value, str)]

    return find


def _name(card: Card) -> list[str]:
    name = _object(card.get("name"))
    full = name.get("full")
    return [*_components(name), full] if isinstance(full, str) else _components(name)


def _kind(kind: str) -> Find:
    return lambda card: _components(card.get("name"), kind)


_numbers: Final = _values("phones", "number")
_labels: Final = _values("phones", "label")
_whole_addresses: Final = _values("addresses", "full")


def _phone(card: Card) -> list[str]:
    """Numbers as written, and as digits only, so that they are found however they are typed."""
    numbers = _numbers(card)
    digits = [_NOT_DIGIT.sub("", number.partition(";")[0]) for number in numbers]
    return [*(each for pair in zip(numbers, digits, strict=True) for each in pair), *_labels(card)]


def _address(card: Card) -> list[str]:
    entries = _object(card.get("addresses")).values()
    return [*(text for address in entries for text in _components(address)), *_whole_addresses(card)]


def _text(card: Card) -> list[str]:
    """Every string of the card that a person would read, keywords and other languages included."""
    found = list(_object(card.get("keywords")))
    kept = card.get("vCardProps")
    values = [each[3:] for each in kept if isinstance(each, list)] if isinstance(kept, list) else []
    waiting: list[Mapping[str, JSON] | list[JSON]] = [*values, card]
    while waiting:
        value = waiting.pop()
        inside = value if isinstance(value, list) else [value[name] for name in value if name not in _SILENT]
        for inner in inside:
            if isinstance(inner, str):
                found.append(inner)
            elif isinstance(inner, (dict, list)):
                waiting.append(inner)
    return [text for text in found if text[:5].lower() != "data:"]


FILTERS: Final[Mapping[str, Find]] = {
    EVERYWHERE: _text,
    "name": _name,
    **{sort: _kind(sort.removeprefix("name/")) for sort in SORTS},
    "nickname": _values("nicknames", "name"),
    "organization": _values("organizations", "name"),
    "email": _values("emails", "address", "label"),
    "phone": _phone,
    "onlineService": _values("onlineServices", "service", "uri", "user", "label"),
    "address": _address,
    "note": _values("notes", "note"),
}
