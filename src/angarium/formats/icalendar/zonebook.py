"""What the TZIDs of one file mean: IANA zones, zones of the file that are one of them, and zones that are none.

draft-ietf-calext-jscalendar-icalendar §2.1.4.
"""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from angarium.formats.contentline import Component, unescape
from angarium.formats.icalendar.customzone import CustomZone, matching
from angarium.formats.localtime import DAY, END
from angarium.formats.timezones import UTC_NAME, iana_name, names, to_local, to_utc, zone

_RANGE: Final = 2 * 366 * DAY
_BLOCK: Final = 366 * DAY
_LONGEST: Final = 30
_MOST_KEPT: Final = 100
_MOST_KEPT_TEXT: Final = 5_000
_MOST_WORK: Final = 1_000_000
"""So many octets of definitions are worked out for one file; after that what was found before counts, or the name."""
_WORK_OF_ANY: Final = 500


@dataclass(frozen=True, slots=True)
class Resolved:
    """A zone: its IANA name, None for floating time; `custom` when it is none, and times become UTC.

    `foreign` says that the file called it otherwise, `definition` what a zone without equal is.
    """

    name: str | None
    zone: tzinfo | None
    custom: CustomZone | None = None
    foreign: bool = False
    definition: Component | None = None

    def to_utc(self, local: int) -> int:
        """The UTC of a local time; of a floating one, itself."""
        if self.custom is not None:
            return self.custom.to_utc(local)
        return local if self.zone is None else to_utc(self.zone, local)

    def to_local(self, utc: int) -> int:
        """The time that an entry of this zone shows: local, or UTC where the zone is a custom one."""
        return utc if self.zone is None else to_local(self.zone, utc)


FLOATING: Final = Resolved(None, None)


class ZoneBook:
    """The zones of one file; a zone of its own is looked at once for each year that its entries begin in."""

    def __init__(self, calendar: Component) -> None:
        self._definitions: dict[str, Component] = {}
        for each in calendar.components:
            if each.name == "VTIMEZONE" and (line := each.first("TZID")) is not None:
                self._definitions.setdefault(unescape(line.value), each)
        self._known: dict[tuple[str, int], Resolved] = {}
        self.utc = Resolved(UTC_NAME, zone(UTC_NAME))
        self._latest: dict[str, Resolved] = {}
        self._work = _MOST_WORK
        self._kept = 0
        self.unknown: set[str] = set()

    def resolve(self, tzid: str, near: int, *, long: bool) -> Resolved:
        """What a TZID means for an entry around a time; `long` for one that recurs."""
        if tzid in names():
            return self._iana((tzid, 0), tzid, foreign=False)
        definition = self._definitions.get(tzid)
        block = near // _BLOCK * 2 + long if definition is not None else 0
        found = self._known.get((tzid, block))
        return found or self._foreign(tzid, definition, block, near, long=long)

    def keeps(self, found: Resolved) -> Component | None:
        """The definition to keep with an entry: of a zone without equal, when it is short, for the first of a file."""
        definition = found.definition
        if definition is None or len(definition.components) > _LONGEST or self._kept >= _MOST_KEPT:
            return None
        parts = (definition, *definition.components)
        if (
            sum(len(each.lines) + len(each.components) for each in parts) > 8 * _LONGEST
            or _size(definition) > _MOST_KEPT_TEXT
        ):
            return None
        self._kept += 1
        return definition

    def _iana(self, key: tuple[str, int], name: str, *, foreign: bool) -> Resolved:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Resolved(name, zone(name), foreign=foreign)
        return found

    def _foreign(self, tzid: str, definition: Component | None, block: int, near: int, *, long: bool) -> Resolved:
        latest = self._latest.get(tzid)
        if definition is not None:
            self._work -= _size(definition) + _WORK_OF_ANY
            if self._work < 0 and latest is not None:
                return latest
        first = near // _BLOCK * _BLOCK
        last = min(first + (_RANGE if long else 0) + _BLOCK, END - 1)
        custom = CustomZone(definition, first, last) if definition is not None and self._work >= 0 else None
        custom = custom if custom is not None and custom.known else None
        called = (_said(definition), tzid, latest.name if latest is not None else None)
        name = (matching(custom, called, first, last) if custom is not None else None) or iana_name(tzid)
        if name is not None:
            found = self._iana((tzid, block), name, foreign=True)
        elif custom is not None:
            found = Resolved(UTC_NAME, self.utc.zone, custom, foreign=True, definition=definition)
            self._known[tzid, block] = found
        else:
            self.unknown.add(tzid)
            return FLOATING
        self._latest[tzid] = found
        return found


def _said(definition: Component | None) -> str | None:
    """The zone that a definition itself says it is from."""
    line = definition.first("X-LIC-LOCATION") if definition is not None else None
    return unescape(line.value) if line is not None else None


def _size(definition: Component) -> int:
    return sum(len(line.value) for each in (definition, *definition.components) for line in each.lines)
