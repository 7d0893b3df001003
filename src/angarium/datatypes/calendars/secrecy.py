"""Since when events are secret: what a guest of the account must not hear of them (JMAP calendars §5.8).

An id tells that there is something. Guests who saw an event hear that it went when it becomes secret; of one that was
secret already they hear nothing, neither when it changes nor when it is destroyed. So this is kept of every secret
event, and stays when the event goes.
"""

from collections.abc import Sequence
from typing import Final, cast

from angarium.datatypes.calendars import events, view
from angarium.datatypes.calendars.marks import Marks
from angarium.datatypes.calendars.own import Event
from angarium.store.contract import AccountKey, Records, State, Transaction

_SECRET: Final = Marks("(secret events)", "event")
"""Of those that the oldest marks were about a guest may hear when they change."""


def note(transaction: Transaction, account: AccountKey, event: str, before: Event | None, after: Event | None) -> None:
    """Keep what a change of a stored event means for this; to be called straight after it."""
    was = before is not None and not view.exists_for(before, False)
    if after is None or was is not view.exists_for(after, False):
        return
    if was:
        _SECRET.remove(transaction, account, event)
    else:
        hidden(transaction, account, event, transaction.state(account, events.KIND) if before else State(0))


def hidden(transaction: Transaction, account: AccountKey, event: str, since: State) -> None:
    """Note an event that is secret since a state, 0 for one that always was."""
    _SECRET.put(transaction, account, event, {"since": since})


def unheard(records: Records, account: AccountKey, since: State, ids: Sequence[str]) -> set[str]:
    """Those of the events, there or gone, that were secret in a state already and have been since."""
    marks = _SECRET.of(records, account, ids)
    return {event for event, what in marks.items() if cast(int, what["since"]) <= since}
