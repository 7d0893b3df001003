"""Random and damaged iCalendar, entries, and rules: total, valid, and bounded."""

from contextlib import suppress

from hypothesis import strategies as st

from angarium.formats.errors import FormatError
from angarium.formats.icalendar import parse, write
from angarium.formats.jscalendar import check, normalise, series
from angarium.formats.json import JSON
from angarium.formats.recurrence import TooMuchWork, Work
from tests.formats.icalendar.soup import damaged, files
from tests.fuzz.conftest import Fuzz

NAMES = [
    "start",
    "duration",
    "timeZone",
    "recurrenceRule",
    "recurrenceOverrides",
    "participants",
    "alerts",
    "locations",
]
NAMES += [
    "recurrenceRules",
    "excludedRecurrenceRules",
    "replyTo",
    "timeZones",
    "links",
    "title",
    "iCalendar",
    "frequency",
]
NAMES += ["trigger", "offset", "byDay", "byMonth", "count", "until", "entries", "uid", "@type", "excluded", "a/b", "~2"]
WORDS = [
    "Event",
    "Task",
    "Group",
    "daily",
    "2026-01-05T09:00:00",
    "P1D",
    "-PT5M",
    "Europe/Vienna",
    "",
    "mailto:a@b",
    "/x",
]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES + WORDS), inner, max_size=5),
    max_leaves=20,
)


def test_any_octets_give_entries_that_are_valid_and_can_be_written(fuzz: Fuzz) -> None:
    def run(octets: bytes) -> None:
        found = parse(octets)
        for entry in found.entries:
            given: dict[str, JSON] = {"uid": "u", **entry}
            if entry["@type"] == "Event":
                given = {"start": "2026-01-01T00:00:00", **given}
            assert check(given) == []
        write(found.entries, "-//T//T//EN", found.method, group=found.group)
        write(found.entries, "-//T//T//EN", lossless=False)

    fuzz(files | damaged | st.binary(max_size=200), run)


def test_any_value_is_normalised_and_checked(fuzz: Fuzz) -> None:
    def run(value: dict[str, JSON]) -> None:
        made = normalise(value)
        check(value)
        if check(made) == [] and made.get("@type") != "Group":
            found = series(made)
            with suppress(TooMuchWork):
                if found is not None:
                    found.instances(0, 10**12, Work(2_000))
            write([made], "-//T//T//EN")
        else:
            with suppress(FormatError):
                series(made)

    kinds: st.SearchStrategy[JSON] = st.sampled_from(["Event", "Task", "Group"])
    start: st.SearchStrategy[JSON] = st.just("2026-01-05T09:00:00")
    fuzz(
        st.fixed_dictionaries({"@type": kinds, "uid": st.just("u"), "start": start}).flatmap(
            lambda base: st.dictionaries(st.sampled_from(NAMES), values, max_size=5).map(lambda more: {**more, **base})
        ),
        run,
    )
