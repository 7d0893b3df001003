"""ORGANIZER, ATTENDEE and PARTICIPANT to participants and back.

draft-ietf-calext-jscalendar-icalendar §2.2.1, §2.3.4, §2.3.5, §2.3.29, §3.6.
"""

import re
from types import MappingProxyType
from typing import Final

from angarium.formats import objects
from angarium.formats.contentline import Component, Line, escape, unescape
from angarium.formats.icalendar import descriptions, keys, links, rows
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON

_KINDS: Final = MappingProxyType(
    {"INDIVIDUAL": "individual", "GROUP": "group", "RESOURCE": "resource", "ROOM": "location"}
)
_CUTYPES: Final = MappingProxyType({kind: name for name, kind in _KINDS.items()})
_ROLES: Final = MappingProxyType(
    {
        "CHAIR": "chair",
        "REQ-PARTICIPANT": "required",
        "OPT-PARTICIPANT": "optional",
        "NON-PARTICIPANT": "informational",
        "OWNER": "owner",
    }
)
"""In the order in which one of several is chosen (jscalendarbis §3.4.5)."""
_PROGRESS: Final = frozenset({"completed", "in-process", "failed"})
_LISTS: Final = MappingProxyType(
    {"DELEGATED-TO": "delegatedTo", "DELEGATED-FROM": "delegatedFrom", "MEMBER": "memberOf"}
)
_MAIL: Final = re.compile(r"[^\s\x00-\x1f\x7f<>@\"]+@[^\s\x00-\x1f\x7f<>@,;]+\Z")
_OF_ORGANIZER: Final = frozenset({"@type", "calendarAddress", "roles", "name", "email", "sentBy"})
_OF_COMPONENT: Final = frozenset({"description", "links", "percentComplete", "iCalendar"})
_status = objects.one_of("needs-action accepted declined tentative delegated")


