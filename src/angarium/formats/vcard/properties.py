"""Properties of vCard that become an entry in a map of the card, both ways: one row each.

RFC 9555 §2.4 to §2.13. What is one of a kind (N, UID, KEYWORDS, …) is in `singles`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from angarium.formats import objects
from angarium.formats.contentline import Line, escape, split, texts, unescape
from angarium.formats.jscontact import patterns
from angarium.formats.json import JSON
from angarium.formats.vcard import parameters as p
from angarium.formats.vcard.dates import date, write_date
from angarium.formats.vcard.structured import ADDRESS, lay_out, read_components, with_doubles

Object = dict[str, JSON]
Written = tuple[str, dict[str, list[str]]]
"""A value, and parameters that belong to it."""

ORIGINAL: Final = "x-original"
"""The parameter that keeps a text as it was where reading had to mend or shorten it."""

_URI: Final = re.compile(rf"{patterns.URI}\Z")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
_HOST: Final = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}(?:[:/?#].*)?\Z", re.DOTALL)
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`]")
_ADDRESS: Final = re.compile(rf"(?:{patterns.ADDR_SPEC})\Z")
_MAILBOX: Final = re.compile(r"[^<>]*<(?:mailto:)?([^<>]+)>\s*\Z|mailto:([^?]+)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A property: its name, the map that it goes to, the beginning of ids made for it, and its value both ways.

    `read` gives None for a value that does not map, and the members of the entry (empty: nothing to keep) else;
    `kind` tells apart what shares a map. `many` is for comma-separated values, each an entry of its own. `is_for` says
    which entries are written by this row.
    """

    name: str
    path: tuple[str, ...]
    prefix: str
    read: Callable[[Line], Object | None]
    write: Callable[[Mapping[str, JSON]], Written | None]
    parameters: Mapping[str, p.Parameter]
    is_for: Callable[[Mapping[str, JSON]], bool]
    labels: bool = False
    many: bool = False


def is_uri(text: str) -> bool:
    """Whether a text is a URI as RFC 3986 has them."""
    return _URI.match(text) is not None


def mended_uri(text: str) -> tuple[str, bool] | None:
    """A URI out of what people write for one, and whether it had to be changed; None when there is no way."""
    text = unescape(text).strip() if "\\" in text else text.strip()
    if _URI.match(text):
        return text, False
    if _SCHEME.match(text):
        return _UNSAFE.sub(lambda found: quote(found[0]), text), True
    if _HOST.match(text):
        return "http://" + _UNSAFE.sub(lambda found: quote(found[0]), text), True
    return None


def _uri(member: str, fixed: Mapping[str, JSON]) -> Callable[[Line], Object | None]:
    def read(line: Line) -> Object | None:
        if not line.value:
            return {}
        found = mended_uri(line.value)
        if found is None:
            return None
        entry = {**fixed, member: found[0]}
        return {**entry, "vCardParams": {ORIGINAL: unescape(line.value)}} if found[1] else entry

    return read


def _write_uri(member: str) -> Callable[[Mapping[str, JSON]], Written | None]:
    def write(entry: Mapping[str, JSON]) -> Written | None:
        value = entry.get(member)
        return (value, {}) if isinstance(value, str) and _URI.match(value) else None

    return write


def _text(member: str, fixed: Mapping[str, JSON]) -> Callable[[Line], Object | None]:
    if not fixed:
        return lambda line: {member: unescape(line.value)} if line.value else {}
    return lambda line: {**fixed, member: unescape(line.value)} if line.value else {}


def _write_text(member: str) -> Callable[[Mapping[str, JSON]], Written | None]:
    def write(entry: Mapping[str, JSON]) -> Written | None:
        value = entry.get(member)
        return (escape(value), {}) if isinstance(value, str) else None

    return write


def _of_kind(kind: str | None, default: str | None = None) -> Callable[[Mapping[str, JSON]], bool]:
    return lambda entry: entry.get("kind", default) == kind


def _row(
    name: str,
    property_: str,
    member: str,
    prefix: str,
    *parameters: p.Parameter,
    kind: str | None = None,
    uri: bool = False,
    labels: bool = False,
    many: bool = False,
) -> Row:
    fixed: Object = {"kind": kind} if kind else {}
    return Row(
        name,
        (property_,),
        prefix,
        (_uri if uri else _text)(member, fixed),
        (_write_uri if uri else _write_text)(member),
        p.table(*parameters),
        _of_kind(kind, "title" if property_ == "titles" else None),
        labels,
        many,
    )


