"""VALARM to Alert and back (draft-ietf-calext-jscalendar-icalendar §2.2.2, §2.3.1, §2.3.2, §2.3.44, §3.1; RFC 9074).

REPEAT and DURATION are kept as they are: nothing here counts to them.
"""

from collections.abc import Callable
from typing import Final

from angarium.formats import duration
from angarium.formats.contentline import Component, Line, escape, unescape
from angarium.formats.icalendar import keys, moments, relations
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.icalendar.places import is_derived
from angarium.formats.json import JSON

_ACTIONS: Final = frozenset({"DISPLAY", "EMAIL"})
MOST: Final = 1_000
"""More alarms of one entry are kept and not read."""


def read(draft: Draft, component: Component) -> bool:
    """Fill `alerts`; whether every VALARM could be read. The others are kept."""
    alerts: dict[str, dict[str, JSON]] = {}
    uids: dict[str, str] = {}
    whole = True
    for each in component.components:
        if each.name != "VALARM":
            continue
        found = _alert(each) if len(alerts) < MOST else None
        if found is None:
            draft.keep_component(each)
            whole = False
            continue
        key, uid, alert = found
        key = draft.free(key, alerts)
        draft.adopt(alert, f"alerts/{key}")
        alerts[key] = alert.finish("valarm")
        if uid is not None:
            uids.setdefault(uid, key)
    for made in alerts.values():
        if isinstance(related := made.get("relatedTo"), dict):
            made["relatedTo"] = {uids.get(uid) or keys.of_uid(uid): relation for uid, relation in related.items()}
    if alerts:
        draft.made["alerts"] = dict(alerts)
    return whole


def _alert(component: Component) -> tuple[str, str | None, Draft] | None:
    """The key, the UID and the Alert of a VALARM; None for one that does not say when it rings."""
    draft = Draft("Alert")
    key = uid = None
    for line in component.lines:
        match line.name:
            case "JSID":
                key = keys.given(unescape(line.value))
            case "RELATED-TO":
                relations.read(draft, line)
            case "JSPROP":
                draft.jsprops.append(line)
            case "DESCRIPTION" | "SUMMARY" if is_derived(line):
                pass
            case _ if not _member(draft, line):
                uid = unescape(line.value) if line.name == "UID" and uid is None else uid
                draft.keep(line)
    if "trigger" not in draft.made:
        return None
    for inner in component.components:
        draft.keep_component(inner)
    if "action" not in draft.made and component.first("ACTION") is None:
        draft.made["action"] = "display"
    content = component.name + "".join(f"\n{line.name}:{line.value}" for line in component.lines)
    return key or (keys.of_uid(uid) if uid else keys.of_value(content)), uid, draft


def _member(draft: Draft, line: Line) -> bool:
    """Set the member that a property is; whether it is one, and the first of its name."""
    member = _MEMBERS.get(line.name)
    value = _MEMBERS[line.name][1](line) if member and member[0] not in draft.made else None
    if member is None or value is None:
        return False
    draft.made[member[0]] = value
    draft.converted(member[0], line, ("RELATED",))
    return True


def _action(line: Line) -> JSON:
    action = line.value.strip()
    return action.lower() if action.upper() in _ACTIONS else None


def _acknowledged(line: Line) -> JSON:
    return moments.to_utc_text(line.value)


def _trigger(line: Line) -> JSON:
    text = line.value.strip()
    if at := moments.parse(text):
        return {"@type": "AbsoluteTrigger", "when": moments.utc_text(at.seconds)}
    if not duration.is_signed(text):
        found = duration.parse(text.upper())
        if found is None:
            return None
        text = duration.write(found)
    trigger: dict[str, JSON] = {"@type": "OffsetTrigger", "offset": text}
    if (line.first("RELATED") or "").upper() == "END":
        trigger["relativeTo"] = "end"
    return trigger


_MEMBERS: Final[dict[str, tuple[str, Callable[[Line], JSON]]]] = {
    "TRIGGER": ("trigger", _trigger),
    "ACTION": ("action", _action),
    "ACKNOWLEDGED": ("acknowledged", _acknowledged),
}


def write(made: dict[str, JSON], outer: Notes) -> list[Component]:
    """The components of `alerts`."""
    found = made.get("alerts")
    alerts = {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}
    wanted = {key for alert in alerts.values() for key in _related(alert)}
    uids = {key: _uid(alert, key if key in wanted else None) for key, alert in alerts.items()}
    title = made.get("title")
    said = title if isinstance(title, str) and title else "Reminder"
    named = {key: uid or key for key, uid in uids.items()}
    return [_component(key, alert, uids[key], named, said, outer) for key, alert in alerts.items()]


def _related(alert: dict[str, JSON]) -> list[str]:
    related = alert.get("relatedTo")
    return list(related) if isinstance(related, dict) else []


def _uid(alert: dict[str, JSON], otherwise: str | None) -> str | None:
    return next((unescape(line.value) for line in Notes(alert).lines if line.name == "UID"), otherwise)


def _component(
    key: str, alert: dict[str, JSON], uid: str | None, named: dict[str, str], said: str, outer: Notes
) -> Component:
    notes = Notes(alert)
    kept = {line.name for line in notes.lines}
    lines = [Line("UID", escape(uid), {})] if uid is not None and "UID" not in kept else []
    if uid is None or key != keys.of_uid(uid) or key in outer.forced:
        lines.append(Line("JSID", escape(key), {}))
    lines += _trigger_lines(alert.get("trigger"), notes)
    action = alert.get("action")
    if isinstance(action, str) and action.upper() in _ACTIONS:
        lines.append(Line("ACTION", action.upper(), notes.parameters("action", "ACTION")))
    elif "ACTION" not in kept:
        lines.append(Line("ACTION", "DISPLAY", {}))
    if isinstance(at := alert.get("acknowledged"), str):
        lines.append(Line("ACKNOWLEDGED", moments.from_utc_text(at), notes.parameters("acknowledged", "ACKNOWLEDGED")))
    lines += relations.write(alert, notes, named)
    # RFC 5545 §3.6.6 wants them; who reads them knows that they only repeat the title.
    for name in ("DESCRIPTION", "SUMMARY") if action == "email" else ("DESCRIPTION",):
        if name not in kept and (action in ("display", "email") or "ACTION" not in kept):
            lines.append(Line(name, escape(said), {"DERIVED": ["TRUE"]}))
    return Component("VALARM", lines + notes.lines, notes.components)


def _trigger_lines(trigger: JSON, notes: Notes) -> list[Line]:
    if not isinstance(trigger, dict):
        return []
    parameters = notes.parameters("trigger", "TRIGGER")
    if isinstance(when := trigger.get("when"), str):
        return [Line("TRIGGER", moments.from_utc_text(when), {**parameters, "VALUE": ["DATE-TIME"]})]
    offset = trigger.get("offset")
    if not isinstance(offset, str):
        return []
    if trigger.get("relativeTo") == "end":
        parameters["RELATED"] = ["END"]
    return [Line("TRIGGER", offset, parameters)]
