"""The parts of a contact, both ways: what this dialect has in flat properties and a card in objects (RFC 9553).

Each writer changes a card in place, and leaves what it does not know of.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Final, TypeAlias, cast

from angarium.formats.json import JSON
from angarium.protocols.legacy.call import Values
from angarium.protocols.legacy.errors import invalid_properties
from angarium.protocols.legacy.kind import Object, text

Reader: TypeAlias = Callable[[Values], JSON]
Writer: TypeAlias = Callable[[Object, JSON], None]

_ORDER: Final = ("title", "given", "given2", "surname", "surname2", "generation", "credential")
_NOTHING: Final = "0000-00-00"
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_MOST: Final = 1_000
_SHAPES: Final[Mapping[str, type]] = {"type": str, "label": str, "isDefault": bool}
_WORDS: Final[Mapping[type, str]] = {str: "a string", bool: "true or false"}
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")


def entries(card: Values, name: str) -> dict[str, Object]:
    """A map of a card, empty when it is not there."""
    return cast("dict[str, Object]", card.get(name) or {})


def keep(card: Object, name: str, found: Mapping[str, Object]) -> None:
    """Set a map of a card; an empty one goes. For another order to count, its entries get other keys."""
    before = entries(card, name)
    is_moved = [key for key in before if key in found] != [key for key in found if key in before]
    if is_moved and not card.get("localizations"):
        taken: dict[str, Object] = dict(before)
        for each in found.values():
            taken[_fresh(taken)] = each
        found = {key: each for key, each in taken.items() if key not in before}
    card[name] = cast(JSON, dict(found)) or None


def _components(card: Values) -> list[Object]:
    name = card.get("name")
    return cast("list[Object]", (name.get("components") if isinstance(name, dict) else None) or [])


def name_part(*kinds: str) -> tuple[Reader, Writer]:
    """Parts of the name of these kinds, joined; a name that is only known as a whole counts as given."""

    def read(card: Values) -> JSON:
        components = _components(card)
        name = card.get("name")
        if not components and "given" in kinds and isinstance(name, dict):
            return cast(str, name.get("full") or "")
        return " ".join(str(each["value"]) for each in components if each["kind"] in kinds)

    def write(card: Object, value: JSON) -> None:
        rest = [each for each in _components(card) if each["kind"] not in (*kinds, "separator")]
        if isinstance(value, str) and value:
            rest.append({"kind": kinds[0], "value": value})
        rest.sort(key=lambda each: _ORDER.index(str(each["kind"])))
        card["name"] = {"components": cast(JSON, rest)} if rest else None

    return read, write


def first(where: str, member: str, extra: Object | None = None, **matching: JSON) -> tuple[Reader, Writer]:
    """A member of the first entry of a map that has these values; `extra` is what a new entry gets."""

    def found(card: Values) -> str | None:
        fits = (key for key, each in entries(card, where).items() if _matches(each, matching))
        return next(fits, None)

    def read(card: Values) -> JSON:
        key = found(card)
        return "" if key is None else entries(card, where)[key].get(member, "")

    def write(card: Object, value: JSON) -> None:
        key, given = found(card), dict(entries(card, where))
        if value:
            given[key or _fresh(given)] = {**(given[key] if key else extra or {}), member: value}
        elif key:
            del given[key]
        keep(card, where, given)

    return read, write


def _matches(entry: Values, matching: Values) -> bool:
    return all(entry.get(name, value) == value for name, value in matching.items())


def _fresh(given: Mapping[str, object]) -> str:
    number = len(given) + 1
    while f"k{number}" in given:
        number += 1
    return f"k{number}"


def read_company(card: Values) -> JSON:
    """The name of the first organization."""
    return next(iter(entries(card, "organizations").values()), {}).get("name", "")


def read_department(card: Values) -> JSON:
    """The first unit of the first organization."""
    units = cast("list[Object]", next(iter(entries(card, "organizations").values()), {}).get("units") or [{}])
    return units[0].get("name", "")


def write_organization(member: str) -> Writer:
    """Sets the name or the first unit of the first organization."""

    def write(card: Object, value: JSON) -> None:
        given = dict(entries(card, "organizations"))
        key = next(iter(given), _fresh(given))
        entry = dict(given.get(key, {}))
        rest = cast("list[JSON]", entry.get("units") or [])[1:]
        wanted: JSON = value or None
        if member == "units":
            wanted = [{"name": value}, *rest] if value else rest or None
        entry[member] = wanted
        given[key] = {name: item for name, item in entry.items() if item is not None}
        if not given[key].get("name") and not given[key].get("units"):
            del given[key]
        keep(card, "organizations", given)

    return write


def anniversary(kind: str) -> tuple[Reader, Writer]:
    """A date of which any part may be zeros."""

    def read(card: Values) -> JSON:
        for each in entries(card, "anniversaries").values():
            if each["kind"] == kind:
                return _written(cast(Object, each["date"]))
        return _NOTHING

    def write(card: Object, value: JSON) -> None:
        given = {key: each for key, each in entries(card, "anniversaries").items() if each["kind"] != kind}
        if date := _read_date(value):
            given[_fresh(given)] = {"kind": kind, "date": date}
        keep(card, "anniversaries", given)

    return read, write


def _written(date: Object) -> str:
    if isinstance(date.get("utc"), str):
        return str(date["utc"])[:10]
    parts = [int(cast(int, date.get(name) or 0)) for name in ("year", "month", "day")]
    return f"{parts[0]:04}-{parts[1]:02}-{parts[2]:02}"


def _read_date(value: JSON) -> Object | None:
    if value in (None, "", _NOTHING):
        return None
    found = _DATE.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a date such as 1999-12-31, with zeros for what is not known")
    parts = zip(("year", "month", "day"), map(int, found.groups()), strict=True)
    return {name: number for name, number in parts if number}


# Lists: emails, phones, online, addresses


def _contexts(entry: Values, table: Mapping[str, str]) -> str:
    """What this dialect calls the first context that it knows."""
    given = cast("Mapping[str, JSON]", entry.get("contexts") or {})
    return next((old for new, old in table.items() if given.get(new)), "other")


def _frame(entry: Values, kind: str) -> Object:
    return {"type": kind, "label": entry.get("label"), "isDefault": entry.get("pref") == 1}


def _marked(entry: Object, given: Values) -> Object:
    """An entry with the label and preference that a client gives."""
    kept = {name: item for name, item in entry.items() if name not in ("label", "pref")}
    label, preferred = given.get("label"), given.get("isDefault") is True
    return kept | ({"label": label} if label else {}) | ({"pref": 1} if preferred else {})


def given_list(value: JSON) -> list[Object]:
    """A list of objects, none for null."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError("must be an array of objects")
    if len(value) > _MOST:
        raise ValueError(f"must have at most {_MOST} entries")
    found = cast("list[Object]", value)
    for name, kind in _SHAPES.items():
        if not all(isinstance(each.get(name), (kind, NoneType)) for each in found):
            raise ValueError(f"{name} of an entry must be {_WORDS[kind]}")
    return found