def _read_email(line: Line) -> Object | None:
    text = unescape(line.value).strip()
    if not text or _ADDRESS.match(text):
        return {"address": text} if text else {}
    found = _MAILBOX.match(text)
    address = (found[1] or found[2]) if found else ""
    return {"address": address, "vCardParams": {ORIGINAL: text}} if _ADDRESS.match(address) else None


def _read_phone(line: Line) -> Object | None:
    text = unescape(line.value).strip()
    return {"number": text} if text else {}


def _write_phone(entry: Mapping[str, JSON]) -> Written | None:
    number = entry.get("number")
    if not isinstance(number, str):
        return None
    return (number, {"VALUE": ["uri"]}) if _URI.match(number) else (escape(number), {})


def _read_language(line: Line) -> Object | None:
    return None if objects.language(line.value.strip()) else {"language": line.value.strip()}


def _read_service(line: Line) -> Object | None:
    """IMPP and SOCIALPROFILE: a URI, else a user name, as which real files have it too."""
    if not line.value.strip():
        return {}
    said = line.first("VALUE")
    text = unescape(line.value).strip()
    if (said is None or said.lower() != "text") and _URI.match(text):
        return {"uri": text, "vCardName": "impp"} if line.name == "IMPP" else {"uri": text}
    return {"user": text}


def _write_service(entry: Mapping[str, JSON]) -> Written | None:
    uri, user = entry.get("uri"), entry.get("user")
    if isinstance(uri, str) and _URI.match(uri):
        return uri, {}
    return (escape(user), {"VALUE": ["text"]}) if isinstance(user, str) and user else None


def _read_organization(line: Line) -> Object | None:
    name, *units = [unescape(piece) for piece in split(line.value, ";")]
    order = texts(line.first("SORT-AS") or "")
    while units and not units[-1]:
        units.pop()
    entry: Object = {"name": name} if name else {}
    if order[0] and name:
        entry["sortAs"] = order[0]
    if units:
        sorts = [*order[1:], *[""] * len(units)]
        entry["units"] = [
            {"name": unit, "sortAs": sort} if sort else {"name": unit} for unit, sort in zip(units, sorts, strict=False)
        ]
    return entry


def _write_organization(entry: Mapping[str, JSON]) -> Written | None:
    units = entry.get("units")
    parts: list[Mapping[str, JSON]] = [entry]
    parts += [unit for unit in units if isinstance(unit, dict)] if isinstance(units, list) else []
    names, sorts = ([_string(part.get(member)) for part in parts] for member in ("name", "sortAs"))
    order = ",".join(escape(sort) for sort in sorts).rstrip(",")
    return ";".join(escape(name) for name in names), {"SORT-AS": [order]} if order else {}


def _string(value: JSON) -> str:
    return value if isinstance(value, str) else ""


def _read_address(line: Line) -> Object | None:
    return read_components(ADDRESS, line.value, line.first("JSCOMPS"))


def _write_address(entry: Mapping[str, JSON]) -> Written | None:
    found = entry.get("components")
    components = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    values, order = lay_out(ADDRESS, components, "value")
    parameters: dict[str, list[str]] = {}
    if entry.get("isOrdered") is True and order:
        separator = entry.get("defaultSeparator")
        parameters["JSCOMPS"] = [jscomps(separator, order)]
    return ADDRESS.value(with_doubles(ADDRESS, values, components)), parameters


def jscomps(separator: JSON, order: list[str]) -> str:
    """The value of JSCOMPS (RFC 9555 §3.3.1)."""
    first = "s," + escape(separator).replace("\\n", "\n") if isinstance(separator, str) else ""
    return ";".join([first, *order])


def _anniversary(name: str, kind: str) -> Row:
    def read(line: Line) -> Object | None:
        said = line.first("VALUE")
        if not line.value:
            return {}
        found = None if said and said.lower() == "text" else date(line.value.strip())
        if found is None:
            return None
        entry: Object = {"kind": kind, "date": found.value}
        return entry if found.exact else {**entry, "vCardParams": {ORIGINAL: line.value}}

    def write(entry: Mapping[str, JSON]) -> Written | None:
        value = entry.get("date")
        text = write_date(value) if isinstance(value, dict) else None
        return None if text is None else (text, {})

    path, parameters = ("anniversaries",), p.table(p.CALSCALE)
    return Row(name, path, "ANNIVERSARY-", read, write, parameters, _of_kind(kind))


def _always(_entry: Mapping[str, JSON]) -> bool:
    return True


