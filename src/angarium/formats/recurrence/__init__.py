"""Recurrence rules: reading them and walking their occurrences (jscalendarbis §3.3.3, RFC 5545 §3.3.10)."""

from angarium.formats.recurrence.rule import FREQUENCIES, SKIPS, WEEKDAYS, Rule, RuleError, read
from angarium.formats.recurrence.walk import last_occurrence, occurrences
from angarium.formats.recurrence.work import TooMuchWork, Work

__all__ = [
    "FREQUENCIES",
    "SKIPS",
    "WEEKDAYS",
    "Rule",
    "RuleError",
    "TooMuchWork",
    "Work",
    "last_occurrence",
    "occurrences",
    "read",
]
