"""Rules and times of tests, written as iCalendar writes them."""

from itertools import islice

from angarium.formats.icalendar import recur
from angarium.formats.localtime import END, format_local, parse_local
from angarium.formats.recurrence import Rule, Work, occurrences, read


def local(text: str) -> str:
    """A DATE or DATE-TIME of iCalendar as LocalDateTime."""
    time = text[9:15] or "000000"
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{time[:2]}:{time[2:4]}:{time[4:6]}"


def seconds(text: str) -> int:
    """A DATE or DATE-TIME of iCalendar in seconds."""
    found = parse_local(local(text))
    assert found is not None
    return found


def rule(text: str, whole_days: bool = False) -> Rule:
    return read(recur.parse(text, local, whole_days))


def times(
    text: str,
    start: str,
    after: str | None = None,
    before: str | None = None,
    most: int = 100,
    work: Work | None = None,
) -> list[str]:
    """The first occurrences of a rule in a window, as LocalDateTime."""
    begin = seconds(start)
    window = (0 if after is None else seconds(after), END if before is None else seconds(before))
    found = occurrences(rule(text, len(start) == 8), begin, *window, work or Work())
    return [format_local(at) for at in islice(found, most)]