def _is_impp(entry: Mapping[str, JSON]) -> bool:
    return entry.get("vCardName") == "impp" and "uri" in entry


_REACHED: Final = (p.PREF, p.TYPE)
_RESOURCE: Final = (p.PREF, p.TYPE, p.MEDIATYPE)
_LISTED: Final = (p.LEVEL, p.INDEX)
_SERVICE: Final = p.table(p.PREF, p.TYPE, p.SERVICE_TYPE, p.USERNAME)
_ADR: Final = p.table(p.PREF, p.ADDRESS_TYPE, p.CC, p.GEO, p.TZ, p.LABEL)
_NOTE: Final = (p.CREATED, p.AUTHOR, p.AUTHOR_NAME)

ROWS: Final = (
    _row("NICKNAME", "nicknames", "name", "NICK-", *_REACHED, many=True),
    Row("ORG", ("organizations",), "ORG-", _read_organization, _write_organization, p.table(p.TYPE), _always),
    _row("TITLE", "titles", "name", "TITLE-", kind="title"),
    _row("ROLE", "titles", "name", "TITLE-", kind="role"),
    Row("EMAIL", ("emails",), "EMAIL-", _read_email, _write_text("address"), p.table(*_REACHED), _always, labels=True),
    Row("IMPP", ("onlineServices",), "OS-", _read_service, _write_service, _SERVICE, _is_impp, labels=True),
    Row(
        *("SOCIALPROFILE", ("onlineServices",), "OS-", _read_service, _write_service, _SERVICE),
        lambda entry: not _is_impp(entry),
        labels=True,
    ),
    Row(
        *("TEL", ("phones",), "PHONE-", _read_phone, _write_phone, p.table(p.PREF, p.PHONE_TYPE), _always),
        labels=True,
    ),
    Row(
        *("LANG", ("preferredLanguages",), "LANG-", _read_language, _write_text("language")),
        *(p.table(*_REACHED), _always),
    ),
    _row("CALURI", "calendars", "uri", "CAL-", *_RESOURCE, kind="calendar", uri=True, labels=True),
    _row("FBURL", "calendars", "uri", "FBURL-", *_RESOURCE, kind="freeBusy", uri=True, labels=True),
    _row("CALADRURI", "schedulingAddresses", "uri", "SCHEDULING-", *_REACHED, uri=True, labels=True),
    Row("ADR", ("addresses",), "ADDR-", _read_address, _write_address, _ADR, _always),
    _row("KEY", "cryptoKeys", "uri", "KEY-", *_RESOURCE, uri=True, labels=True),
    _row("SOURCE", "directories", "uri", "ENTRY-", p.INDEX, *_RESOURCE, kind="entry", uri=True, labels=True),
    _row(
        "ORG-DIRECTORY",
        "directories",
        "uri",
        "DIRECTORY-",
        p.INDEX,
        *_RESOURCE,
        kind="directory",
        uri=True,
        labels=True,
    ),
    _row("CONTACT-URI", "links", "uri", "CONTACT-", *_RESOURCE, kind="contact", uri=True, labels=True),
    _row("URL", "links", "uri", "LINK-", *_RESOURCE, uri=True, labels=True),
    _row("PHOTO", "media", "uri", "PHOTO-", *_RESOURCE, kind="photo", uri=True, labels=True),
    _row("LOGO", "media", "uri", "LOGO-", *_RESOURCE, kind="logo", uri=True, labels=True),
    _row("SOUND", "media", "uri", "SOUND-", *_RESOURCE, kind="sound", uri=True, labels=True),
    _anniversary("BDAY", "birth"),
    _anniversary("DEATHDATE", "death"),
    _anniversary("ANNIVERSARY", "wedding"),
    _row("NOTE", "notes", "note", "NOTE-", *_NOTE),
    _row("EXPERTISE", "personalInfo", "value", "PERSINFO-", p.EXPERTISE_LEVEL, p.INDEX, kind="expertise", labels=True),
    _row("HOBBY", "personalInfo", "value", "PERSINFO-", *_LISTED, kind="hobby", labels=True),
    _row("INTEREST", "personalInfo", "value", "PERSINFO-", *_LISTED, kind="interest", labels=True),
    Row(
        *("PRONOUNS", ("speakToAs", "pronouns"), "PRONOUNS-", _text("pronouns", {}), _write_text("pronouns")),
        *(p.table(*_REACHED), _always),
    ),
)
BY_NAME: Final = MappingProxyType({row.name: row for row in ROWS})
