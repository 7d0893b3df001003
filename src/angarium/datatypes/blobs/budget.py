"""How many octets one request may make the server look through, so that a short one cannot ask for minutes of work.

A blob id costs what it names and every encoded range that is decoded on the way there (`Blob.weight`).
"""

from angarium.datatypes.blobs.access import Blob, read_blob
from angarium.engine.access import AccountAccess
from angarium.engine.call import Call
from angarium.engine.errors import SetError, SetErrorType


def spend(call: Call, octets: int) -> bool:
    """Count the reading of so many octets; False when that was more than the request has left."""
    call.request.octets_left -= octets
    return call.request.octets_left >= 0


def charge(call: Call, octets: int) -> None:
    """The same; SetError rateLimit once the request has read more than it may."""
    if not spend(call, octets):
        raise SetError(SetErrorType.RATE_LIMIT, "this request reads too much of blobs; ask for less at a time")


def read_counted(call: Call, account: AccountAccess, blob_id: str) -> Blob | None:
    """The blob as `read_blob` gives it; SetError rateLimit once the request has read more than it may."""
    charge(call, 0)
    blob = read_blob(call.snapshot, call.request.principal, account, blob_id)
    if blob:
        charge(call, blob.weight)
    return blob
