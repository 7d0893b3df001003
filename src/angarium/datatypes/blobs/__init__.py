"""Binary data: blob ids, upload, download, Blob/copy."""

from angarium.datatypes.blobs.access import Blob, octets, octets_of, read_blob
from angarium.datatypes.blobs.blobid import MOST_STEPS, BlobId, Step, locate, parse_blob_id
from angarium.datatypes.blobs.budget import charge, read_counted, spend
from angarium.datatypes.blobs.copy import BLOB_COPY
from angarium.datatypes.blobs.parsing import BLOB_IDS, PARSE_ARGUMENTS, listed, parse_blobs
from angarium.datatypes.blobs.transfer import UPLOAD_ALLOWANCE, BlobNotFound, UploadRefused, download, keep, upload
from angarium.engine.declare import Method

__all__ = [
    "BLOB_IDS",
    "MOST_STEPS",
    "PARSE_ARGUMENTS",
    "UPLOAD_ALLOWANCE",
    "Blob",
    "BlobId",
    "BlobNotFound",
    "Step",
    "UploadRefused",
    "charge",
    "download",
    "keep",
    "listed",
    "locate",
    "methods",
    "octets",
    "octets_of",
    "parse_blob_id",
    "parse_blobs",
    "read_blob",
    "read_counted",
    "spend",
    "upload",
]


def methods() -> tuple[Method, ...]:
    """The methods of this folder."""
    return (BLOB_COPY,)
