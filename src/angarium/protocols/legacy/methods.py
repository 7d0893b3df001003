"""Every method of this dialect."""

from typing import Final

from angarium.protocols.legacy import accounts, mailboxes, message_list
from angarium.protocols.legacy.call import Method

METHODS: Final[tuple[Method, ...]] = (
    *accounts.METHODS,
    *mailboxes.METHODS,
    *message_list.METHODS,
)
