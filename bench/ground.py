"""Finds, on a loaded account, the ids that the rows ask for, and proves that the account holds the corpus as declared.

Only discovery may live here: nothing is timed. Discovery uses the same plain methods on every server (RFC 8621 §2, §4).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.account import Account, Arguments, JmapError
from bench.corpus import MAILBOXES, expected_in

PAGE = 50
_POOL = 500  # ids in a pool, so that reads of 50 rotate over ten windows
_DEEP = 5000
ROLES = {"Inbox": "inbox", "Archive": "archive", "Sent": "sent", "Junk": "junk", "Drafts": "drafts"}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows stand on: the ids of one loaded account.

    ``large`` is the mailbox with most of the mail and ``large_total`` what it held before the run; ``newest`` are its
    newest messages and ``unflagged`` some that nobody flagged; ``first_single`` is a number that no earlier run has
    used for new mail, or for other words in what is edited.
    """

    account: str
    messages: int
    large: str
    large_total: int
    drafts: str
    newest: tuple[str, ...]
    unflagged: tuple[str, ...]
    deep_position: int
    first_single: int


def without_mail(account: str, objects: int, first_single: int = 0) -> Ground:
    """The ground of rows that are not about mail, on an account with so many objects."""
    return Ground(account, objects, "", 0, "", (), (), 0, first_single)


def mailboxes_by_name(account: Account) -> dict[str, Arguments]:
    """The mailboxes of the corpus that exist (and Drafts): by role where there is one, else by name."""
    found = account.call(("Mailbox/get", {"accountId": account.id, "ids": None}, "m"))[0][1]["list"]
    by_role = {mailbox["role"]: mailbox for mailbox in found if mailbox.get("role")}
    by_name = {mailbox["name"].lower(): mailbox for mailbox in found}
    known = {name: by_role.get(ROLES.get(name, "")) or by_name.get(name.lower()) for name in (*MAILBOXES, "Drafts")}
    return {name: mailbox for name, mailbox in known.items() if mailbox}


def ensure_mailboxes(account: Account) -> dict[str, Arguments]:
    """The same, after making those that are missing."""
    missing = {*MAILBOXES, "Drafts"} - set(mailboxes_by_name(account))
    if missing:
        create = {name: {"name": name, "parentId": None} for name in sorted(missing)}
        account.call(("Mailbox/set", {"accountId": account.id, "create": create}, "s"))
    return mailboxes_by_name(account)


def discover(account: Account, messages: int, first_single: int) -> Ground:
    """The ground of an account that holds exactly the first ``messages`` of the corpus (JmapError when it does not)."""
    mailboxes = ensure_mailboxes(account)
    _prove_loaded(mailboxes, messages)
    large = mailboxes["Inbox"]["id"]
    in_large: Arguments = {"inMailbox": large}
    unflagged = {"operator": "AND", "conditions": [in_large, {"notKeyword": "$flagged"}]}
    total = mailboxes["Inbox"]["totalEmails"]
    return Ground(
        account=account.id,
        messages=messages,
        large=large,
        large_total=total,
        drafts=mailboxes["Drafts"]["id"],
        newest=_ids(account, in_large),
        unflagged=_ids(account, unflagged),
        deep_position=max(0, min(_DEEP, total - PAGE)),
        first_single=first_single,
    )


def _prove_loaded(mailboxes: Mapping[str, Arguments], messages: int) -> None:
    declared = {name: expected_in(name, messages) for name in MAILBOXES}
    held = {name: mailboxes[name]["totalEmails"] for name in MAILBOXES}
    if declared != held:
        reason = f"declared {declared}, holds {held}; empty it (or remove the kept folder) and load again"
        raise JmapError(f"the account does not hold the corpus: {reason}")


def _ids(account: Account, condition: Arguments) -> tuple[str, ...]:
    arguments = {
        "accountId": account.id,
        "filter": condition,
        "sort": [{"property": "receivedAt", "isAscending": False}],
        "limit": _POOL,
    }
    found: list[str] = account.call(("Email/query", arguments, "q"))[0][1]["ids"]
    if len(found) < PAGE:
        raise JmapError(f"only {len(found)} messages for {condition}: load at least 200")
    return tuple(found)
