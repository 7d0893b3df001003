"""LOCATION, GEO, VLOCATION and CONFERENCE to locations and virtualLocations, and back.

draft-ietf-calext-jscalendar-icalendar §2.2.4, §2.3.10, §2.3.11, §2.3.21, §2.3.25, §2.3.26, §2.3.28, §3.5, §3.7.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from angarium.formats import objects
from angarium.formats.contentline import Component, Line, escape, texts, unescape
from angarium.formats.icalendar import keys, links
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON

_GEO: Final = re.compile(r"\s*\+?(-?\d{1,3}(?:\.\d{1,20})?)\s*[;,]\s*\+?(-?\d{1,3}(?:\.\d{1,20})?)\s*\Z", re.ASCII)
_GEO_URI: Final = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)\Z", re.ASCII)
_COORDINATES: Final = re.compile(r"[Gg][Ee][Oo]:[^\x00-\x20\x7f\"<>]+\Z")
_PLAIN: Final = frozenset({"@type", "name", "coordinates"})
_feature = objects.one_of("audio chat feed moderator phone screen video")


def is_derived(line: Line) -> bool:
    """Whether a property only repeats what another says (RFC 9073 §5.3)."""
    return bool(line.parameters) and (line.first("DERIVED") or "").upper() == "TRUE"


def read(draft: Draft, component: Component, named: dict[str, list[Line]], store: links.Store | None) -> None:
    """Fill `locations` and `mainLocationId`."""
    locations: dict[str, JSON] = {}
    vlocations = [each for each in component.components if each.name == "VLOCATION"]
    for each in vlocations:
        key, location = _vlocation(each, store)
        key = draft.free(key, locations)
        draft.adopt(location, f"locations/{key}")
        locations[key] = location.finish("vlocation", always=True)
    main = _location(draft, named, locations)
    if main is None:
        main = _named(named, locations)
    if locations:
        draft.made["locations"] = locations
        chosen = locations.get(main) if main is not None else None
        if isinstance(chosen, dict) and chosen.get("name") and len(vlocations) > 1:
            draft.made["mainLocationId"] = main


def _location(draft: Draft, named: dict[str, list[Line]], locations: dict[str, JSON]) -> str | None:
    """The Location that LOCATION and GEO are together; its key."""
    at = _only(draft, named.get("LOCATION", ()))
    geo = _only(draft, named.get("GEO", ()), _GEO.match)
    name = unescape(at.value) if at is not None else ""
    found = _GEO.match(geo.value) if geo is not None else None
    if not name and found is None:
        return None
    location: dict[str, JSON] = {"@type": "Location"}
    source = at if name and at is not None else geo
    assert source is not None  # noqa: S101 (one of them is there)
    key = draft.free(keys.given(source.first("JSID")) or keys.of_value(_key_value(source)), locations)
    if name and at is not None:
        location["name"] = name
        draft.converted(f"locations/{key}/name", at)
    if found is not None and geo is not None:
        location["coordinates"] = f"geo:{found[1]},{found[2]}"
        draft.converted(f"locations/{key}/coordinates", geo, always=True)
    locations[key] = location
    return key


def _only(draft: Draft, lines: Iterable[Line], reads: Callable[[str], object] = bool) -> Line | None:
    """The first that is not derived and can be read; the others are kept, unless they are empty."""
    found = None
    for line in lines:
        if is_derived(line) or not line.value:
            continue
        if found is None and reads(line.value):
            found = line
        else:
            draft.keep(line)
    return found


def _key_value(line: Line) -> str:
    return unescape(line.value) if line.name == "LOCATION" else line.value


def _named(named: dict[str, list[Line]], locations: dict[str, JSON]) -> str | None:
    """The location that a derived LOCATION names."""
    by_name = {each.get("name"): key for key, each in reversed(locations.items()) if isinstance(each, dict)}
    names = (unescape(line.value) for line in named.get("LOCATION", ()))
    return next((key for name in names if name and (key := by_name.get(name)) is not None), None)


def _vlocation(component: Component, store: links.Store | None) -> tuple[str, Draft]:
    draft = Draft("Location")
    key = uid = None
    types: dict[str, JSON] = {}
    for line in component.lines:
        match line.name:
            case "JSID":
                key = keys.given(unescape(line.value))
            case "NAME" if line.value and "name" not in draft.made:
                draft.made["name"] = unescape(line.value)
                draft.converted("name", line)
            case "COORDINATES" if _COORDINATES.match(line.value) and "coordinates" not in draft.made:
                draft.made["coordinates"] = line.value
                draft.converted("coordinates", line)
            case "GEO" if "coordinates" not in draft.made and (found := _GEO.match(line.value)):
                draft.made["coordinates"] = f"geo:{found[1]},{found[2]}"
                draft.converted("coordinates", line, always=True)
            case "LOCATION-TYPE":
                types |= {each.strip(): True for each in texts(line.value) if each.strip()}
                draft.converted("locationTypes", line)
            case "ATTACH" | "IMAGE" | "LINK":
                links.read(draft, line, store)
            case "JSPROP":
                draft.jsprops.append(line)
            case _:
                uid = unescape(line.value) if line.name == "UID" and uid is None else uid
                draft.keep(line)
    for inner in component.components:
        draft.keep_component(inner)
    if types:
        draft.made["locationTypes"] = types
    made_key = key or (keys.of_uid(uid) if uid else keys.of_value(_content(component)))
    if uid is None:
        draft.keep(Line("UID", made_key, {}))
    return made_key, draft


def _content(component: Component) -> str:
    """What makes a component without UID the same as another."""
    return component.name + "".join(f"\n{line.name}:{line.value}" for line in component.lines)


def read_conference(draft: Draft, line: Line) -> None:
    """Add a VirtualLocation, or keep a property that has no URI."""
    uri = line.value.strip()
    if objects.uri(uri):
        draft.keep(line)
        return
    found: dict[str, JSON] = {"@type": "VirtualLocation", "uri": uri}
    if label := line.first("LABEL"):
        found["name"] = label
    features = [each.strip().lower() for each in line.parameters.get("FEATURE", ())]
    if known := {each: True for each in features if not _feature(each)}:
        found["features"] = dict(known)
    places = draft.made.setdefault("virtualLocations", {})
    if isinstance(places, dict):
        key = keys.given(line.first("JSID")) or keys.of_value(uri)
        if places.get(key) == found:
            return
        key = draft.free(key, places)
        places[key] = found
        draft.converted(f"virtualLocations/{key}/uri", line, ("LABEL", "FEATURE"))


def write(made: dict[str, JSON], notes: Notes, fetch: links.Fetch | None) -> tuple[list[Line], list[Component]]:
    """The lines and components of `locations`."""
    found = made.get("locations")
    locations = {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}
    main = made.get("mainLocationId")
    main = main if isinstance(main, str) else None
    shown = _shown(locations, notes, main)
    lines = _location_lines(shown, locations[shown], notes) if shown is not None else []
    vlocations = [_to_vlocation(key, each, notes, fetch) for key, each in locations.items() if key != shown]
    if shown is None and (main is not None or len(vlocations) == 1):
        name = locations[main].get("name") if main in locations else next(iter(locations.values())).get("name")
        if isinstance(name, str) and name:
            lines.append(Line("LOCATION", escape(name), {"DERIVED": ["TRUE"]}))
    return lines, vlocations


def _shown(locations: dict[str, dict[str, JSON]], notes: Notes, main: str | None) -> str | None:
    """The key of the Location that LOCATION and GEO can say whole; the main one before others."""

    def whole(key: str) -> bool:
        location = locations[key]
        geo = notes.name(f"locations/{key}/coordinates") == "GEO" and _GEO_URI.match(str(location.get("coordinates")))
        return (
            set(location) <= _PLAIN
            and bool(location.get("name") or geo)
            and ("coordinates" not in location or bool(geo))
        )

    if main is not None and main in locations and len(locations) > 2:
        return main if whole(main) else None
    return next((key for key in locations if whole(key)), None)


def _location_lines(key: str, location: dict[str, JSON], notes: Notes) -> list[Line]:
    lines = []
    name, coordinates = location.get("name"), location.get("coordinates")
    if isinstance(name, str) and name:
        parameters = notes.parameters(f"locations/{key}/name", "LOCATION") | notes.jsid(key, keys.of_value(name))
        lines.append(Line("LOCATION", escape(name), parameters))
    if isinstance(coordinates, str) and (found := _GEO_URI.match(coordinates)):
        value = f"{found[1]};{found[2]}"
        parameters = notes.parameters(f"locations/{key}/coordinates", "GEO")
        if not lines:
            parameters |= notes.jsid(key, keys.of_value(value))
        lines.append(Line("GEO", value, parameters))
    return lines


def _to_vlocation(key: str, location: dict[str, JSON], outer: Notes, fetch: links.Fetch | None) -> Component:
    notes = Notes(location)
    uid = next((unescape(line.value) for line in notes.lines if line.name == "UID"), None)
    lines = [] if uid is not None else [Line("UID", escape(key), {})]
    if key in outer.forced or key != keys.of_uid(uid or key):
        lines.append(Line("JSID", escape(key), {}))
    if isinstance(name := location.get("name"), str) and name:
        lines.append(Line("NAME", escape(name), notes.parameters("name", "NAME")))
    if isinstance(types := location.get("locationTypes"), dict) and types:
        parameters = notes.parameters("locationTypes", "LOCATION-TYPE")
        lines.append(Line("LOCATION-TYPE", ",".join(map(escape, types)), parameters))
    coordinates = location.get("coordinates")
    if isinstance(coordinates, str):
        found = _GEO_URI.match(coordinates) if notes.name("coordinates") == "GEO" else None
        if found:
            lines.append(Line("GEO", f"{found[1]};{found[2]}", notes.parameters("coordinates", "GEO")))
        else:
            parameters = {**notes.parameters("coordinates", "COORDINATES"), "VALUE": ["URI"]}
            lines.append(Line("COORDINATES", coordinates, parameters))
    lines += links.write(location, notes, fetch)
    return Component("VLOCATION", lines + notes.lines, notes.components)


def write_conferences(made: dict[str, JSON], notes: Notes) -> list[Line]:
    """The lines of `virtualLocations`."""
    places = made.get("virtualLocations")
    if not isinstance(places, dict):
        return []
    return [_conference(key, each, notes) for key, each in places.items() if isinstance(each, dict) and "uri" in each]


def _conference(key: str, place: dict[str, JSON], notes: Notes) -> Line:
    uri = str(place["uri"])
    parameters = notes.parameters(f"virtualLocations/{key}/uri", "CONFERENCE") | notes.jsid(key, keys.of_value(uri))
    parameters["VALUE"] = ["URI"]
    features = place.get("features")
    if isinstance(features, dict) and features:
        parameters["FEATURE"] = [each.upper() for each in features]
    if isinstance(name := place.get("name"), str) and name:
        parameters["LABEL"] = [name]
    return Line("CONFERENCE", uri, parameters)
