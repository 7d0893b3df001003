"""RELATED-TO to relatedTo and back (draft-ietf-calext-jscalendar-icalendar §2.3.35)."""

from collections.abc import Mapping

from angarium.formats import objects
from angarium.formats.contentline import Line, escape, unescape
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.json import JSON
from angarium.formats.pointer import escape as token

_relation = objects.one_of("first next child parent snooze")


def read(draft: Draft, line: Line) -> None:
    """Add a Relation by the UID that it names; an empty one, or one of another value type, is kept."""
    uid = unescape(line.value)
    kinds = [each.strip().lower() for each in line.parameters.get("RELTYPE", ())]
    if not uid or (line.first("VALUE") or "TEXT").upper() not in ("TEXT", "UID") or any(map(_relation, kinds)):
        draft.keep(line)
        return
    related = draft.made.setdefault("relatedTo", {})
    if isinstance(related, dict):
        found = related.setdefault(uid, {"@type": "Relation"})
        if isinstance(found, dict) and kinds:
            relation = found.setdefault("relation", {})
            if isinstance(relation, dict):
                relation |= dict.fromkeys(kinds, True)
        draft.converted(f"relatedTo/{token(uid)}", line, ("RELTYPE",))


def write(made: dict[str, JSON], notes: Notes, names: Mapping[str, str] | None = None) -> list[Line]:
    """The lines of `relatedTo`, a line for each kind; `names` gives the value to write for a key."""
    related = made.get("relatedTo")
    if not isinstance(related, dict):
        return []
    lines = []
    for key, relation in related.items():
        kinds = relation.get("relation") if isinstance(relation, dict) else None
        value = escape((names or {}).get(key, key))
        parameters = notes.parameters(f"relatedTo/{token(key)}", "RELATED-TO")
        if isinstance(kinds, dict) and kinds:
            lines += [Line("RELATED-TO", value, {**parameters, "RELTYPE": [kind.upper()]}) for kind in kinds]
        else:
            lines.append(Line("RELATED-TO", value, parameters))
    return lines
