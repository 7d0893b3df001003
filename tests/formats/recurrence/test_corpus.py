"""Rules with the instances that they must give, collected by others; read from the shared corpora where they are."""

from pathlib import Path

import pytest

from angarium.formats.localtime import END, format_local
from angarium.formats.recurrence import Work, occurrences
from tests.formats.recurrence.rules import local, rule, seconds

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "recur" / "icalrecur_test.txt"


def cases() -> list[dict[str, str]]:
    if not CORPUS.exists():
        return []
    blocks = (block.splitlines() for block in CORPUS.read_text().split("\n\n"))
    found = [dict(line.split(":", 1) for line in block if ":" in line and line[0] != "#") for block in blocks]
    return [case for case in found if "RRULE" in case]


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpora are not there")
@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['DTSTART']} {case['RRULE'][:80]}")
def test_a_rule_gives_its_instances(case: dict[str, str]) -> None:
    start = case["DTSTART"].strip()
    found = occurrences(rule(case["RRULE"], len(start) == 8), seconds(start), 0, END, Work())
    if "UNIMPLEMENTED" in case["INSTANCES"]:
        # The collection's own library gives none; this is what the rule says: 30 December in week 1.
        expected = ["20241230", "20251230", "20301230", "20311230"]
    else:
        expected = case["INSTANCES"].strip().split(",")
    assert [format_local(at) for at in found] == [local(one.strip()) for one in expected]
