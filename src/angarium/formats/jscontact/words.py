"""What is found and sorted in a card: the text behind each filter, the keys behind each sort, members, blobs.

RFC 9610 §3.3.1 and §3.3.2. Cards are taken as they are, also ones that nobody checked.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from angarium.formats.json import JSON

Card: TypeAlias = Mapping[str, JSON]

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
    """The text that each filter of `FILTERS` looks in, one value a line; filters without any are left out."""
    found = {name: "\n".join(each for each in words(card) if each) for name, words in FILTERS.items()}
    return {name: text for name, text in found.items() if text}


def members(card: Card) -> list[str]:
    """The uids of the members of a group."""
    return list(_object(card.get("members")))


def blob_ids(card: Card) -> list[str]:
    """The blobs that a card refers to, each once, in order."""
    found = [_object(media).get("blobId") for media in _object(card.get("media")).values()]
    return list(dict.fromkeys(blob for blob in found if isinstance(blob, str)))


def _object(value: JSON) -> dict[str, JSON]:
    return value if isinstance(value, dict) else {}


def _sort_key(name: dict[str, JSON], as_said: dict[str, JSON], kind: str) -> str | None:
    said = as_said.get(kind)
    return said if isinstance(said, str) else next(_components(name, kind), None)


def _components(value: JSON, *kinds: str) -> Iterator[str]:
    components = _object(value).get("components")
    for component in components if isinstance(components, list) else ():
        text, kind = _object(component).get("value"), _object(component).get("kind")
        if isinstance(text, str) and kind != "separator" and (not kinds or kind in kinds):
            yield text


def _values(*names: str) -> Callable[[Card], Iterator[str]]:
    """The strings at these properties of every entry; the first name is that of the map."""
    top, *inside = names

    def find(card: Card) -> Iterator[str]:
        for entry in _object(card.get(top)).values():
            found = (_object(entry).get(name) for name in inside)
            yield from (value for value in found if isinstance(value, str))

    return find


def _name(card: Card) -> Iterator[str]:
    name = _object(card.get("name"))
    full = name.get("full")
    yield from _components(name)
    if isinstance(full, str):
        yield full


def _kind(kind: str) -> Callable[[Card], Iterator[str]]:
    return lambda card: _components(card.get("name"), kind)


def _phone(card: Card) -> Iterator[str]:
    """Numbers as written, and as digits only, so that they are found however they are typed."""
    for number in _values("phones", "number")(card):
        yield number
        yield _NOT_DIGIT.sub("", number.partition(";")[0])
    yield from _values("phones", "label")(card)


def _address(card: Card) -> Iterator[str]:
    for address in _object(card.get("addresses")).values():
        yield from _components(address)
    yield from _values("addresses", "full")(card)


def _text(card: Card) -> Iterator[str]:
    """Every string of the card that a person would read, keywords and other languages included."""
    yield from _phone(card)
    yield from _object(card.get("keywords"))
    kept = card.get("vCardProps")
    values = [each[3:] for each in kept if isinstance(each, list)] if isinstance(kept, list) else []
    waiting: list[JSON] = [*values, dict(card)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if value[:5].lower() != "data:":
                yield value
        elif isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            waiting += [inner for name, inner in reversed(value.items()) if name not in _SILENT]


FILTERS: Final[Mapping[str, Callable[[Card], Iterator[str]]]] = {
    "text": _text,
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
