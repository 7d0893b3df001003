"""JSCalendar 2.0: validity, version 1.0 brought to it, instances of recurring events."""

from angarium.formats.jscalendar.check import check
from angarium.formats.jscalendar.normalise import normalise
from angarium.formats.jscalendar.overrides import NEVER_PATCHED, anchor, difference, instance, is_excluded, is_ignored
from angarium.formats.jscalendar.series import Instance, Series, series, span
from angarium.formats.objects import Problem

__all__ = [
    "NEVER_PATCHED",
    "Instance",
    "Problem",
    "Series",
    "anchor",
    "check",
    "difference",
    "instance",
    "is_excluded",
    "is_ignored",
    "normalise",
    "series",
    "span",
]
