"""The capability urn:ietf:params:jmap:mail and what it tells of each account (RFC 8621 §1.3.1)."""

from typing import Final

from angarium.datatypes.mail.email.declaration import SORTS
from angarium.datatypes.mail.email.filing import MOST_MAILBOXES
from angarium.datatypes.mail.mailbox import DEEPEST, LONGEST_NAME
from angarium.engine.access import AccountAccess
from angarium.engine.declare import Capability
from angarium.engine.limits import Limits
from angarium.formats.json import JSON

MAIL: Final = "urn:ietf:params:jmap:mail"


def mail_capability(limits: Limits) -> Capability:
    """What this server can do for mail; attachments together may be as large as one upload."""

    def account(access: AccountAccess) -> dict[str, JSON]:
        return {
            "maxMailboxesPerEmail": MOST_MAILBOXES,
            "maxMailboxDepth": DEEPEST,
            "maxSizeMailboxName": LONGEST_NAME,
            "maxSizeAttachmentsPerEmail": limits.max_size_upload,
            "emailQuerySortOptions": list[JSON](sort.name for sort in SORTS),
            "mayCreateTopLevelMailbox": not access.read_only,
        }

    return Capability(MAIL, account=account)
