"""How much calculating of occurrences one call may ask for, so that rules cannot keep the server from others.

Steps are those of `formats.recurrence`. A hasty request, which runs where others wait for it, may take few.
"""

from typing import Final

from angarium.engine.call import Call
from angarium.formats.recurrence import Work
from angarium.store.contract import TooSlow

OF_EVENT: Final = 100_000
"""Steps that one event may take."""

OF_CALL: Final = 150_000
"""Steps that one call may take in all: ten years of ten daily events take 40,000."""

OF_GLANCE: Final = 2_000
"""Steps of a hasty request: a few milliseconds."""


class Exhausted(Exception):
    """A call asks for more than one may; the text says it to a person."""


class Budget:
    """The steps of one call."""

    def __init__(self, call: Call) -> None:
        self._hasty = call.request.hasty
        self._left = OF_GLANCE if self._hasty else OF_CALL

    def event(self) -> Work:
        """The steps that one event may take."""
        return Work(min(OF_EVENT, self._left))

    def spent(self, work: Work) -> None:
        """Count what an event took, also when that was too much; Exhausted, or TooSlow when the request is hasty."""
        self._left -= max(work.spent, 1)
        if self._left <= 0:
            if self._hasty:
                raise TooSlow("occurrences take longer to calculate than others can wait")
            raise Exhausted("the occurrences take too long to calculate; ask for a shorter time, or fewer at once")
