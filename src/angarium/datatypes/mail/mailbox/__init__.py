"""Mailbox (RFC 8621 §2)."""

from angarium.datatypes.mail.mailbox.declaration import mailbox_type
from angarium.datatypes.mail.mailbox.provision import create_default
from angarium.datatypes.mail.mailbox.record import existing
from angarium.datatypes.mail.mailbox.rules import DEEPEST, LONGEST_NAME, ROLES

__all__ = ["DEEPEST", "LONGEST_NAME", "ROLES", "create_default", "existing", "mailbox_type"]