def _placed(
    card: Values,
    where: str,
    wanted: Sequence[Object],
    value_of: Callable[[Values], JSON],
    given: Callable[[Values], JSON],
) -> list[tuple[str, Object]]:
    """For each wanted object the key and what is known of the entry with the same value, if there was one."""
    before = entries(card, where)
    known: dict[str, list[str]] = {}
    for key, entry in reversed(before.items()):
        known.setdefault(str(value_of(entry)), []).append(key)
    number = len(before)
    placed: list[tuple[str, Object]] = []
    for each in wanted:
        keys = known.get(str(given(each)))
        if keys:
            key = keys.pop()
        else:
            number += 1
            while f"k{number}" in before:
                number += 1
            key = f"k{number}"
        placed.append((key, dict(before.get(key, {}))))
    return placed


def _value(given: Values) -> JSON:
    return given.get("value")


_EMAIL: Final = {"private": "personal", "work": "work"}
_PHONE: Final = {"private": "home", "work": "work"}
_FEATURES: Final = ("mobile", "fax", "pager")
_ADDRESS: Final = {"private": "home", "work": "work", "billing": "billing", "delivery": "postal"}
_PLACES: Final = ("locality", "region", "postcode", "country")


def _context_of(kind: JSON, table: Mapping[str, str]) -> Object:
    found = next((new for new, old in table.items() if old == kind), None)
    return {"contexts": {found: True}} if found else {}


def _typed(entry: Object, kind: JSON, table: Mapping[str, str]) -> Object:
    """An entry in the context that a type says; where it says the same as before, nothing changes."""
    if _contexts(entry, table) == kind:
        return entry
    return {name: item for name, item in entry.items() if name != "contexts"} | _context_of(kind, table)


def read_emails(card: Values) -> JSON:
    """The addresses of a card."""
    return [
        {**_frame(each, _contexts(each, _EMAIL)), "value": each["address"]} for each in entries(card, "emails").values()
    ]


def write_emails(card: Object, value: JSON) -> None:
    """Replace them."""
    wanted = given_list(value)
    placed = _placed(card, "emails", wanted, lambda entry: entry["address"], _value)
    keep(
        card,
        "emails",
        {
            key: _marked({**_typed(entry, given.get("type"), _EMAIL), "address": given.get("value")}, given)
            for (key, entry), given in zip(placed, wanted, strict=True)
        },
    )


def _phone_type(entry: Values) -> str:
    features = cast("Mapping[str, JSON]", entry.get("features") or {})
    return next((each for each in _FEATURES if features.get(each)), _contexts(entry, _PHONE))


def _phone(entry: Object, given: Values) -> Object:
    kind = given.get("type")
    if _phone_type(entry) != kind:
        entry = {name: item for name, item in entry.items() if name not in ("contexts", "features")}
        entry |= {"features": {str(kind): True}} if kind in _FEATURES else _context_of(kind, _PHONE)
    return _marked({**entry, "number": given.get("value")}, given)


def read_phones(card: Values) -> JSON:
    """The telephone numbers of a card."""
    return [{**_frame(each, _phone_type(each)), "value": each["number"]} for each in entries(card, "phones").values()]