class People:
    """The participants of one entry, by address."""

    def __init__(self, draft: Draft, *, task: bool) -> None:
        self._draft = draft
        self._task = task
        self._keys: dict[str, str] = {}
        self._found: dict[str, dict[str, JSON]] = {}

    def read(self, component: Component, named: dict[str, list[Line]], store: links.Store | None) -> None:
        """Fill `participants` and `organizerCalendarAddress`."""
        for each in component.components:
            if each.name == "PARTICIPANT":
                self._component(each, store)
        attendees = named.get("ATTENDEE", [])
        for line in attendees:
            self._attendee(line)
        owned = any((line.first("ROLE") or "").upper() == "OWNER" for line in attendees)
        organizer = None
        for line in named.get("ORGANIZER", ()):
            if organizer is None and (organizer := calendar_address(line.value)) is not None:
                self._organizer(line, organizer, owned)
            else:
                self._draft.keep(line)
        if self._found:
            self._draft.made["participants"] = dict(self._found)

    def _participant(self, address: str, jsid: str | None) -> tuple[str, dict[str, JSON]]:
        folded = address.lower()
        key = self._keys.get(folded)
        if key is None:
            key = self._draft.free(keys.given(jsid) or keys.of_value(address), self._found)
            self._keys[folded] = key
            self._found[key] = {"@type": "Participant", "calendarAddress": address}
        return key, self._found[key]

    def _attendee(self, line: Line) -> None:
        address = calendar_address(line.value)
        if address is None:
            self._draft.keep(line)
            return
        key, made = self._participant(address, line.first("JSID"))
        used = _common(made, line)
        parameters = line.parameters
        kind = _KINDS.get((line.first("CUTYPE") or "").upper())
        if kind:
            made.setdefault("kind", kind)
            used.add("CUTYPE")
        role = _ROLES.get((line.first("ROLE") or "").upper())
        if role:
            roles = made.setdefault("roles", {})
            if isinstance(roles, dict):
                roles[role] = True
            used.add("ROLE")
        status = (line.first("PARTSTAT") or "").lower()
        if self._task and status in _PROGRESS:
            made["participationStatus"], made["progress"] = "accepted", status
            used.add("PARTSTAT")
        elif status and not _status(status):
            made["participationStatus"] = status
            used.add("PARTSTAT")
        if "RSVP" in parameters:
            used.add("RSVP")
            if (line.first("RSVP") or "").upper() == "TRUE":
                made["expectReply"] = True
        for name, member in _LISTS.items():
            addresses = [calendar_address(each) for each in parameters.get(name, ())]
            if addresses and None not in addresses:
                made[member] = {each: True for each in addresses if each}
                used.add(name)
        self._draft.converted(f"participants/{key}/calendarAddress", line, used)

    def _organizer(self, line: Line, address: str, owned: bool) -> None:
        self._draft.made["organizerCalendarAddress"] = address
        trial: dict[str, JSON] = {}
        used = _common(trial, line)
        if trial or not owned or address.lower() in self._keys:
            _, made = self._participant(address, line.first("JSID"))
            for name, value in trial.items():
                made.setdefault(name, value)
            if trial or not owned:
                roles = made.setdefault("roles", {})
                if isinstance(roles, dict):
                    roles["owner"] = True
        self._draft.converted("organizerCalendarAddress", line, used)

    def _component(self, component: Component, store: links.Store | None) -> None:
        draft = Draft("Participant")
        key = uid = None
        address: Line | None = None
        written = descriptions.Reader(draft)
        for line in component.lines:
            match line.name:
                case "JSID":
                    key = keys.given(unescape(line.value))
                case "SUMMARY" if line.value and "name" not in draft.made:
                    draft.made["name"] = unescape(line.value)
                    draft.converted("name", line)
                case "CALENDAR-ADDRESS" if address is None and calendar_address(line.value):
                    address = line
                case "DESCRIPTION" | "STYLED-DESCRIPTION":
                    written.take(line)
                case "ATTACH" | "IMAGE" | "LINK":
                    links.read(draft, line, store)
                case "JSPROP":
                    draft.jsprops.append(line)
                case "PERCENT-COMPLETE" if self._task:
                    rows.read(draft, rows.PERCENT, line)
                case _:
                    uid = unescape(line.value) if line.name == "UID" and uid is None else uid
                    draft.keep(line)
        written.finish()
        for inner in component.components:
            draft.keep_component(inner)
        self._add(draft, component, key, uid, address)

    def _add(self, draft: Draft, component: Component, key: str | None, uid: str | None, address: Line | None) -> None:
        """Give what a PARTICIPANT became its key, and its address."""
        reached = calendar_address(address.value) if address is not None else None
        own = keys.of_uid(uid) if uid else keys.of_value(_content(component))
        made_key = key or (keys.of_value(reached) if reached else own)
        if uid is None:
            draft.keep(Line("UID", made_key, {}))
        if address is not None and reached:
            draft.made["calendarAddress"] = reached
            draft.converted("calendarAddress", address, always=True)
        made_key = self._draft.free(made_key, self._found)
        if reached:
            self._keys.setdefault(reached.lower(), made_key)
        self._draft.adopt(draft, f"participants/{made_key}")
        self._found[made_key] = draft.finish("participant", always=True)


def calendar_address(value: str) -> str | None:
    """The URI of a CAL-ADDRESS, `mailto:` in lower case and put before a bare e-mail address; None for no address."""
    text = value.strip()
    if text[:7].lower() == "mailto:":
        text = "mailto:" + text[7:].strip()
        return text if _MAIL.match(text[7:]) and not objects.uri(text) else None
    if _MAIL.match(text) and ":" not in text:
        text = "mailto:" + text
    return None if objects.uri(text) or text.endswith(":") else text


def _common(made: dict[str, JSON], line: Line) -> set[str]:
    """CN, EMAIL and SENT-BY, which ORGANIZER and ATTENDEE share; what was used of them."""
    used = set()
    if name := line.first("CN"):
        made.setdefault("name", name)
        used.add("CN")
    if (email := line.first("EMAIL")) and _MAIL.match(email):
        made.setdefault("email", email)
        used.add("EMAIL")
    sent_by = line.first("SENT-BY")
    if sent_by and sent_by[:7].lower() == "mailto:" and _MAIL.match(sent_by[7:]):
        made.setdefault("sentBy", sent_by[7:])
        used.add("SENT-BY")
    return used


def _content(component: Component) -> str:
    return component.name + "".join(f"\n{line.name}:{line.value}" for line in component.lines)


