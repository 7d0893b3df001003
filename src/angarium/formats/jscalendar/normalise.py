"""Version 1.0 (RFC 8984) into version 2.0, as far as 2.0 has an equal; the rest stays for the check to refuse.

jscalendarbis Appendix A. Total: any object is taken, and what is not understood is left as it is.
"""

from collections.abc import Callable, Mapping
from typing import Final

from angarium.formats import duration
from angarium.formats.json import JSON
from angarium.formats.timezones import iana_name

_DURATIONS: Final = ("duration", "estimatedDuration")


def normalise(value: Mapping[str, JSON]) -> dict[str, JSON]:
    """An Event, a Task or a Group in the form of version 2.0; the given one is not changed."""
    made = dict(value)
    if made.get("version") == "1.0":
        made["version"] = "2.0"
    if isinstance(entries := made.get("entries"), list):
        made["entries"] = [normalise(entry) if isinstance(entry, dict) else entry for entry in entries]
    for step in _STEPS:
        step(made)
    return made


def _recurrence(made: dict[str, JSON]) -> None:
    """One rule is the rule; no rules are none."""
    rules = made.get("recurrenceRules")
    if isinstance(rules, list) and len(rules) == 1 and "recurrenceRule" not in made:
        made["recurrenceRule"] = rules[0]
        del made["recurrenceRules"]
    for name in ("recurrenceRules", "excludedRecurrenceRules"):
        if name in made and not made[name]:
            del made[name]
    if isinstance(overrides := made.get("recurrenceOverrides"), dict):
        made["recurrenceOverrides"] = {at: _override(patch) for at, patch in overrides.items()}


def _override(patch: JSON) -> JSON:
    """What is excluded says nothing else; what is inside a patch is brought to 2.0 like the rest."""
    if not isinstance(patch, dict) or not patch:
        return patch
    if patch.get("excluded") is True:
        return {"excluded": True}
    made = {path: value for path, value in patch.items() if path != "excluded" or value is not False}
    for step in (_durations, _color, _links, _virtual, _people):
        step(made)
    return made


def _zones(made: dict[str, JSON]) -> None:
    """A custom zone that names an IANA zone is that zone."""
    zones = made.get("timeZones")
    if not isinstance(zones, dict):
        return
    used = False
    for name in ("timeZone", "recurrenceIdTimeZone"):
        zone = made.get(name)
        if isinstance(zone, str) and zone.startswith("/"):
            definition = zones.get(zone)
            called = definition.get("tzId") if isinstance(definition, dict) else None
            known = iana_name(called) if isinstance(called, str) else iana_name(zone)
            made[name] = known or zone
            used = used or known is None
    if not used:
        del made["timeZones"]


def _end_zone(made: dict[str, JSON]) -> None:
    """A location at the end, in a zone of its own, is the end time zone."""
    locations = made.get("locations")
    if not isinstance(locations, dict):
        return
    zone = made.get("timeZone")
    ends = {
        str(location.get("timeZone"))
        for location in locations.values()
        if isinstance(location, dict) and location.get("relativeTo") == "end" and location.get("timeZone")
    }
    if len(ends) > 1:
        return
    for key, location in _entries(made, "locations"):
        if location.get("relativeTo") in ("start", "end") or location.get("timeZone") == zone:
            made_locations = made["locations"]
            if isinstance(made_locations, dict):
                kept = {name: each for name, each in location.items() if name not in ("relativeTo", "timeZone")}
                made_locations[key] = kept or {"name": ""}
    if isinstance(zone, str) and ends - {zone}:
        made.setdefault("endTimeZone", ends.pop())


def _organizer(made: dict[str, JSON]) -> None:
    """replyTo and sendTo name ways to be reached; one of them is the calendar address."""
    reply_to = made.get("replyTo")
    if isinstance(reply_to, dict) and (address := _address(reply_to)):
        made.setdefault("organizerCalendarAddress", address)
        del made["replyTo"]
    _people(made)


def _people(made: dict[str, JSON]) -> None:
    """Participants are reached by their calendar address; in a patch, those that are given whole."""
    for path, value in made.items():
        if path.startswith("participants/") and isinstance(value, dict):
            made[path] = copy = dict(value)
            _reached(copy)
    for _, participant in _entries(made, "participants"):
        _reached(participant)


def _reached(participant: dict[str, JSON]) -> None:
    send_to = participant.get("sendTo")
    if isinstance(send_to, dict) and (address := _address(send_to)):
        participant.setdefault("calendarAddress", address)
        del participant["sendTo"]


def _address(ways: Mapping[str, JSON]) -> str | None:
    found = ways.get("imip") or next(iter(ways.values()), None)
    return found if isinstance(found, str) else None


def _delegates(made: dict[str, JSON]) -> None:
    """Delegates and groups were ids of participants, and are calendar addresses."""
    participants = dict(_entries(made, "participants"))
    for participant in participants.values():
        for name in ("delegatedTo", "delegatedFrom", "memberOf"):
            if isinstance(found := participant.get(name), dict):
                participant[name] = {_address_of(key, participants): value for key, value in found.items()}


def _address_of(key: str, participants: Mapping[str, Mapping[str, JSON]]) -> str:
    address = participants[key].get("calendarAddress") if key in participants else None
    return address if isinstance(address, str) else key


def _links(made: dict[str, JSON]) -> None:
    """One purpose to display was a string."""
    for _, link in _entries(made, "links"):
        if isinstance(display := link.get("display"), str):
            link["display"] = {display: True}


def _virtual(made: dict[str, JSON]) -> None:
    """Virtual locations lose a description that is empty, which 1.0 had by default."""
    for name in ("locations", "virtualLocations"):
        for _, location in _entries(made, name):
            if location.get("description") == "":
                del location["description"]


def _alerts(made: dict[str, JSON]) -> None:
    """A snooze was told as a parent."""
    for _, alert in _entries(made, "alerts"):
        for _, relation in _entries(alert, "relatedTo"):
            if relation.get("relation") == {"parent": True}:
                relation["relation"] = {"snooze": True}


def _color(made: dict[str, JSON]) -> None:
    """Three digits are six."""
    color = made.get("color")
    if isinstance(color, str) and len(color) == 4 and color[0] == "#":
        made["color"] = "#" + "".join(digit * 2 for digit in color[1:])


def _durations(made: dict[str, JSON]) -> None:
    """Durations that leave a part out between others are filled in."""
    for name in _DURATIONS:
        text = made.get(name)
        if isinstance(text, str) and not duration.is_duration(text):
            found = duration.parse(text)
            if found is not None and found.days >= 0 and found.seconds >= 0:
                made[name] = duration.write(found)


def _entries(made: dict[str, JSON], name: str) -> list[tuple[str, dict[str, JSON]]]:
    """The objects of a map, each replaced by a copy that may be changed."""
    found = made.get(name)
    if not isinstance(found, dict):
        return []
    copies = {key: dict(value) if isinstance(value, dict) else value for key, value in found.items()}
    made[name] = copies
    return [(key, value) for key, value in copies.items() if isinstance(value, dict)]


_STEPS: Final[tuple[Callable[[dict[str, JSON]], None], ...]] = (
    *(_recurrence, _zones, _end_zone, _organizer, _delegates, _links, _virtual, _alerts, _color, _durations),
)
