"""Upload and download (RFC 8620 §6.1, §6.2)."""

from hashlib import sha256

import pytest

from angarium.datatypes.blobs import BlobNotFound, UploadRefused, download, upload
from angarium.engine.access import Principal
from tests.harness import Harness


def fetched(harness: Harness, user: Principal, account: str, blob_id: str) -> bytes:
    return bytes(harness.store.read(lambda view: download(view, user, account, blob_id)[:]))


def test_an_upload_tells_what_it_is_called(harness: Harness) -> None:
    ann = harness.user("ann")
    account = ann.accounts[harness.account(ann)]
    told = harness.store.write(lambda view: upload(view, ann, account, b"hello", "text/x-odd", harness.now)).result()
    assert told == {
        "accountId": account.id,
        "blobId": "b" + sha256(b"hello").hexdigest(),
        "type": "text/x-odd",
        "size": 5,
    }


@pytest.mark.parametrize("size", [0, 1, 70_000, 300_000])
def test_what_was_uploaded_is_downloaded(harness: Harness, size: int) -> None:
    ann = harness.user("ann")
    content = bytes(range(256)) * (size // 256 + 1)
    blob_id = harness.upload(ann, content[:size])
    assert fetched(harness, ann, harness.account(ann), blob_id) == content[:size]


def test_an_upload_is_only_for_who_uploaded_it(harness: Harness) -> None:
    ann, bob = harness.user("ann"), harness.user("bob")
    shared = harness.share(ann, bob)
    blob_id = harness.upload(ann, b"secret")
    for account in (harness.account(ann), harness.account(bob)):
        with pytest.raises(BlobNotFound):
            fetched(harness, shared, account, blob_id)


def test_an_upload_to_one_account_is_not_seen_through_another(harness: Harness) -> None:
    ann, bob = harness.user("ann"), harness.user("bob")
    shared = harness.share(ann, bob)
    blob_id = harness.upload(shared, b"to ann", harness.account(ann))
    assert fetched(harness, shared, harness.account(ann), blob_id) == b"to ann"
    with pytest.raises(BlobNotFound):
        fetched(harness, shared, harness.account(bob), blob_id)


def test_a_referenced_blob_is_for_everyone_who_may_use_the_account(harness: Harness) -> None:
    ann, bob = harness.user("ann"), harness.user("bob")
    shared = harness.share(ann, bob, read_only=True)
    blob_id = harness.upload(ann, b"Subject: x\r\n\r\nbody")
    inbox = harness.call(ann, "Mailbox/query")["ids"][0]
    harness.call(ann, "Email/import", {"emails": {"a": {"blobId": blob_id, "mailboxIds": {inbox: True}}}})
    assert fetched(harness, shared, harness.account(ann), blob_id) == b"Subject: x\r\n\r\nbody"
    assert fetched(harness, shared, harness.account(ann), f"{blob_id}_e-4") == b"body"


@pytest.mark.parametrize("blob_id", ["", "b", "x" * 500, "b" + "0" * 64, "../../etc/passwd"])
def test_an_unknown_blob_and_an_unknown_account_look_alike(harness: Harness, blob_id: str) -> None:
    ann = harness.user("ann")
    with pytest.raises(BlobNotFound) as unknown_blob:
        fetched(harness, ann, harness.account(ann), blob_id)
    with pytest.raises(BlobNotFound) as unknown_account:
        fetched(harness, ann, "a999", blob_id)
    assert str(unknown_blob.value) == str(unknown_account.value)


def test_an_account_that_may_only_be_read_takes_no_uploads(harness: Harness) -> None:
    ann, bob = harness.user("ann"), harness.user("bob")
    shared = harness.share(ann, bob, read_only=True)
    account = shared.accounts[harness.account(ann)]
    with pytest.raises(UploadRefused):
        harness.store.write(lambda view: upload(view, shared, account, b"x", "text/plain", harness.now)).result()


def test_past_the_allowance_the_oldest_upload_goes_first(harness: Harness) -> None:
    ann = harness.user("ann")
    account = harness.account(ann)
    first = harness.upload(ann, b"1" * 20_000_000)
    harness.now += 1000
    second = harness.upload(ann, b"2" * 20_000_000)
    harness.now += 1000
    third = harness.upload(ann, b"3" * 20_000_000)
    with pytest.raises(BlobNotFound):
        fetched(harness, ann, account, first)
    assert len(fetched(harness, ann, account, second)) == len(fetched(harness, ann, account, third)) == 20_000_000
