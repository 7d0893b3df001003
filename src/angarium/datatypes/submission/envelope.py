"""The envelope of a message: whom it is from and for as SMTP knows them (RFC 8621 §7, RFC 5321 §2.3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from angarium.formats.json import JSON


@dataclass(frozen=True, slots=True)
class Address:
    """An address with its MAIL or RCPT parameters: names in upper case, values plain (no xtext), None for no value."""

    email: str
    parameters: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """`mail_from` with an empty address is the null reverse-path, to which nothing is ever returned."""

    mail_from: Address
    rcpt_to: tuple[Address, ...]


def address_to_json(address: Address) -> dict[str, JSON]:
    """The Address object."""
    return {"email": address.email, "parameters": cast("dict[str, JSON]", dict(address.parameters)) or None}


def address_from_json(value: Mapping[str, JSON]) -> Address:
    """The address in an Address object whose shape was checked."""
    parameters = cast("dict[str, str | None] | None", value.get("parameters")) or {}
    return Address(cast(str, value["email"]), {name.upper(): given for name, given in parameters.items()})