def write(
    made: dict[str, JSON], notes: Notes, fetch: links.Fetch | None, *, task: bool
) -> tuple[list[Line], list[Component]]:
    """The lines and components of `participants` and `organizerCalendarAddress`."""
    found = made.get("participants")
    people = {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}
    organizer = made.get("organizerCalendarAddress")
    organizer = organizer if isinstance(organizer, str) else None
    lines: list[Line] = []
    components = []
    asking = None
    for key, person in people.items():
        address = person.get("calendarAddress")
        asks = organizer is not None and isinstance(address, str) and address.lower() == organizer.lower()
        if asks and asking is None:
            asking = key
        only_asks = asks and set(person) <= _OF_ORGANIZER and person.get("roles", {"owner": True}) == {"owner": True}
        by_component = Notes(person).name("calendarAddress") == "CALENDAR-ADDRESS"
        if isinstance(address, str) and not only_asks and not (by_component and not _has_parameters(person)):
            lines.append(_to_attendee(key, person, notes, asks=asks, task=task))
        if not _OF_COMPONENT.isdisjoint(person) or not isinstance(address, str):
            components.append(_to_component(key, person, notes, fetch))
    if organizer is not None:
        lines.insert(0, _to_organizer(organizer, asking, people.get(asking or "", {}), notes))
    return lines, components


def _has_parameters(person: dict[str, JSON]) -> bool:
    """Whether a participant has what only ATTENDEE can say."""
    return not set(person) <= _OF_COMPONENT | {"@type", "name", "calendarAddress", "descriptionContentType"}


def _shared(person: dict[str, JSON]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, member in (("CN", "name"), ("EMAIL", "email")):
        if isinstance(value := person.get(member), str) and value:
            found[name] = [value]
    if isinstance(sent_by := person.get("sentBy"), str):
        found["SENT-BY"] = [f"mailto:{sent_by}"]
    return found


def _to_organizer(address: str, key: str | None, person: dict[str, JSON], notes: Notes) -> Line:
    parameters = notes.parameters("organizerCalendarAddress", "ORGANIZER") | _shared(person)
    if key is not None:
        parameters |= notes.jsid(key, keys.of_value(address))
    return Line("ORGANIZER", address, parameters)


def _to_attendee(key: str, person: dict[str, JSON], notes: Notes, *, asks: bool, task: bool) -> Line:
    address = str(person["calendarAddress"])
    parameters = notes.parameters(f"participants/{key}/calendarAddress", "ATTENDEE") | _shared(person)
    parameters |= notes.jsid(key, keys.of_value(address))
    if cutype := _CUTYPES.get(str(person.get("kind"))):
        parameters["CUTYPE"] = [cutype]
    roles = person.get("roles")
    if isinstance(roles, dict):
        role = next((name for name, each in _ROLES.items() if each in roles and not (asks and each == "owner")), None)
        # `attendee` of version 1.0 is what every ATTENDEE is.
        parameters |= {"ROLE": [role]} if role else {}
    status, progress = person.get("participationStatus"), person.get("progress")
    if task and isinstance(progress, str):
        parameters["PARTSTAT"] = [progress.upper()]
    elif isinstance(status, str):
        parameters["PARTSTAT"] = [status.upper()]
    if person.get("expectReply") is True:
        parameters["RSVP"] = ["TRUE"]
    for name, member in _LISTS.items():
        if isinstance(addresses := person.get(member), dict) and addresses:
            parameters[name] = list(addresses)
    return Line("ATTENDEE", address, parameters)


def _to_component(key: str, person: dict[str, JSON], outer: Notes, fetch: links.Fetch | None) -> Component:
    notes = Notes(person)
    address = person.get("calendarAddress")
    uid = next((unescape(line.value) for line in notes.lines if line.name == "UID"), None)
    lines = [] if uid is not None else [Line("UID", escape(key), {})]
    derived = keys.of_value(address) if isinstance(address, str) else keys.of_uid(uid or key)
    if key in outer.forced or key != derived:
        lines.append(Line("JSID", escape(key), {}))
    if isinstance(address, str):
        lines.append(Line("CALENDAR-ADDRESS", address, notes.parameters("calendarAddress", "CALENDAR-ADDRESS")))
    if isinstance(name := person.get("name"), str) and name:
        lines.append(Line("SUMMARY", escape(name), notes.parameters("name", "SUMMARY")))
    lines += descriptions.write(person, notes)
    if "percentComplete" in person:
        lines.append(Line("PERCENT-COMPLETE", str(person["percentComplete"]), {}))
    lines += links.write(person, notes, fetch)
    return Component("PARTICIPANT", lines + notes.lines, notes.components)
