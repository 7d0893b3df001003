"""How much of one thing each user may do at a time (RFC 8620 §2: maxConcurrentRequests, maxConcurrentUpload)."""

from angarium.protocols.http.problem import limit_problem


class Slots:
    """Counts what runs for each user; `name` is the limit as the Session shows it."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._taken: dict[str, int] = {}

    def take(self, user: str) -> None:
        """Take a slot, to be given back with `free`; 429 with problem details when there is none."""
        taken = self._taken.get(user, 0)
        if taken >= self._most:
            raise limit_problem(
                429, self._name, f"At most {self._most} of these may run at a time.", ((b"retry-after", b"1"),)
            )
        self._taken[user] = taken + 1

    def free(self, user: str) -> None:
        """Give a slot back."""
        left = self._taken[user] - 1
        if left:
            self._taken[user] = left
        else:
            del self._taken[user]
