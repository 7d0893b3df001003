"""Since when events are secret: what a guest of the account must not hear of them (JMAP calendars §5.8).

An id tells that there is something. Guests who saw an event hear that it went when it becomes secret; of one that was
secret already they hear nothing, neither when it changes nor when it is destroyed. So this is kept of every secret
event, and stays when the event goes.
"""

from collections.abc import Sequence
from typing import Final, cast

from angarium.datatypes.calendars import events, view
from angarium.datatypes.calendars.own import Event
from angarium.formats.json import dumps, loads
from angarium.store.contract import AccountKey, Records, State, Transaction, Window

_KIND: Final = "(secret events)"
_EVENT: Final = "event"
_MOST: Final = 10_000
"""In an account; of older ones a guest may hear when they change."""


def note(transaction: Transaction, account: AccountKey, event: str, before: Event | None, after: Event | None) -> None:
    """Keep what a change of a stored event means for this; to be called straight after it."""
    was = before is not None and not view.exists_for(before, False)
    if after is None or was is not view.exists_for(after, False):
        return
    records = transaction.records
    if was:
        for record in records.find(account, _KIND, _EVENT, event):
            records.destroy(account, _KIND, record)
    else:
        hidden(transaction, account, event, transaction.state(account, events.KIND) if before else State(0))


def hidden(transaction: Transaction, account: AccountKey, event: str, since: State) -> None:
    """Note an event that is secret since a state, 0 for one that always was."""
    records = transaction.records
    records.create(account, _KIND, "H", dumps({_EVENT: event, "since": since}), {_EVENT: [event]})
    if records.count(account, _KIND) > _MOST:
        (oldest,) = records.query(account, _KIND, None, (), Window(limit=1)).ids
        records.destroy(account, _KIND, oldest)


def unheard(records: Records, account: AccountKey, since: State, ids: Sequence[str]) -> set[str]:
    """Those of the events, there or gone, that were secret in a state already and have been since."""
    marked = cast("set[str]", records.carried(account, _KIND, _EVENT, ids))
    named = [record for event in marked for record in records.find(account, _KIND, _EVENT, event)]
    kept = [cast("dict[str, str | int]", loads(value)) for value in records.get(account, _KIND, named).values()]
    return {str(one[_EVENT]) for one in kept if int(one["since"]) <= since}