def write_phones(card: Object, value: JSON) -> None:
    """Replace them."""
    wanted = given_list(value)
    placed = _placed(card, "phones", wanted, lambda entry: entry["number"], _value)
    phones = {key: _phone(entry, given) for (key, entry), given in zip(placed, wanted, strict=True)}
    keep(card, "phones", phones)


def read_online(card: Values) -> JSON:
    """Links, and accounts with services by their address or by the name of the user."""
    found = [{**_frame(each, "uri"), "value": each["uri"]} for each in entries(card, "links").values()]
    for each in entries(card, "onlineServices").values():
        kind = "username" if each.get("service") else "other"
        if each.get("user") is None:
            kind = "uri"
        shown = {**_frame(each, kind), "value": each.get("user") or each["uri"]}
        found.append({**shown, "label": each.get("service") or each.get("label")})
    return cast(JSON, found)


def write_online(card: Object, value: JSON) -> None:
    """Replace them."""
    wanted = given_list(value)
    known = {entry.get(name) for entry in entries(card, "onlineServices").values() for name in ("user", "uri")}
    links = [each for each in wanted if _is_link(each) and each["value"] not in known]
    services = [each for each in wanted if not _is_link(each) or each["value"] in known]
    placed = _placed(card, "links", links, lambda entry: entry["uri"], _value)
    keep(
        card,
        "links",
        {
            key: _marked({**entry, "uri": given["value"]}, given)
            for (key, entry), given in zip(placed, links, strict=True)
        },
    )
    placed = _placed(card, "onlineServices", services, lambda entry: entry.get("user") or entry.get("uri"), _value)
    kept = {key: _service(entry, given) for (key, entry), given in zip(placed, services, strict=True)}
    keep(card, "onlineServices", kept)


def _is_link(given: Values) -> bool:
    value = given.get("value")
    return given.get("type") == "uri" and isinstance(value, str) and _URI.match(value) is not None


def _service(entry: Object, given: Values) -> Object:
    value, label = given.get("value"), given.get("label")
    if entry.get("user") is None and entry.get("uri") == value:
        name = "service" if entry.get("service") else "label"
        return {**{key: item for key, item in entry.items() if key != name}, **({name: label} if label else {})}
    kept = _marked({**entry, "user": value}, given)
    kept.pop("service", None)
    if given.get("type") == "username" and label:
        kept["service"] = kept.pop("label")
    return kept


def _address(entry: Values) -> Object:
    """An address as this dialect has it: the four places, and all else as the street."""
    components = cast("list[Object]", entry.get("components") or [])
    street = " ".join(str(each["value"]) for each in components if each["kind"] not in (*_PLACES, "separator"))
    shown: Object = {**_frame(entry, _contexts(entry, _ADDRESS)), "street": street}
    if not components:
        shown["street"] = entry.get("full") or ""
    for place in _PLACES:
        shown[place] = next((each["value"] for each in components if each["kind"] == place), "")
    return shown


def read_addresses(card: Values) -> JSON:
    """The postal addresses of a card."""
    return [_address(each) for each in entries(card, "addresses").values()]


def write_addresses(card: Object, value: JSON) -> None:
    """Replace them; one that comes back as it was shown stays as it is."""
    wanted = given_list(value)
    placed = _placed(card, "addresses", wanted, lambda entry: _told(_address(entry)), _told)
    kept = {key: _to_address(entry, given) for (key, entry), given in zip(placed, wanted, strict=True)}
    keep(card, "addresses", kept)


def _told(address: Values) -> JSON:
    return [address.get(name) or "" for name in ("street", *_PLACES)]


def _to_address(entry: Object, given: Values) -> Object:
    if not entry:
        names = (("name", "street"), *((place, place) for place in _PLACES))
        components = [{"kind": kind, "value": given[name]} for kind, name in names if given.get(name)]
        entry = {"components": cast(JSON, components)}
    return _marked(_typed(entry, given.get("type"), _ADDRESS), given)


def avatar(card: Values) -> Object | None:
    """The first photo that is a blob."""
    photos = (each for each in entries(card, "media").values() if each["kind"] == "photo" and each.get("blobId"))
    photo = next(photos, None)
    if photo is None:
        return None
    return {"blobId": photo["blobId"], "type": photo.get("mediaType"), "name": photo.get("label"), "size": None}


def write_avatar(card: Object, value: JSON) -> None:
    """Replace the photo."""
    given = {key: each for key, each in entries(card, "media").items() if each["kind"] != "photo"}
    if isinstance(value, dict):
        photo: Object = {"kind": "photo", "blobId": value.get("blobId")}
        photo |= {"mediaType": value["type"]} if value.get("type") else {}
        given[_fresh(given)] = photo | ({"label": value["name"]} if value.get("name") else {})
    elif value is not None:
        raise ValueError("must be an object with a blobId, or null")
    keep(card, "media", given)


def written(name: str, writer: Writer, card: Object, value: JSON, words: bool) -> None:
    """Write one property; Misfit for a value of another shape."""
    if words:
        text(name, value or "")
    try:
        writer(card, value)
    except ValueError as error:
        raise invalid_properties(f"{name}: {error}", name) from None
