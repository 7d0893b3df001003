"""DESCRIPTION and STYLED-DESCRIPTION to description and descriptionContentType, and back.

draft-ietf-calext-jscalendar-icalendar §2.3.13, §2.3.41, §3.2.
"""

import re
from typing import Final

from angarium.formats.contentline import Line, escape, unescape
from angarium.formats.icalendar.draft import Draft, Notes
from angarium.formats.icalendar.places import is_derived
from angarium.formats.json import JSON

NAMES: Final = frozenset({"DESCRIPTION", "STYLED-DESCRIPTION"})
_TEXT: Final = re.compile(r"[Tt][Ee][Xx][Tt]/[\w!#$&^.+-]+\Z", re.ASCII)
_PLAIN: Final = "text/plain"


class Reader:
    """Takes the descriptions of one component; the styled one goes before the plain."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._plain: list[Line] = []
        self._styled: list[Line] = []

    def take(self, line: Line) -> None:
        """Look at one property."""
        if line.name == "DESCRIPTION":
            if not is_derived(line):
                self._plain.append(line)
        elif is_derived(line) or (line.first("VALUE") or "TEXT").upper() != "TEXT" or not _TEXT.match(_type(line)):
            self._draft.keep(line)
        else:
            self._styled.append(line)

    def finish(self) -> None:
        """Set what was found, and keep the rest."""
        if not self._styled and not self._plain:
            return
        chosen, *others = [*self._styled, *self._plain]
        if chosen.value:
            self._draft.made["description"] = unescape(chosen.value)
            if chosen.name == "STYLED-DESCRIPTION":
                self._draft.made["descriptionContentType"] = _type(chosen)
            self._draft.converted("description", chosen, ("FMTTYPE",) if chosen.name != "DESCRIPTION" else ())
        for line in others:
            self._draft.keep(line)


def _type(line: Line) -> str:
    return line.first("FMTTYPE") or _PLAIN


def write(made: dict[str, JSON], notes: Notes) -> list[Line]:
    """The line of `description`."""
    text = made.get("description")
    if not isinstance(text, str) or not text:
        return []
    kind = made.get("descriptionContentType")
    if not isinstance(kind, str):
        return [Line("DESCRIPTION", escape(text), notes.parameters("description", "DESCRIPTION"))]
    parameters = {**notes.parameters("description", "STYLED-DESCRIPTION"), "VALUE": ["TEXT"], "FMTTYPE": [kind]}
    return [Line("STYLED-DESCRIPTION", escape(text), parameters)]
