"""Contacts (RFC 9610): AddressBook, ContactCard."""

from angarium.datatypes.contacts.address_book import address_book_type
from angarium.datatypes.contacts.capability import CONTACTS, CONTACTS_PARSE, contacts_capabilities
from angarium.datatypes.contacts.contact_card import contact_card_type
from angarium.datatypes.contacts.parse import contact_card_parse
from angarium.engine.declare import Capability, DataType, Method

__all__ = ["CONTACTS", "CONTACTS_PARSE", "capabilities", "methods", "types"]


def types() -> tuple[DataType, ...]:
    """The data types of contacts."""
    return (address_book_type(CONTACTS), contact_card_type(CONTACTS))


def methods() -> tuple[Method, ...]:
    """The methods of contacts beyond the standard ones."""
    return (contact_card_parse(CONTACTS_PARSE),)


def capabilities() -> tuple[Capability, ...]:
    """What the Session tells of contacts."""
    return contacts_capabilities()
