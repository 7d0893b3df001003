"""Who uses the server: users with passwords, and the accounts that they may see (RFC 8620 §1.6.2)."""

from angarium.datatypes.principals.addresses import (
    Domains,
    Recipient,
    UnfitAddress,
    addresses,
    check_address,
    give,
    owns,
    recipient,
    take,
)
from angarium.datatypes.principals.grants import Grant, all_grants, grant, grants_of_account, grants_of_user, revoke
from angarium.datatypes.principals.names import NameTaken, UnfitName, check_name
from angarium.datatypes.principals.passwords import hash_password, verify_password
from angarium.datatypes.principals.principal import principal
from angarium.datatypes.principals.tokens import Token, digest_of, issue, token_by_id, token_of, withdraw
from angarium.datatypes.principals.users import User, add, all_users, by_id, by_name, owner, remove, set_password_hash

__all__ = [
    "Domains",
    "Grant",
    "NameTaken",
    "Recipient",
    "Token",
    "UnfitAddress",
    "UnfitName",
    "User",
    "add",
    "addresses",
    "all_grants",
    "all_users",
    "by_id",
    "by_name",
    "check_address",
    "check_name",
    "digest_of",
    "give",
    "grant",
    "grants_of_account",
    "grants_of_user",
    "hash_password",
    "issue",
    "owner",
    "owns",
    "principal",
    "recipient",
    "remove",
    "revoke",
    "set_password_hash",
    "take",
    "token_by_id",
    "token_of",
    "verify_password",
    "withdraw",
]
