"""Counting work: steps that a calculation takes, whether or not they give a result, and an end to them."""


class TooMuchWork(ValueError):
    """A recurrence needs more steps than are allowed; the caller tells it as cannotCalculateOccurrences."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"calculating the occurrences takes more than {limit} steps")
        self.limit = limit


class Work:
    """So many steps for one event; `spent` counts up to `limit`."""

    __slots__ = ("limit", "spent")

    def __init__(self, limit: int = 100_000) -> None:
        self.limit = limit
        self.spent = 0

    def spend(self, steps: int = 1) -> None:
        """Take steps; raises TooMuchWork when none are left."""
        self.spent += steps
        if self.spent > self.limit:
            raise TooMuchWork(self.limit)
