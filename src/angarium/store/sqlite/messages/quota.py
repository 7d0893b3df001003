"""What an account holds and may hold, read with what every change of its counters needs anyhow, and the refusal.

Use is counted with the other counters, in the row of mailbox 0; a limit belongs to the account.
"""

from typing import Final, NamedTuple

import apsw

from angarium.store.contract import OverQuota
from angarium.store.sqlite.messages.ids import EVERYWHERE

KIND: Final = "Quota"
"""The records whose derived value follows from what is counted here."""

_STANDING: Final = f"""
SELECT trash.mailbox, most_octets, most_emails, coalesce(octets, 0), coalesce(total_emails, 0) FROM account
LEFT JOIN trash ON trash.account = account.id
LEFT JOIN mailbox_count ON mailbox_count.account = account.id AND mailbox_count.mailbox = {EVERYWHERE}
WHERE account.id = ?
"""  # noqa: S608 (a number of ours)


class Standing(NamedTuple):
    """The mailbox with the role trash, what the account may hold, and what it holds."""

    trash: int | None
    most_octets: int | None
    most_emails: int | None
    octets: int
    emails: int

    @property
    def limited(self) -> bool:
        """Whether it may hold only so much."""
        return self.most_octets is not None or self.most_emails is not None

    def check(self, size: int) -> None:
        """Raise OverQuota when one more email of this size is too much."""
        if self.most_octets is not None and self.octets + size > self.most_octets:
            raise OverQuota(
                f"the account holds {self.octets} of {self.most_octets} octets; there is no room for {size} more"
            )
        if self.most_emails is not None and self.emails >= self.most_emails:
            raise OverQuota(f"the account holds {self.emails} of {self.most_emails} mails; there is no room for more")


def standing(connection: apsw.Connection, account: int) -> Standing:
    """How an account stands; raises KeyError when there is no such account."""
    row: tuple[int | None, int | None, int | None, int, int] | None = connection.execute(_STANDING, (account,)).get
    if row is None:
        raise KeyError(account)
    return Standing(*row)
