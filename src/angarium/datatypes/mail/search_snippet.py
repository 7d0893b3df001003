"""SearchSnippet/get (RFC 8621 §5): where the text of a filter stands in emails.

Only conditions that an email must or may match give words; what stands under NOT is not in the emails found.
"""

from collections.abc import Iterator
from typing import Final, cast

from angarium.datatypes.blobs import octets_of
from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, DataType, Method, Response
from angarium.engine.errors import MethodError, MethodErrorType
from angarium.engine.methods.filters import FILTER, parse_filter
from angarium.engine.shapes import identifier, list_of
from angarium.formats.json import JSON, loads
from angarium.formats.message import Json, expand, search_text
from angarium.formats.searchtext import Word, parse_query, snippet
from angarium.store.contract import All, BlobHash, Either, Expression, Snapshot, Term

MOST_EMAILS: Final = 100
"""In one call: each is read and searched anew."""

_SUBJECT: Final = frozenset(("text", "subject"))
_BODY: Final = frozenset(("text", "body"))


def _words(expression: Expression | None, names: frozenset[str]) -> tuple[Word, ...]:
    return tuple(dict.fromkeys(word for value in _values(expression, names) for word in parse_query(value)))


def _values(expression: Expression | None, names: frozenset[str]) -> Iterator[str]:
    match expression:
        case Term(name, str() as value) if name in names:
            yield value
        case All(parts) | Either(parts):
            for part in parts:
                yield from _values(part, names)


def _preview(snapshot: Snapshot, blob: BlobHash, structure: bytes, words: tuple[Word, ...]) -> str | None:
    if not words:
        return None
    return snippet(search_text(octets_of(snapshot, blob), expand(cast(Json, loads(structure)))), words)


def search_snippet_get(capability: str, email: DataType) -> Method:
    """The method under the capability of mail; `email` says which filters there are."""

    def run(call: Call) -> Response:
        filter_ = parse_filter(email, call)
        wanted = list(dict.fromkeys(call.texts("emailIds") or ()))
        if len(wanted) > MOST_EMAILS:
            raise MethodError(MethodErrorType.REQUEST_TOO_LARGE, f"one call searches at most {MOST_EMAILS} emails")
        in_subject, in_body = _words(filter_, _SUBJECT), _words(filter_, _BODY)
        rows, missing = call.snapshot.messages.rows(call.account.key, wanted, ("id", "subject"))
        structures = call.snapshot.messages.structures(call.account.key, wanted)
        snippets: list[JSON] = [
            {
                "emailId": row["id"],
                "subject": snippet(row["subject"] or "", in_subject, None) if in_subject else None,
                "preview": _preview(call.snapshot, *structures[row["id"]], in_body),
            }
            for row in cast("list[dict[str, str]]", loads(rows))
        ]
        return {"accountId": call.account.id, "list": snippets, "notFound": missing or None}

    return Method(
        "SearchSnippet/get",
        capability,
        Access.READ,
        run,
        (Argument("filter", FILTER), Argument("emailIds", list_of(identifier), REQUIRED)),
    )
