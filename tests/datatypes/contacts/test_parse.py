"""ContactCard/parse: blobs that hold vCards, and blobs that do not."""

from tests.datatypes.contacts.desk import Desk

TWO = (
    b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u1\r\nFN:Ann Quill\r\nEND:VCARD\r\n"
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Reed;Bob\r\nEND:VCARD\r\n"
)


def test_every_card_of_a_blob_is_shown_and_nothing_is_stored(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, TWO)
    answer = ann.call("ContactCard/parse", blobIds=[blob])
    first, second = answer["parsed"][blob]
    assert (first["id"], first["addressBookIds"], first["uid"], first["name"]["full"]) == (
        None,
        None,
        "u1",
        "Ann Quill",
    )
    assert {part["value"] for part in second["name"]["components"]} == {"Reed", "Bob"}
    assert "uid" not in second  # RFC 9982: none is invented
    assert (answer["notParsable"], answer["notFound"]) == (None, None)
    assert ann.call("ContactCard/query")["ids"] == []


def test_only_the_properties_asked_for_are_shown(ann: Desk) -> None:
    blob = ann.harness.upload(ann.user, TWO)
    answer = ann.call("ContactCard/parse", blobIds=[blob], properties=["uid", "id"])
    assert answer["parsed"] == {blob: [{"uid": "u1", "id": None}, {"id": None}]}


def test_what_holds_no_card_and_what_is_not_there_are_told_apart(ann: Desk) -> None:
    text = ann.harness.upload(ann.user, b"no card at all")
    answer = ann.call("ContactCard/parse", blobIds=[text, "b" + "0" * 64, text])
    assert (answer["parsed"], answer["notParsable"], answer["notFound"]) == (None, [text], ["b" + "0" * 64])


def test_too_many_blobs_are_refused(ann: Desk) -> None:
    names = [f"b{number:064x}" for number in range(11)]
    assert ann.error("ContactCard/parse", blobIds=names)["type"] == "requestTooLarge"
