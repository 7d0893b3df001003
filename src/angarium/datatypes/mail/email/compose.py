"""Building the message of an Email/set create (RFC 8621 §4.6): its fields, its body, and what the server adds."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

from angarium.datatypes.mail.email.given import Problems, draft_headers, fields_of
from angarium.datatypes.mail.email.parts import PartReader, body_values, given_parts
from angarium.datatypes.mail.email.properties import BODY_LISTS
from angarium.engine.call import Call
from angarium.engine.errors import invalid_properties
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON
from angarium.formats.message import BodyPart, Draft, assemble, build
from angarium.store.contract import BlobHash

_DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\Z")

_TEXTS: Final[Mapping[str, str]] = {"textBody": "text/plain", "htmlBody": "text/html"}
"""The body lists that hold exactly one part, and its type."""


def compose(call: Call, value: Mapping[str, JSON]) -> tuple[bytes, frozenset[BlobHash]]:
    """The octets of the message that the properties describe, and the blobs that it was made of.

    Raises SetError naming all that is wrong with the properties.
    """
    problems = Problems()
    fields = fields_of(value, problems)
    for item in fields:
        if item.name.lower().startswith("content-"):
            problems.add(item.property, "belongs to a part of the body")
    headers = draft_headers(fields, problems)
    values = body_values(value.get("bodyValues"), problems)
    parts = PartReader(call, values, problems, call.request.limits.max_size_upload)
    body = _body(parts, value, frozenset(item.name.lower() for item in fields))
    parts.refuse_missing()
    problems.refuse()
    moment = datetime.fromtimestamp(call.request.now // 1000, UTC)
    try:
        octets = build(Draft(headers, body), message_id=_message_id(call, value), date=moment)
    except FormatError as error:
        raise invalid_properties(
            error.problem, "bodyStructure" if value.get("bodyStructure") else "bodyValues"
        ) from None
    return octets, frozenset(parts.blobs)


def _body(parts: PartReader, value: Mapping[str, JSON], taken: frozenset[str]) -> BodyPart:
    structure = value.get("bodyStructure")
    if structure is None:
        return _assembled(parts, value)
    for name in BODY_LISTS:
        if value.get(name) is not None:
            parts.problems.add(name, "must not be given with bodyStructure")
    body = parts.read(cast("dict[str, JSON]", structure), "bodyStructure/")
    for header in body.headers:
        if header.name.lower() in taken:
            parts.problems.add("bodyStructure", f"gives the header field {header.name}, which the email gives too")
    return body


def _assembled(parts: PartReader, value: Mapping[str, JSON]) -> BodyPart:
    texts = {name: _text(parts, name, value.get(name)) for name in _TEXTS}
    attachments = [
        _leaf(parts, part, f"attachments/{index}") for index, part in enumerate(given_parts(value.get("attachments")))
    ]
    return assemble(texts["textBody"], texts["htmlBody"], attachments)


def _text(parts: PartReader, name: str, value: JSON) -> BodyPart | None:
    """The one part of textBody or htmlBody."""
    if value is None:
        return None
    given: Sequence[dict[str, JSON]] = given_parts(value)
    if len(given) != 1:
        parts.problems.add(name, "must hold exactly one part")
        return None
    part = _leaf(parts, given[0], f"{name}/0", _TEXTS[name])
    if part.type != _TEXTS[name]:
        parts.problems.add(f"{name}/0/type", f"must be {_TEXTS[name]}")
    return part


def _leaf(parts: PartReader, given: dict[str, JSON], path: str, default_type: str | None = None) -> BodyPart:
    part = parts.read(given, f"{path}/", default_type)
    if part.type.startswith("multipart/"):
        parts.problems.add(f"{path}/type", "must not be a multipart; give a bodyStructure for that")
    return part


def _message_id(call: Call, value: Mapping[str, JSON]) -> str:
    """A fresh Message-ID in the domain of the author, else of the user (RFC 5322 §3.6.4)."""
    authors = cast("list[dict[str, str]] | None", value.get("from")) or []
    names = [*(author["email"] for author in authors[:1]), call.request.principal.name]
    domains = [domain for _, at, domain in (name.rpartition("@") for name in names) if at and _DOMAIN.match(domain)]
    return f"{call.request.token()}@{domains[0] if domains else 'localhost'}"
