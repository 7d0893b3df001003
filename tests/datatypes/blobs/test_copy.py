"""Blob/copy (RFC 8620 §6.3)."""

import pytest

from angarium.datatypes.blobs import BlobId, BlobNotFound, download
from angarium.engine.access import Principal
from angarium.formats.message import Encoding
from angarium.store.contract import BlobHash
from tests.harness import Harness

MESSAGE = b"Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8="


@pytest.fixture
def bob(harness: Harness) -> Principal:
    """Bob, who may also use the account of Ann (`a1`)."""
    return harness.share(harness.user("ann"), harness.user("bob"))


def test_a_blob_keeps_its_id_in_the_other_account(harness: Harness, bob: Principal) -> None:
    blob_id = harness.upload(bob, b"hello", "a1")
    told = harness.call(bob, "Blob/copy", {"fromAccountId": "a1", "blobIds": [blob_id]})
    assert told == {
        "fromAccountId": "a1",
        "accountId": harness.account(bob),
        "copied": {blob_id: blob_id},
        "notCopied": None,
    }
    assert harness.store.read(lambda view: download(view, bob, harness.account(bob), blob_id)[:]) == b"hello"


def test_a_part_becomes_a_blob_of_its_own_and_opens_no_more(harness: Harness, bob: Principal) -> None:
    whole = harness.upload(bob, MESSAGE, "a1")
    part = str(BlobId(BlobHash(whole[1:])).part(MESSAGE.index(b"aGV"), len(MESSAGE), Encoding.BASE64))
    told = harness.call(bob, "Blob/copy", {"fromAccountId": "a1", "blobIds": [part]})
    own = told["copied"][part]
    assert harness.store.read(lambda view: download(view, bob, harness.account(bob), own)[:]) == b"hello"
    with pytest.raises(BlobNotFound):
        harness.store.read(lambda view: download(view, bob, harness.account(bob), whole))


def test_what_is_not_there_is_not_found_and_the_rest_is_copied(harness: Harness, bob: Principal) -> None:
    blob_id, missing = harness.upload(bob, b"hello", "a1"), "b" + "0" * 64
    told = harness.call(bob, "Blob/copy", {"fromAccountId": "a1", "blobIds": [missing, blob_id]})
    assert list(told["copied"]) == [blob_id]
    assert told["notCopied"][missing]["type"] == "notFound"


def test_a_blob_of_someone_else_is_not_found(harness: Harness) -> None:
    ann, bob = harness.user("ann"), harness.user("bob")
    shared = harness.share(ann, bob)
    secret = harness.upload(ann, b"secret")
    told = harness.call(shared, "Blob/copy", {"fromAccountId": harness.account(ann), "blobIds": [secret]})
    assert told["notCopied"][secret]["type"] == "notFound"


def test_accounts_must_be_two_and_known(harness: Harness, bob: Principal) -> None:
    own = harness.account(bob)
    assert harness.error(bob, "Blob/copy", {"fromAccountId": own, "blobIds": []})["type"] == "invalidArguments"
    assert harness.error(bob, "Blob/copy", {"fromAccountId": "a9", "blobIds": []})["type"] == "fromAccountNotFound"


def test_a_target_that_may_only_be_read_is_account_read_only(harness: Harness) -> None:
    ann, bob = harness.user("ann"), harness.user("bob")
    shared = harness.share(ann, bob, read_only=True)
    arguments = {"accountId": harness.account(ann), "fromAccountId": harness.account(bob), "blobIds": []}
    assert harness.error(shared, "Blob/copy", arguments)["type"] == "accountReadOnly"
