"""What became of an import, in numbers and in words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAMED = 20
THERE = "the account has a mail with the same octets"
NO_ROOM = "the account may not hold more; see angarium user quota"


@dataclass(slots=True)
class Outcome:
    """Counts, and the name and reason of everything that was not taken."""

    taken: int = 0
    updated: int = 0
    mailboxes: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    lacking: list[tuple[str, str]] = field(default_factory=list)
    _named: list[tuple[str, str]] = field(default_factory=list)

    def take(self, mailboxes: list[str]) -> None:
        """One message or card was stored in these mailboxes or books."""
        self.taken += 1
        self.mailboxes.update(mailboxes)

    def update(self) -> None:
        """One card or event replaced an older version of it."""
        self.updated += 1

    def skip(self, label: str, reason: str, name_all: bool) -> None:
        """One message or card, or one file that holds none, was left where it is."""
        self.skipped[reason] += 1
        if name_all or self.skipped[reason] <= _NAMED:
            self._named.append((label, reason))

    def lacks(self, label: str, reason: str) -> None:
        """Something of what was read is left out, or taken otherwise."""
        self.lacking.append((label, reason))

    def fail(self, label: str, reason: str) -> None:
        """One message or card could not be taken."""
        self.failed.append((label, reason))

    def lines(self) -> Iterator[str]:
        """The report: what was not taken and why, then the totals."""
        for label, reason in self._named:
            yield f"skipped {label}: {reason}"
        for reason, count in self.skipped.items():
            if (more := count - sum(1 for _label, named in self._named if named == reason)) > 0:
                yield f"skipped {more} more: {reason} (--verbose names each)"
        for label, reason in self.lacking:
            yield f"incomplete {label}: {reason}"
        for label, reason in self.failed:
            yield f"failed {label}: {reason}"
        if self.mailboxes:
            yield "into " + ", ".join(f"{name} {count}" for name, count in sorted(self.mailboxes.items()))
        updated = f"updated {self.updated}, " if self.updated else ""
        yield f"taken {self.taken}, {updated}skipped {self.skipped.total()}, failed {len(self.failed)}"
