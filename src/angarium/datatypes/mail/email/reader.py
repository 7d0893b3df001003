"""Email/get (RFC 8621 §4.2): stored rows as they are, and beside them only what has to be made.

When every property asked for is in the message index the answer is its encoded rows and nothing is decoded.
"""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from angarium.datatypes.blobs import BlobId, octets_of
from angarium.datatypes.mail.email.properties import EVERY_PROPERTY, is_header_property
from angarium.datatypes.mail.email.view import BodyOptions, Source, body_options, made
from angarium.engine.call import Call
from angarium.engine.declare import Found
from angarium.engine.errors import MethodError, MethodErrorType
from angarium.formats.json import JSON, loads
from angarium.formats.message import Json, expand
from angarium.store.contract import ROW_PROPERTIES, BlobHash, Snapshot

_IN_ROWS: Final = frozenset(ROW_PROPERTIES)


class EmailReader:
    """Reads emails."""

    def count(self, call: Call) -> int:
        """How many emails the account holds."""
        return call.snapshot.messages.count(call.account.key)

    def read(self, call: Call, ids: Sequence[str] | None, properties: Sequence[str]) -> Found:
        """Emails in the order asked."""
        stored = [name for name in properties if name in _IN_ROWS and name != "id"]
        rest = [name for name in properties if name not in _IN_ROWS]
        rows, not_found = call.snapshot.messages.rows(call.account.key, ids, ["id", *stored])
        if not rest:
            return Found(rows, not_found)
        emails = cast("list[dict[str, JSON]]", loads(rows))
        self._complete(call, emails, rest, body_options(call))
        return Found(cast("list[Mapping[str, object]]", emails), not_found)

    def knows(self, name: str) -> bool:
        """Whether a name is a property of Email."""
        return name in EVERY_PROPERTY or is_header_property(name)

    def one(self, call: Call, email: str, properties: Sequence[str]) -> dict[str, JSON] | None:
        """Some properties of one email, bodies shown as they are by default."""
        stored = [name for name in properties if name in _IN_ROWS and name != "id"]
        rows, _ = call.snapshot.messages.rows(call.account.key, [email], ["id", *stored])
        emails = cast("list[dict[str, JSON]]", loads(rows))
        if not emails:
            return None
        self._complete(call, emails, [name for name in properties if name not in _IN_ROWS], BodyOptions())
        return emails[0]

    def _complete(
        self, call: Call, emails: Sequence[dict[str, JSON]], names: Sequence[str], options: BodyOptions
    ) -> None:
        """Add to each email what has to be made; MethodError requestTooLarge when that outgrows a response."""
        if not names:
            return
        ids = [cast(str, email["id"]) for email in emails]
        structures = call.snapshot.messages.structures(call.account.key, ids)
        most = call.request.limits.max_size_response
        for email, record in zip(emails, ids, strict=True):
            source = _source(call.snapshot, *structures[record])
            for name in names:
                email[name] = made(source, name, options)
            most -= text_weight(email.get("bodyValues"))
            if most < 0:
                raise MethodError(
                    MethodErrorType.REQUEST_TOO_LARGE, "the bodies of these emails are too large together"
                )


def text_weight(body_values: JSON) -> int:
    """Characters in body values, so that a call can stop before they fill the memory."""
    values = body_values.values() if isinstance(body_values, dict) else ()
    return sum(len(cast(str, value["value"])) for value in values if isinstance(value, dict))


def _source(snapshot: Snapshot, blob: BlobHash, structure: bytes) -> Source:
    return Source(BlobId(blob), expand(cast(Json, loads(structure))), lambda: octets_of(snapshot, blob))
