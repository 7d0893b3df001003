"""MDN/parse (RFC 9007 §2.2): blobs looked at as notifications that others sent."""

from typing import Final, cast

from angarium.datatypes.blobs import BLOB_IDS, Blob, octets, parse_blobs
from angarium.datatypes.submission.email_submission.status import KIND as EMAIL_SUBMISSION
from angarium.datatypes.submission.email_submission.status import by_message_id
from angarium.engine.call import Call
from angarium.engine.declare import Access, Method, Response
from angarium.formats.errors import FormatError
from angarium.formats.json import JSON, dumps, loads
from angarium.formats.message import Message, Notification, header_value, parse, read_notification

_MOST_BLOBS: Final = 100


def mdn_parse(capability: str) -> Method:
    """The method under its capability."""
    return Method("MDN/parse", capability, Access.READ, _run, (BLOB_IDS,))


def _run(call: Call) -> Response:
    def look(blob: Blob) -> tuple[JSON, int] | None:
        data = octets(blob.content)
        try:
            message = parse(data)
        except FormatError:
            return None
        told = read_notification(data, message)
        if told is None:
            return None
        shown = _to_json(call, message, told)
        return shown, len(dumps(shown))

    return parse_blobs(call, _MOST_BLOBS, look)


def _to_json(call: Call, message: Message, told: Notification) -> dict[str, JSON]:
    return {
        "forEmailId": _email(call, told.original_message_id),
        "subject": cast("str | None", header_value(message.headers, "Subject", "Text")),
        "textBody": told.text,
        "includeOriginalMessage": any(part.type == "message/rfc822" for part in message.structure.walk()),
        "reportingUA": told.reporting_ua,
        "disposition": {"actionMode": told.mode, "sendingMode": told.sent, "type": told.type},
        "mdnGateway": told.gateway,
        "originalRecipient": told.original_recipient,
        "finalRecipient": told.final_recipient,
        "originalMessageId": told.original_message_id,
        "error": list[JSON](told.errors) or None,
        "extensionFields": dict[str, JSON](told.extensions) or None,
    }


def _email(call: Call, message_id: str | None) -> str | None:
    """The email that was sent under a Message-ID, as long as its submission and it are there."""
    account = call.account.key
    sent = by_message_id(call.snapshot, account, (message_id or "").strip().strip("<>"))
    stored = call.snapshot.records.get(account, EMAIL_SUBMISSION, sent[-1:])
    emails = [cast("dict[str, str]", loads(value))["emailId"] for value in stored.values()]
    return next(iter(call.snapshot.messages.stored(account, emails)), None)
