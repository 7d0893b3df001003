"""What an account may hold, read with what every change of its counters needs anyhow, and the refusal of what is more.

Use is counted with the other counters, in the row of mailbox 0; a limit belongs to the account.
"""

from typing import Final, NamedTuple

import apsw

from angarium.store.contract import OverQuota
from angarium.store.sqlite.messages import counters
from angarium.store.sqlite.messages.ids import EVERYWHERE

KIND: Final = "Quota"
"""The records whose derived value follows from what is counted here."""

# No join: the planner would build an index for it, at seven times the cost.
_STANDING: Final = """
SELECT (SELECT mailbox FROM trash WHERE account = account.id), most_octets, most_emails FROM account WHERE id = ?
"""


class Standing(NamedTuple):
    """The mailbox with the role trash, and what the account may hold."""

    trash: int | None
    most_octets: int | None
    most_emails: int | None

    @property
    def limited(self) -> bool:
        """Whether it may hold only so much."""
        return self.most_octets is not None or self.most_emails is not None


def standing(connection: apsw.Connection, account: int) -> Standing:
    """How an account stands; raises KeyError when there is no such account."""
    row: tuple[int | None, int | None, int | None] | None = connection.execute(_STANDING, (account,)).get
    if row is None:
        raise KeyError(account)
    return Standing(*row)


def check(connection: apsw.Connection, account: int, standing: Standing, size: int) -> None:
    """Raise OverQuota when one more email of this size is too much."""
    if not standing.limited:
        return
    held = counters.read(connection, account, [EVERYWHERE])[EVERYWHERE]
    if standing.most_octets is not None and held.octets + size > standing.most_octets:
        raise OverQuota(
            f"the account holds {held.octets} of {standing.most_octets} octets; there is no room for {size} more"
        )
    if standing.most_emails is not None and held.total_emails >= standing.most_emails:
        raise OverQuota(f"the account holds {held.total_emails} of {standing.most_emails} mails")
