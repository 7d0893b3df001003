"""Calendar addresses: URIs under which people take part in events, and when two are the same (JMAP calendars §3)."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from angarium.formats.json import JSON

MAILTO: Final = "mailto:"

_UNRESERVED: Final = re.compile(r"%(2[DdEe]|3\d|4[1-9A-Fa-f]|5[\dAaFf]|6[1-9A-Fa-f]|7[\dAaEe])")


def of_mail(address: str) -> str:
    """The calendar address of a mail address."""
    return MAILTO + quote(address, safe="@!$&'*+,;=:/?-._~")


def mail_of(calendar_address: JSON) -> str | None:
    """The mail address in a `mailto:` URI; None for any other."""
    if not isinstance(calendar_address, str) or calendar_address[: len(MAILTO)].lower() != MAILTO:
        return None
    return unquote(calendar_address[len(MAILTO) :].partition("?")[0]) or None


def normal(calendar_address: JSON) -> str:
    """The form in which equal addresses are equal (RFC 3986 §6.2.2); "" for what is no string.

    Mail addresses count as equal whatever their case, as everywhere in this server.
    """
    if not isinstance(calendar_address, str):
        return ""
    mail = mail_of(calendar_address)
    if mail is not None:
        return MAILTO + mail.lower()
    scheme, colon, rest = calendar_address.partition(":")
    plain = _UNRESERVED.sub(lambda found: chr(int(found[1], 16)), rest)
    if not plain.startswith("//"):
        return f"{scheme.lower()}{colon}{plain}"
    authority, slash, path = plain[2:].partition("/")
    return f"{scheme.lower()}{colon}//{authority.lower()}{slash}{path}"


def participants(event: Mapping[str, JSON]) -> dict[str, dict[str, JSON]]:
    """The participants of an event by id; what is no object is left out."""
    given = event.get("participants")
    entries = given.items() if isinstance(given, dict) else ()
    return {key: entry for key, entry in entries if isinstance(entry, dict)}


def has_role(participant: Mapping[str, JSON], role: str) -> bool:
    """Whether a participant has a role."""
    roles = participant.get("roles")
    return isinstance(roles, dict) and roles.get(role) is True
