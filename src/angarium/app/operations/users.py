"""Operations on users and on who may see which account."""

from dataclasses import replace
from typing import Final

from angarium.app.operations.services import Arguments, OperationError, Services, account_of, text, user_named
from angarium.datatypes import principals, quotas
from angarium.datatypes.principals import NameTaken, UnfitName
from angarium.engine.access import account_id
from angarium.flows.provision import new_user, settle_addresses
from angarium.formats.json import JSON
from angarium.formats.primitives import is_integer
from angarium.store.contract import Transaction

_LIMITS: Final = (("octets", "octets"), ("messages", "emails"))
"""Arguments of `set_quota`, and the fields of an allowance that they set."""


def add(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """user.add {name, passwordHash}: a user with an account and the usual mailboxes; gives {id, accountId}."""
    name, password_hash = text(arguments, "name"), text(arguments, "passwordHash")

    def job(transaction: Transaction) -> JSON:
        user = new_user(transaction, name, password_hash, services.new_mailboxes, services.clock(), services.allowance)
        settle_addresses(transaction, user, services.domains)
        return {"id": user.id, "accountId": account_id(user.account)}

    try:
        return services.store.write(job).result(), b""
    except NameTaken as error:
        raise OperationError("alreadyExists", str(error)) from error
    except UnfitName as error:
        raise OperationError("unfitName", str(error)) from error


def set_password(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """user.passwd {name, passwordHash}."""
    name, password_hash = text(arguments, "name"), text(arguments, "passwordHash")

    def job(transaction: Transaction) -> None:
        principals.set_password_hash(transaction, user_named(transaction, name), password_hash)

    services.store.write(job).result()
    return None, b""


def remove(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """user.remove {name}: the user and the account with everything in it."""
    name = text(arguments, "name")

    def job(transaction: Transaction) -> None:
        principals.remove(transaction, user_named(transaction, name))

    services.store.write(job).result()
    return None, b""


def set_quota(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """user.quota {name, octets, messages}: what the account may hold; null for no limit, left out to leave it."""
    name, given = text(arguments, "name"), {field: arguments[key] for key, field in _LIMITS if key in arguments}
    if not all(limit is None or is_integer(limit, 0) for limit in given.values()):
        raise OperationError("arguments", "a limit is a number from 0 on, or null for none")

    def job(transaction: Transaction) -> None:
        account = user_named(transaction, name).account
        quotas.allow(transaction, account, replace(transaction.allowance(account), **given))  # type: ignore[arg-type]

    services.store.write(job).result()
    return None, b""


def give_address(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """user.address.add {name, address}: one more address for a user."""
    name, address = text(arguments, "name"), text(arguments, "address")

    def job(transaction: Transaction) -> None:
        user = principals.give(transaction, services.domains, user_named(transaction, name), address)
        settle_addresses(transaction, user, services.domains)

    try:
        services.store.write(job).result()
    except NameTaken as error:
        raise OperationError("alreadyExists", str(error)) from error
    except UnfitName as error:
        raise OperationError("unfitName", str(error)) from error
    return None, b""


def take_address(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """user.address.remove {name, address}: take back an address that was given."""
    name, address = text(arguments, "name"), text(arguments, "address")

    def job(transaction: Transaction) -> None:
        user = principals.take(transaction, user_named(transaction, name), address)
        if user is None:
            raise OperationError("notFound", f"{address!r} was not given to {name!r}")
        settle_addresses(transaction, user, services.domains)

    services.store.write(job).result()
    return None, b""


def grant(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """account.grant {account, user, readOnly}: let a user into the account of another; gives {accountId, owner}."""
    account, name, read_only = text(arguments, "account"), text(arguments, "user"), arguments.get("readOnly") is True

    def job(transaction: Transaction) -> JSON:
        holder = account_of(transaction, account)
        try:
            principals.grant(transaction, holder.account, user_named(transaction, name), read_only)
        except ValueError as error:
            raise OperationError("ownAccount", str(error)) from error
        return {"accountId": account_id(holder.account), "owner": holder.name}

    return services.store.write(job).result(), b""


def revoke(services: Services, arguments: Arguments, _payload: bytes) -> tuple[JSON, bytes]:
    """account.revoke {account, user}: take a grant back; gives {accountId, owner}."""
    account, name = text(arguments, "account"), text(arguments, "user")

    def job(transaction: Transaction) -> JSON:
        holder, user = account_of(transaction, account), user_named(transaction, name)
        if not principals.revoke(transaction, holder.account, user):
            raise OperationError("notFound", f"{user.name!r} was not let into the account of {holder.name!r}")
        return {"accountId": account_id(holder.account), "owner": holder.name}

    return services.store.write(job).result(), b""
