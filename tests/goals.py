"""The goals of reliability that the long runs can show, and how far what they counted reaches them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from angarium.store.sqlite import schema
from tests.crash.failing import FAILURES
from tests.crash.faults import POINTS
from tests.figures import FOLDER, kept
from tests.fuzz.traced import OWN

EXECUTIONS = 1_000_000
ACCESS = tuple(
    f"tests/tests.access.{test}"
    for test in (
        "test_matrix.py::test_a_stranger_cannot_tell_what_exists",
        "test_matrix.py::test_a_reader_cannot_use_foreign_ids_in_his_own_account",
        "test_matrix.py::test_a_reader_changes_nothing",
        "test_older.py::test_a_stranger_cannot_tell_what_exists",
        "test_older.py::test_a_reader_changes_nothing",
    )
)
LIVES, PAIRS, POWER, UPGRADE = "crash/failpoints", "crash/pairs", "crash/power", "crash/upgrade"
SERVERS = ("crash/kill", "crash/lmtp", "crash/sending")
POINTS_OF_LIVES, TWO_FAILURES, ENDS = f"{LIVES}/points", f"{PAIRS}/failures", f"{PAIRS}/kills"
RESCUE, LEAKS, CLIENTS = "store.sqlite/rescue", "testing/leaks", "fuzz/clients"
ROUND_TRIP = "app.cli/round_trip"
ALL_PAIRS = len(FAILURES) * (len(FAILURES) + len(POINTS))


@dataclass(frozen=True, slots=True)
class Figures:
    """What is kept in a folder."""

    folder: Path = FOLDER

    def of(self, name: str) -> dict[str, Any] | None:
        """What a run kept."""
        return kept(name, self.folder)

    def count(self, name: str, *counted: str) -> int:
        """What a run counted, nothing when there was none."""
        found = (self.of(name) or {}).get("counted", {})
        return sum(found.get(one, 0) for one in counted)

    def failed(self, *names: str) -> list[str]:
        """The tests or inputs that failed in some runs."""
        return [test for name in names for test in (self.of(name) or {}).get("failed", ())]

    def clients(self) -> list[dict[str, Any]]:
        """One for each account that clients followed."""
        stems = sorted(path.stem for path in (self.folder / CLIENTS).glob("*.json"))
        return [found for stem in stems if (found := self.of(f"{CLIENTS}/{stem}"))]

    def followed(self) -> Counter[str]:
        """What was counted in all of these accounts."""
        sums: Counter[str] = Counter()
        for account in self.clients():
            sums.update(account["counted"])
        return sums

    def whole_targets(self) -> int:
        """Targets of the fuzzer that had all their executions and stood them."""
        found = [one for name in OWN if (one := self.of(f"fuzz/{name}"))]
        return sum(one["executions"] >= EXECUTIONS and not one["failed"] for one in found)

    def points(self) -> int:
        """Named points at which lives ended."""
        return len((self.of(POINTS_OF_LIVES) or {}).get("counted", ()))

    def pairs(self, counted: str) -> int:
        """Pairs of a failure and another failure or an end."""
        return sum(self.count(name, counted) for name in (TWO_FAILURES, ENDS))

    def cuts(self) -> int:
        """Power cuts, in lives on a good disk and after a failure."""
        return self.count(POWER, "cuts", "later")

    def kills(self) -> int:
        """Lives of stores and servers ended by force."""
        return self.count(LIVES, "at a point", "at an instant") + sum(
            self.count(name, "kills", "starting") for name in SERVERS
        )


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be shown, the runs that show it, what they showed, and whether that is enough."""

    name: str
    what: str
    runs: Sequence[str]
    shown: Callable[[Figures], str]
    reached: Callable[[Figures], bool]


GOALS = (
    Goal(
        "R1",
        "1,000 kills: nothing acknowledged lost, twice or by half",
        (LIVES, *SERVERS),
        lambda found: f"{found.kills():,}",
        lambda found: found.kills() >= 1_000,
    ),
    Goal(
        "R2",
        "at 60 or more named points: a kill, an I/O error, a full disk",
        (LIVES,),
        lambda found: f"{found.points()} of {len(POINTS)} points, {found.count(LIVES, 'EIO', 'ENOSPC')} failures",
        lambda found: found.count(LIVES, "EIO", "ENOSPC") >= len(FAILURES) and found.points() == len(POINTS) >= 60,
    ),
    Goal(
        "R2, later",
        "all of these in pairs: after a failure another one, or a kill",
        (PAIRS,),
        lambda found: f"{found.pairs('tried'):,} of {ALL_PAIRS:,} pairs, of which {found.pairs('met'):,} came to pass",
        lambda found: found.pairs("tried") >= ALL_PAIRS,
    ),
    Goal(
        "R3",
        "500 power cuts: nothing acknowledged lost",
        (POWER,),
        lambda found: f"{found.cuts():,}, {found.count(POWER, 'later'):,} of them after a failure",
        lambda found: found.cuts() >= 500,
    ),
    Goal(
        "R5",
        "of a damaged store 99.9 % of what is whole is exported",
        (RESCUE,),
        lambda found: f"{found.count(RESCUE, 'saved'):,} of {found.count(RESCUE, 'whole'):,}",
        lambda found: 0 < 0.999 * found.count(RESCUE, "whole") <= found.count(RESCUE, "saved"),
    ),
    Goal(
        "R6",
        "upgrades from every version, killed at every step",
        (UPGRADE,),
        lambda found: f"{found.count(UPGRADE, 'kills'):,} steps of {found.count(UPGRADE, 'versions')} versions",
        lambda found: (
            found.count(UPGRADE, "versions") == schema.VERSION - 1
            and found.count(UPGRADE, "kills") >= found.count(UPGRADE, "steps")
        ),
    ),
    Goal(
        "R7, mail",
        "10,000 messages exported and imported again: the same octets, dates, flags, mailboxes",
        (ROUND_TRIP,),
        lambda found: f"{found.count(ROUND_TRIP, 'mails'):,}",
        lambda found: found.count(ROUND_TRIP, "mails") >= 10_000,
    ),
    Goal(
        "R9",
        f"{EXECUTIONS:,} executions of each target of the fuzzer: nothing found",
        (),
        lambda found: f"{found.whole_targets()} of {len(OWN)} targets",
        lambda found: found.whole_targets() == len(OWN),
    ),
    Goal(
        "R11",
        "50 clients and 100,000 changes: what is known by changes is what a full read gives",
        (CLIENTS,),
        lambda found: f"{found.followed()['clients']} clients, {found.followed()['changes']:,} changes",
        lambda found: found.followed()["clients"] >= 50 and found.followed()["changes"] >= 100_000,
    ),
    Goal(
        "R19",
        "every method with ids that are not the asker's",
        ACCESS,
        lambda found: f"{sum(found.count(name, 'passed') for name in ACCESS):,} cases",
        lambda found: all(found.count(name, "passed") for name in ACCESS),
    ),
    Goal(
        "R21",
        "1,000 starts and stops of a server inside a test leave nothing behind",
        (LEAKS,),
        lambda found: f"{found.count(LEAKS, 'starts'):,}",
        lambda found: found.count(LEAKS, "starts") >= 1_000,
    ),
)
