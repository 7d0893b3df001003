"""``python -m bench.icalendar_parse FILE``: what an import of iCalendar is held against, another library's bare parse.

Only the parse may live here: nothing is kept, converted or stored.
"""

import sys
from pathlib import Path

from icalendar import Calendar


def main() -> None:
    """Parse the file, and say how many events it holds."""
    parsed = Calendar.from_ical(Path(sys.argv[1]).read_bytes())
    print(len(parsed.walk("VEVENT")))


if __name__ == "__main__":
    main()
