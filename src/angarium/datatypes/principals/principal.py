"""What the engine must know of a user who asks: the accounts that the user may see, with rights (RFC 8620 §2)."""

from angarium.datatypes.principals.grants import grants_of_user
from angarium.datatypes.principals.tokens import token_by_id
from angarium.datatypes.principals.users import GRANT, KIND, by_id, owner
from angarium.engine.access import AccountAccess, Principal
from angarium.store.contract import DIRECTORY, Snapshot


def principal(snapshot: Snapshot, user: str, token: str | None = None) -> Principal | None:
    """The user as one who asks, with a token or without; None when there is no such user or token (any more).

    A grant to an account that is gone is passed over. `state` changes whenever a user or a grant does, so a Session
    never shows old accounts under a state that a client has seen.
    """
    found = by_id(snapshot, user)
    if found is None or (token is not None and token_by_id(snapshot, token) is None):
        return None
    accounts = [AccountAccess(found.account, found.name, personal=True, read_only=False)]
    for given in grants_of_user(snapshot, user):
        holder = owner(snapshot, given.account)
        if holder is not None:
            accounts.append(AccountAccess(given.account, holder.name, personal=False, read_only=given.read_only))
    state = f"{snapshot.state(DIRECTORY, KIND)}-{snapshot.state(DIRECTORY, GRANT)}"
    return Principal(found.id, found.name, {account.id: account for account in accounts}, state, token)
