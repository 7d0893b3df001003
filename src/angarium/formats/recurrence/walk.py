"""The occurrences of a rule in a window, found from the window on: the far is as near as the beginning.

A rule is walked period by period. What passes is produced in order, each once; what does not costs work as well.
jscalendarbis §3.3.3.1 steps 1 to 6.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from angarium.formats.localtime import DAY, END
from angarium.formats.recurrence.pattern import Pattern, pattern
from angarium.formats.recurrence.rule import Rule
from angarium.formats.recurrence.steady import nth_occurrence
from angarium.formats.recurrence.work import TooMuchWork, Work


def occurrences(rule: Rule, start: int, after: int, before: int, work: Work) -> Iterator[int]:
    """The times of a rule with `after <= time < before`, in order; raises TooMuchWork.

    All times are local seconds (`formats.localtime`). The rule alone decides: a start that it leaves out is not
    produced. COUNT counts from the start, also when the window begins later.
    """
    applied = pattern(rule, start)
    last = min(before - 1, END - 1 if rule.until is None else rule.until)
    if rule.count is not None and after <= last:
        last = min(last, _end_of_count(applied, rule, last, work))
    return _walk(applied, max(after, start), last, work)


def last_occurrence(rule: Rule, start: int, work: Work) -> int | None:
    """A time that no occurrence comes after, exact for COUNT; None when the rule has no end. Raises TooMuchWork."""
    if rule.count is None:
        return rule.until
    applied = pattern(rule, start)
    steady = nth_occurrence(applied, rule.count)
    if steady is None:
        steady, steps = _counted(rule, start, work.limit)
        work.spend(steps)
    return min(steady, END - 1)


def _walk(applied: Pattern, after: int, last: int, work: Work) -> Iterator[int]:
    """The times from `after` to `last`, both included."""
    if after > last:
        return
    if applied.even is not None:
        yield from _evenly(*applied.even, (applied.unit or 7 * DAY) * applied.rule.interval, after, last, work)
        return
    step = applied.rule.interval
    # One period earlier: with skip, its last day may have moved to where it is also the first of the next.
    final = min(applied.final, applied.number(last) + 1)
    hit = applied.grid(applied.number(after) - step)
    number = applied.matching(hit, min(final, hit + applied.cycle), work)
    produced = after - 1
    while number <= min(final, hit + applied.cycle):
        period = applied.period(number)
        work.spend(1)
        for at in period.since(produced + 1):
            if at > last:
                return
            work.spend()
            yield at
            produced = at
            hit = number
        number = applied.matching(number + step, min(final, hit + applied.cycle), work)


def _evenly(begin: int, offsets: tuple[int, ...], step: int, after: int, last: int, work: Work) -> Iterator[int]:
    """The same as `_walk` where every `step` seconds the same offsets come again."""
    begin += max((after - begin - offsets[-1] - 1) // step, 0) * step
    while begin <= last:
        for offset in offsets:
            at = begin + offset
            if after <= at <= last:
                work.spend()
                yield at
        begin += step


def _end_of_count(applied: Pattern, rule: Rule, last: int, work: Work) -> int:
    """The time of the last occurrence that COUNT allows, or any time from `last` on when that lies further."""
    count = rule.count or 1
    steady = nth_occurrence(applied, count)
    if steady is not None:
        return steady
    if count >= _most_periods(applied, last) * _most_in_period(applied):
        return last
    end, steps = _counted(rule, applied.start, work.limit)
    work.spend(steps)
    return end


def _most_periods(applied: Pattern, last: int) -> int:
    return (applied.number(last) - applied.first) // applied.rule.interval + 2


def _most_in_period(applied: Pattern) -> int:
    rule = applied.rule
    if rule.by_set_position:
        return len(rule.by_set_position)
    times = [len(wanted) or 1 for wanted in (rule.by_hour, rule.by_minute, rule.by_second)]
    days = {"yearly": 373, "monthly": 33, "weekly": 7}.get(rule.frequency, 1)
    return days * times[0] * times[1] * times[2]


@lru_cache(maxsize=4096)
def _counted(rule: Rule, start: int, limit: int) -> tuple[int, int]:
    """The time of the last occurrence of a COUNT found by walking, and the steps that it took.

    Remembered, so that a far window of the same event asks once. More steps than the limit are told as steps.
    """
    work = Work(limit)
    applied = pattern(rule, start)
    left = rule.count or 1
    try:
        if rule.skip != "omit":
            return next(islice(_walk(applied, start, END - 1, work), left - 1, None), END), work.spent
        number = applied.matching(applied.first, applied.final, work)
        while number <= applied.final:
            work.spend()
            period = applied.period(number)
            earlier = period.from_(start) if number == applied.first else 0
            if left <= period.count - earlier:
                return period.at(earlier + left - 1), work.spent
            left -= period.count - earlier
            number = applied.matching(number + applied.rule.interval, applied.final, work)
    except TooMuchWork:
        return END, limit + 1
    return END, work.spent
