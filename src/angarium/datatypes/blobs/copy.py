"""Blob/copy (RFC 8620 §6.3): a blob of one account becomes the user's upload in another.

A part of a message becomes a blob of its own there, so the copy never opens the rest of the message to anyone.
"""

from angarium.datatypes.blobs.blobid import BlobId
from angarium.datatypes.blobs.budget import read_counted
from angarium.datatypes.blobs.transfer import UPLOAD_ALLOWANCE, keep
from angarium.engine.call import Call
from angarium.engine.declare import REQUIRED, Access, Argument, Method, Response
from angarium.engine.errors import SetError, SetErrorType
from angarium.engine.limits import CORE
from angarium.engine.methods.copy import from_account
from angarium.engine.methods.set import check_size
from angarium.engine.shapes import identifier, list_of
from angarium.formats.json import JSON


def _copy(call: Call, source: Call, blob_id: str) -> str:
    blob = read_counted(call, source.account, blob_id)
    if blob is None:
        raise SetError(SetErrorType.NOT_FOUND, f"there is no blob '{blob_id}' in the account '{source.account.id}'")
    request = call.request
    if not blob.id.steps:
        call.transaction.blobs.upload(
            call.account.key, request.principal.id, blob.id.hash, request.now // 1000, UPLOAD_ALLOWANCE
        )
        return blob_id
    return str(BlobId(keep(call.transaction, request.principal, call.account, blob.content[:], request.now)))


def _run(call: Call) -> Response:
    wanted = list(dict.fromkeys(call.texts("blobIds") or ()))
    check_size(call, len(wanted))
    source = from_account(call)
    copied: dict[str, JSON] = {}
    refused: dict[str, JSON] = {}
    for blob_id in wanted:
        try:
            copied[blob_id] = _copy(call, source, blob_id)
        except SetError as error:
            refused[blob_id] = error.shown()
    return {
        "fromAccountId": source.account.id,
        "accountId": call.account.id,
        "copied": copied or None,
        "notCopied": refused or None,
    }


BLOB_COPY = Method(
    "Blob/copy",
    CORE,
    Access.WRITE,
    _run,
    (Argument("fromAccountId", identifier, REQUIRED), Argument("blobIds", list_of(identifier), REQUIRED)),
)
