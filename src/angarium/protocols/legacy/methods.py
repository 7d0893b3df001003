"""Every method of this dialect."""

from typing import Final

from angarium.protocols.legacy import (
    accounts,
    calendars,
    contacts,
    events,
    identities,
    importing,
    mailboxes,
    message_list,
    message_set,
    vacation,
)
from angarium.protocols.legacy.call import Method

METHODS: Final[tuple[Method, ...]] = (
    *accounts.METHODS,
    *mailboxes.METHODS,
    *message_list.METHODS,
    *message_set.METHODS,
    *importing.METHODS,
    *identities.METHODS,
    *vacation.METHODS,
    *calendars.METHODS,
    *contacts.METHODS,
    *events.METHODS,
)
