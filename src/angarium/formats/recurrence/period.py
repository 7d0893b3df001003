"""One period of a rule: its candidates in order, without holding them: some days times some times of day."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from angarium.formats.localtime import DAY


class Times:
    """Times of day: every hour with every minute with every second, in order."""

    __slots__ = ("_hours", "_minutes", "_seconds", "count")

    def __init__(self, hours: Sequence[int], minutes: Sequence[int], seconds: Sequence[int]) -> None:
        self._hours, self._minutes, self._seconds = hours, minutes, seconds
        self.count = len(hours) * len(minutes) * len(seconds)

    def at(self, index: int) -> int:
        """The second of the day of one of them."""
        index, second = divmod(index, len(self._seconds))
        hour, minute = divmod(index, len(self._minutes))
        return self._hours[hour] * 3600 + self._minutes[minute] * 60 + self._seconds[second]


class Period:
    """The candidates of one period, picked by `positions` (BYSETPOS) when there are any; read by index."""

    __slots__ = ("_days", "_picked", "_times", "count")

    def __init__(self, days: Sequence[int], times: Times, positions: Sequence[int] = ()) -> None:
        self._days, self._times = days, times
        self.count = len(days) * times.count
        self._picked: list[int] | None = None
        if positions:
            size = self.count
            indexes = {position - 1 if position > 0 else size + position for position in positions}
            self._picked = sorted(index for index in indexes if 0 <= index < size)
            self.count = len(self._picked)

    def at(self, index: int) -> int:
        """The time of one of the candidates, in seconds."""
        if self._picked is not None:
            index = self._picked[index]
        day, time = divmod(index, self._times.count)
        return self._days[day] * DAY + self._times.at(time)

    def from_(self, seconds: int) -> int:
        """The index of the first candidate at or after a time."""
        return bisect_left(range(self.count), seconds, key=self.at)

    def since(self, seconds: int) -> Iterable[int]:
        """The candidates at or after a time, in order."""
        if not self.count:
            return ()
        return map(self.at, range(0 if self.at(0) >= seconds else self.from_(seconds), self.count))
