"""The mail addresses of users: which are whose, and to whom mail for an address goes (RFC 5321 §2.3.11, RFC 5233).

A user named by an address has that one; a user named by a word has one in each of the server's domains. More can be
given to a user. `ann+lists@example.com` reaches ann@example.com, with the detail `lists`.
"""

import unicodedata
from dataclasses import dataclass, replace

from angarium.datatypes.principals.names import NameTaken, UnfitName, normal_address, normal_domain
from angarium.datatypes.principals.users import ADDRESS, User, by_index, by_name, keep
from angarium.store.contract import Snapshot, Transaction

SEPARATOR = "+"
_LONGEST = 254  # RFC 5321 §4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL = 64
_FORBIDDEN = frozenset('()<>[]:;@\\,"')


class UnfitAddress(UnfitName):
    """Text that is no address which a user may have; it says why."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains in which users who are named by a word have an address; the first is theirs to send from."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom mail for an address goes; `detail` is what follows the `+` of the local part, None without one."""

    user: User
    detail: str | None


def addresses(user: User, domains: Domains) -> tuple[str, ...]:
    """Every address of a user, the main one first."""
    own = (user.name,) if "@" in user.name else tuple(f"{user.name}@{domain}" for domain in domains.names)
    return tuple(dict.fromkeys((*own, *user.addresses)))


def owns(user: User, domains: Domains, address: str) -> bool:
    """Whether a user may send as this address: one of the user's own, with any detail or none."""
    own = {normal_address(known) for known in addresses(user, domains)}
    local, _, domain = normal_address(address).rpartition("@")
    return bool(local) and (f"{local}@{domain}" in own or f"{local.partition(SEPARATOR)[0]}@{domain}" in own)


def recipient(snapshot: Snapshot, domains: Domains, address: str) -> Recipient | None:
    """Whom mail for an address reaches; None when there is nobody. A local part alone is one of the first domain."""
    exact = _holder(snapshot, domains, address)
    if exact is not None:
        return Recipient(exact, None)
    base, separator, rest = address.partition(SEPARATOR)
    detail, at, domain = rest.rpartition("@") if "@" in rest else (rest, "", "")
    holder = _holder(snapshot, domains, f"{base}{at}{domain}") if base and separator else None
    return Recipient(holder, detail) if holder else None


def give(transaction: Transaction, domains: Domains, user: User, address: str) -> User:
    """Give a user one more address; UnfitAddress, or NameTaken when it is somebody's already."""
    kept = check_address(address)
    holder = _holder(transaction, domains, kept)
    if holder is not None:
        raise NameTaken(f"{kept} is an address of {holder.name!r} already")
    return keep(transaction, replace(user, addresses=(*user.addresses, kept)))


def take(transaction: Transaction, user: User, address: str) -> User | None:
    """Take an address that was given to a user back; None when it was not."""
    left = tuple(known for known in user.addresses if normal_address(known) != normal_address(address))
    return keep(transaction, replace(user, addresses=left)) if left != user.addresses else None


def check_address(address: str) -> str:
    """The address as it is kept (NFC); UnfitAddress for one that cannot be."""
    kept = unicodedata.normalize("NFC", address)
    local, at, domain = kept.rpartition("@")
    if not (local and at and domain):
        raise UnfitAddress(f"{address!r} is no address such as ann@example.com")
    if len(kept.encode("utf-8", "replace")) > _LONGEST or len(local.encode("utf-8", "replace")) > _LONGEST_LOCAL:
        raise UnfitAddress(f"an address has at most {_LONGEST} octets, {_LONGEST_LOCAL} of them before the @")
    for letter in local + domain:
        if letter in _FORBIDDEN or unicodedata.category(letter)[0] in "CZ":
            raise UnfitAddress(f"an address cannot hold {letter!r}")
    if any(not label for part in (local, domain) for label in part.split(".")):
        raise UnfitAddress(f"{address!r} has a dot at its beginning or end, or two in a row")
    return kept


def _holder(snapshot: Snapshot, domains: Domains, address: str) -> User | None:
    wanted = normal_address(address if "@" in address else f"{address}@{domains.names[0]}")
    named = by_name(snapshot, wanted) or by_index(snapshot, ADDRESS, wanted)
    if named is not None:
        return named
    local, _, domain = wanted.rpartition("@")
    return by_name(snapshot, local) if local and domain in map(normal_domain, domains.names) else None
