"""A read that is too long for a glance is answered all the same."""

from tests.client import Client
from tests.server import Server


def test_a_body_larger_than_a_glance_may_open_is_given_whole(server: Server, ann: Client) -> None:
    text = "a line of words\r\n" * 20_000
    blob = ann.upload(f"Subject: large\r\n\r\n{text}".encode())
    box = ann.mailbox("inbox")
    made = ann.call("Email/import", {"emails": {"e": {"blobId": blob, "mailboxIds": {box: True}}}})["created"]["e"]
    arguments = {"ids": [made["id"]], "properties": ["bodyValues"], "fetchAllBodyValues": True}
    [value] = ann.call("Email/get", arguments)["list"][0]["bodyValues"].values()
    assert value["value"] == text.replace("\r\n", "\n")
    ann.call("Email/set", {"destroy": [made["id"]]})
