"""iCalendar (RFC 5545 and its extensions) to JSCalendar and back."""

from angarium.formats.icalendar.links import Fetch, Store
from angarium.formats.icalendar.reading import Calendar, Problem, parse
from angarium.formats.icalendar.writing import Writer, write

__all__ = ["Calendar", "Fetch", "Problem", "Store", "Writer", "parse", "write"]
