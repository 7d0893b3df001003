"""Photos, logos and sounds as blobs (RFC 9610 §3, §3.5)."""

import base64
from typing import Any

import pytest

from angarium.datatypes.blobs import BlobNotFound
from tests.datatypes.contacts.desk import JPEG, PNG, Desk, named

HOUR_AND_MORE = 4_000


def _photo(**properties: Any) -> dict[str, Any]:
    return {"p": {"kind": "photo", **properties}}


def _data(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _collect(desk: Desk) -> None:
    """Remove every blob that nothing holds."""
    later = desk.harness.now // 1000 + HOUR_AND_MORE
    for _ in range(2):
        desk.harness.store.write(lambda transaction: transaction.blobs.collect(later)).result()


def test_an_upload_becomes_the_photo_and_stays(ann: Desk) -> None:
    blob = ann.upload(PNG)
    made = ann.create(**named("Ann"), media=_photo(blobId=blob))
    assert made["media"] == _photo(blobId=blob, mediaType="image/png")
    _collect(ann)
    assert ann.download(blob) == PNG
    assert ann.card(made["id"])["media"] == made["media"]


def test_octets_given_in_the_card_become_a_blob(ann: Desk) -> None:
    card = ann.put(**named("Ann"), media=_photo(uri=_data(JPEG, "image/jpeg"), label="me"))
    (photo,) = ann.card(card)["media"].values()
    assert ann.download(photo["blobId"]) == JPEG
    assert photo == {"kind": "photo", "label": "me", "mediaType": "image/jpeg", "blobId": photo["blobId"]}


def test_a_part_of_a_message_becomes_a_blob_of_its_own(ann: Desk) -> None:
    message = b"Subject: me\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(
        PNG
    )
    parsed = ann.call("Email/parse", blobIds=[ann.upload(message)], properties=["bodyStructure"])["parsed"]
    (email,) = parsed.values()
    card = ann.put(**named("Ann"), media=_photo(blobId=email["bodyStructure"]["blobId"]))
    (photo,) = ann.card(card)["media"].values()
    assert "_" not in photo["blobId"]
    assert ann.download(photo["blobId"]) == PNG


@pytest.mark.parametrize("kind", ["photo", "logo"])
def test_a_text_is_no_photo(ann: Desk, kind: str) -> None:
    for content in (b"To whom it may concern", b"BMore text", b"<html><svg></svg></html>", b""):
        refused = ann.create(media={"p": {"kind": kind, "blobId": ann.upload(content)}})
        assert (refused["type"], refused["properties"]) == ("invalidProperties", ["media/p/blobId"])
        refused = ann.create(media={"p": {"kind": kind, "uri": _data(content)}})
        assert (refused["type"], refused["properties"]) == ("invalidProperties", ["media/p/uri"])
    assert ann.find() == []


def test_a_sound_may_be_anything(ann: Desk) -> None:
    blob = ann.upload(b"RIFF....WAVE")
    made = ann.create(media={"s": {"kind": "sound", "blobId": blob}})
    assert made["media"]["s"]["mediaType"] == "application/octet-stream"
    made = ann.create(media={"s": {"kind": "sound", "blobId": blob, "mediaType": "audio/wav"}})
    assert "media" not in made


def test_a_photo_elsewhere_stays_where_it_is(ann: Desk) -> None:
    card = ann.put(media=_photo(uri="https://example.com/me.png"))
    assert ann.card(card)["media"] == _photo(uri="https://example.com/me.png")


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"blobId": "b" + "0" * 64}, "media/p/blobId"),
        ({"blobId": "nonsense"}, "media/p/blobId"),
        ({"blobId": "x" * 300}, "media/p/blobId"),
        ({"uri": "data:image/png;base64,AAA*A"}, "media/p/uri"),
        ({"uri": "data:nothing"}, "media/p/uri"),
        ({}, "media/p/uri"),
    ],
)
def test_a_photo_that_is_nowhere_is_told_by_its_path(ann: Desk, entry: dict[str, Any], path: str) -> None:
    refused = ann.create(media=_photo(**entry))
    assert (refused["type"], refused["properties"]) == ("invalidProperties", [path])


def test_an_upload_of_another_user_is_no_photo(ann: Desk, bob: Desk) -> None:
    refused = ann.create(media=_photo(blobId=bob.upload(PNG)))
    assert (refused["type"], refused["properties"]) == ("invalidProperties", ["media/p/blobId"])


def test_a_photo_that_is_replaced_or_destroyed_goes(ann: Desk) -> None:
    first, second = ann.upload(PNG), ann.upload(JPEG)
    card = ann.put(media=_photo(blobId=first))
    told = ann.update(card, {"media/p/blobId": second, "media/p/mediaType": None})
    assert told["media"] == _photo(blobId=second, mediaType="image/jpeg")
    _collect(ann)
    assert ann.download(second) == JPEG
    with pytest.raises(BlobNotFound, match="no blob"):
        ann.download(first)
    ann.update(card, {"kind": "individual"})
    _collect(ann)
    assert ann.download(second) == JPEG
    ann.destroy(card)
    _collect(ann)
    with pytest.raises(BlobNotFound, match="no blob"):
        ann.download(second)


def test_a_copy_takes_its_photo_along(ann: Desk, bob: Desk) -> None:
    blob = ann.upload(PNG)
    card = ann.put(**named("Ann"), media=_photo(blobId=blob))
    guest = Desk(ann.harness, ann.harness.share(ann.user, bob.user, read_only=True))
    create = {"c": {"id": card, "addressBookIds": {bob.book: True}}}
    made = guest.call("ContactCard/copy", fromAccountId=ann.account, create=create)["created"]["c"]
    ann.destroy(card)
    _collect(ann)
    assert bob.card(made["id"])["media"] == _photo(blobId=blob, mediaType="image/png")
    assert bob.download(blob) == PNG
