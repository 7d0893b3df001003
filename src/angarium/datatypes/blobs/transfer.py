"""Upload and download as the protocols need them: whose, through which account, under which name (RFC 8620 §6).

An account that a user may only read takes no uploads: RFC 8620 §2 lets such a user change nothing in it, so an upload
could serve nothing but filling the owner's disk.
"""

from typing import Final

from angarium.datatypes.blobs.access import read_blob
from angarium.datatypes.blobs.blobid import BlobId
from angarium.engine.access import AccountAccess, Principal
from angarium.formats.json import JSON
from angarium.store.contract import BlobHash, Content, Snapshot, StagedBlob, Transaction

UPLOAD_ALLOWANCE: Final = 50_000_000
"""Octets of uploads that one user may have in one account before something references them."""


class BlobNotFound(Exception):
    """No such blob, or none that this user may read: the two look alike."""


class UploadRefused(Exception):
    """The user may not upload to this account."""


def upload(
    transaction: Transaction,
    principal: Principal,
    account: AccountAccess,
    staged: StagedBlob | bytes,
    media_type: str,
    now: int,
) -> dict[str, JSON]:
    """Keep an upload and give the response of RFC 8620 §6.1; `now` in epoch milliseconds. Raises UploadRefused."""
    if account.read_only:
        raise UploadRefused(f"the account '{account.id}' may only be read by you")
    size = len(staged) if isinstance(staged, bytes) else staged.size
    hash_ = keep(transaction, principal, account, staged, now)
    return {"accountId": account.id, "blobId": str(BlobId(hash_)), "type": media_type, "size": size}


def keep(
    transaction: Transaction, principal: Principal, account: AccountAccess, blob: StagedBlob | bytes, now: int
) -> BlobHash:
    """Store octets as an upload of this user; `now` in epoch milliseconds."""
    hash_ = transaction.blobs.add(blob)
    transaction.blobs.upload(account.key, principal.id, hash_, now // 1000, UPLOAD_ALLOWANCE)
    return hash_


def download(snapshot: Snapshot, principal: Principal, account_id: str, blob_id: str) -> Content:
    """The octets of a blob, sliceable without loading them all; raises BlobNotFound."""
    account = principal.accounts.get(account_id)
    blob = read_blob(snapshot, principal, account, blob_id) if account else None
    if blob is None:
        raise BlobNotFound(f"there is no blob '{blob_id[:300]}'")
    return blob.content
