"""ATTACH, IMAGE and LINK to Link objects and back.

draft-ietf-calext-jscalendar-icalendar §2.3.3, §2.3.22, §2.3.24, §3.4.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import unquote_to_bytes

from angarium.formats import objects
from angarium.formats.contentline import Line, is_base64
from angarium.formats.icalendar import keys
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON

Store: TypeAlias = Callable[[bytes, str | None], str | None]
"""Takes the octets of an attachment and its media type; gives a blobId, or None to leave it in the text."""
Fetch: TypeAlias = Callable[[str], bytes | None]
"""Takes a blobId; gives its octets, or None."""

NAMES: Final = frozenset({"ATTACH", "IMAGE", "LINK"})
_USED: Final = frozenset({"FMTTYPE", "LABEL", "SIZE"})
_USED_BY: Final = {"ATTACH": _USED, "IMAGE": _USED | {"DISPLAY"}, "LINK": frozenset({"FMTTYPE", "LABEL", "LINKREL"})}
_SIZE: Final = re.compile(r"\d{1,15}\Z", re.ASCII)
_WHITE: Final = re.compile(r"\s+")
_DATA: Final = re.compile(r"data:([^,]*?)(;base64)?,", re.IGNORECASE)


def read(draft: Draft, line: Line, store: Store | None) -> None:
    """Add a Link to `links`, or keep the property when it is none."""
    kind = (line.first("VALUE") or "").upper()
    binary = kind == "BINARY" or is_base64(line)
    if line.name == "LINK" and kind not in ("", "URI"):
        draft.keep(line)
        return
    value = _WHITE.sub("", line.value) if binary else line.value.strip()
    link = _inline(value, line.first("FMTTYPE"), store) if binary else {"href": value}
    if link is None or ("href" in link and objects.uri(link["href"])):
        draft.keep(line)
        return
    link = {"@type": "Link", **link}
    _parameters(link, line)
    links = draft.made.setdefault("links", {})
    if isinstance(links, dict):
        key = keys.given(line.first("JSID")) or keys.of_value(value)
        if links.get(key) == link:
            return
        key = draft.free(key, links)
        links[key] = link
        draft.converted(f"links/{key}/href", line, _USED_BY[line.name], always=_natural(link) != line.name)


def _inline(text: str, media_type: str | None, store: Store | None) -> dict[str, JSON] | None:
    """A blob that was taken, or a data: URI with the base64 as it stands."""
    try:
        octets = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (Error, ValueError):
        return None
    blob = store(octets, media_type) if store else None
    if blob is not None:
        return {"blobId": blob, "rel": "enclosure", "size": len(octets)}
    known = media_type if media_type and not objects.media_type(media_type) and " " not in media_type else ""
    return {"href": f"data:{known};base64,{b64encode(octets).decode()}"}


def _parameters(link: dict[str, JSON], line: Line) -> None:
    if not line.parameters:
        return
    media_type, label, size = line.first("FMTTYPE"), line.first("LABEL"), line.first("SIZE")
    if media_type and not objects.media_type(media_type):
        link["contentType"] = media_type
    if label:
        link["title"] = label
    if size and _SIZE.match(size) and line.name != "LINK":
        link["size"] = int(size)
    if line.name == "LINK" and (rel := line.first("LINKREL")) and " " not in rel:
        link["rel"] = rel
    if line.name == "IMAGE" and (display := line.parameters.get("DISPLAY")):
        link["display"] = {each.lower(): True for each in display if not _purpose(each.lower())}


_purpose = objects.one_of("badge graphic fullsize thumbnail")


def _natural(link: dict[str, JSON]) -> str:
    """The property that a Link becomes when nothing says otherwise."""
    if link.get("display"):
        return "IMAGE"
    return "LINK" if link.get("rel") not in (None, "enclosure") else "ATTACH"


def write(made: dict[str, JSON], notes: Notes, fetch: Fetch | None) -> list[Line]:
    """The lines of `links`."""
    links = made.get("links")
    if not isinstance(links, dict):
        return []
    found = [_line(key, link, notes, fetch) for key, link in links.items() if isinstance(link, dict)]
    return [line for line in found if line is not None]


def _line(key: str, link: dict[str, JSON], notes: Notes, fetch: Fetch | None) -> Line | None:
    path = f"links/{key}/href"
    name = notes.name(path) or _natural(link)
    if name not in _USED_BY:
        name = "ATTACH"
    parameters = notes.parameters(path, name)
    media_type, href, blob = link.get("contentType"), link.get("href"), link.get("blobId")
    if isinstance(blob, str) and not isinstance(href, str):
        octets = fetch(blob) if fetch else None
        if octets is None:
            return None
        href = f"data:{media_type if isinstance(media_type, str) else ''};base64,{b64encode(octets).decode()}"
    if not isinstance(href, str):
        return None
    data = _DATA.match(href) if name != "LINK" else None
    octets = _octets(href, data) if data else None
    value = href if octets is None else b64encode(octets).decode()
    parameters |= notes.jsid(key, keys.of_value(value))
    for parameter, member in (("FMTTYPE", media_type), ("LABEL", link.get("title")), ("SIZE", link.get("size"))):
        if member is not None and parameter in _USED_BY[name]:
            parameters[parameter] = [str(member)]
    if name == "LINK" and isinstance(rel := link.get("rel"), str):
        parameters["LINKREL"] = [rel]
    if name == "IMAGE" and isinstance(display := link.get("display"), dict):
        parameters["DISPLAY"] = [each.upper() for each in display]
    if data and octets is not None:
        if data[1]:
            parameters.setdefault("FMTTYPE", [data[1]])
        return Line(name, value, {**parameters, "ENCODING": ["BASE64"], "VALUE": ["BINARY"]})
    if name != "ATTACH":
        parameters["VALUE"] = ["URI"]
    return Line(name, href, parameters)


def _octets(href: str, data: re.Match[str]) -> bytes | None:
    """The octets of a data: URI that the way back gives again as the same text; None for any other."""
    media_type, base64 = data.groups()
    rest = href[data.end() :]
    if not base64 or ";" in media_type:
        return None
    try:
        octets = b64decode(unquote_to_bytes(rest), validate=True)
    except (Error, ValueError):
        return None
    return octets if b64encode(octets).decode() == rest else None
