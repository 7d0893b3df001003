"""`python -m tests.report`: writes what the long runs counted between the markers of docs/reliability.md.

Every figure of that page comes from build/figures/ or is a goal. A run that is not over, or in which something failed,
is told as it is.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.markers import replace_sections

from tests.fuzz.traced import OWN
from tests.goals import (
    CLIENTS,
    ENDS,
    GOALS,
    LEAKS,
    LIVES,
    POINTS_OF_LIVES,
    POWER,
    RESCUE,
    ROUND_TRIP,
    TWO_FAILURES,
    UPGRADE,
    Figures,
)

PAGE = Path("docs/reliability.md")
NOTHING = "–"
EACH = "each"
"""How many things were counted, and not how often."""

COUNTED: Sequence[tuple[str, str, str]] = (
    (LIVES, "at a point", "lives of a store ended at a named point"),
    (LIVES, "at an instant", "lives ended at an instant"),
    (LIVES, "old age", "lives that ended by themselves"),
    (LIVES, "deeds", "deeds acknowledged in these lives"),
    (POINTS_OF_LIVES, EACH, "named points at which they ended"),
    (LIVES, "EIO", "steps made to fail with an I/O error"),
    (LIVES, "ENOSPC", "steps made to fail with a full disk"),
    (TWO_FAILURES, "tried", "pairs of two such steps tried, one after the other"),
    (TWO_FAILURES, "met", "of them, pairs of which both came to pass"),
    (ENDS, "tried", "pairs tried of such a step and a named point at which the life ends later"),
    (ENDS, "met", "of them, pairs of which both came to pass"),
    (UPGRADE, "versions", "earlier versions of the store upgraded"),
    (UPGRADE, "kills", "upgrades killed, each at another step on the disk"),
    (POWER, "records", "lives whose disk was recorded"),
    (POWER, "cuts", "power cuts in them"),
    (POWER, "spoilt", "lives recorded in which a step failed, each another one"),
    (POWER, "later", "power cuts in them after that"),
    ("crash/kill", "kills", "kills of a server that clients of JMAP write to"),
    ("crash/kill", "starting", "kills while it starts again"),
    ("crash/kill", "mails", "mails acknowledged there"),
    ("crash/lmtp", "kills", "kills of a server that mail comes in to"),
    ("crash/lmtp", "letters", "letters handed over to it"),
    ("crash/sending", "kills", "kills of a server that people send mail by"),
    ("crash/sending", "accepted", "submissions accepted there"),
    (ROUND_TRIP, "mails", "mails taken in, exported, imported and exported again"),
    (RESCUE, "stores", "damaged stores exported"),
    (RESCUE, "whole", "messages in them whose pages are whole"),
    (RESCUE, "saved", "of them, messages exported"),
    (RESCUE, "nameless", "stores that lost the page which says whose they are"),
    (LEAKS, "starts", "starts and stops of a server in one process"),
)
"""File, what it counts, and how that is called."""

FOLLOWED = (
    ("changes", "changes made"),
    ("clients", "clients that follow them"),
    ("queries", "lists that they hold"),
    ("compared", "objects and lists compared with full reads"),
)


def main() -> int:
    """Write the page; 1 when anything failed."""
    figures = Figures()
    sections = {part.__name__: part(figures) for part in (goals, crash, clients, fuzz)}
    PAGE.write_text(replace_sections(PAGE.read_text(), sections, prefix="made"))
    files = [str(path.relative_to(figures.folder).with_suffix("")) for path in figures.folder.glob("**/*.json")]
    failed = {name: tests for name in files if (tests := figures.failed(name))}
    for name, tests in failed.items():
        print(name, *tests)
    return int(bool(failed))


def goals(figures: Figures) -> str:
    """How far each goal is reached."""
    rows = []
    for goal in GOALS:
        failed = figures.failed(*goal.runs)
        reached = "yes" if goal.reached(figures) and not failed else "no"
        rows.append((goal.name, goal.what, goal.shown(figures), ", ".join([reached, *failed])))
    return _table(("Goal", "What", "Shown", "Reached"), rows)


def crash(figures: Figures) -> str:
    """What `make crash` did."""
    rows = []
    for name, counted, text in COUNTED:
        if figures.of(name):
            number = figures.points() if counted is EACH else figures.count(name, counted)
            rows.append((text, f"{number:,}", ", ".join(figures.failed(name)) or "none"))
        else:
            rows.append((text, NOTHING, "not run"))
    names = dict.fromkeys(name for name, *_ in COUNTED)
    return _machines(figures.of(name) for name in names) + _table(("", "Number", "Failures in that run"), rows)


def clients(figures: Figures) -> str:
    """What the clients that keep replicas did."""
    accounts, sums = figures.clients(), figures.followed()
    rows = [("accounts", f"{len(accounts)}"), *((text, f"{sums[name]:,}") for name, text in FOLLOWED)]
    rows.append(("failures", ", ".join(figures.failed(CLIENTS)) or ("none" if accounts else "not run")))
    return _machines(accounts) + _table(("", "Number"), rows)


def fuzz(figures: Figures) -> str:
    """What was thrown at every parser."""
    found = {name: figures.of(f"fuzz/{name}") for name in OWN}
    heads = ("Target", "Executions", "A second of the processor", "Places reached", "Seed", "Ended")
    rows = [(name, *(_fuzzed(one) if one else [*[NOTHING] * 4, "not run"])) for name, one in found.items()]
    return _machines(found.values()) + _table(heads, rows)


def _fuzzed(one: dict[str, Any]) -> list[str]:
    executions, wanted = one["executions"], one["wanted"]
    ended = "well" if executions >= wanted else f"not over: {wanted:,} wanted"
    rate = executions / max(0.001, one["seconds"])
    return [
        *(f"{executions:,}", f"{rate:,.0f}", f"{one['places']:,}", str(one["seed"])),
        ", ".join(one["failed"]) or ended,
    ]


def _machines(found: Iterable[dict[str, Any] | None]) -> str:
    """Where and when, said once for all that are alike."""
    machines = [one["machine"] for one in found if one]
    if not machines:
        return ""
    said = dict.fromkeys(
        f"{m['processors']} processors, {m['memory'] / 2**30:.0f} GiB, {m['system']}, Python {m['python']}"
        for m in machines
    )
    dates = sorted({m["date"] for m in machines})
    return f"{'; '.join(said)}; {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.\n\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
