"""How long a blob stays that nothing references (RFC 8620 §6)."""

from pathlib import Path
from typing import Any

from tests.harness import Harness

HOUR = 3600
OCTETS = b"Subject: the only one\r\n\r\nbody\r\n"


def test_a_blob_outlives_the_call_that_destroys_its_last_reference(tmp_path: Path) -> None:
    harness = Harness(tmp_path)
    ann = harness.user("ann")
    inbox = {harness.call(ann, "Mailbox/get")["list"][0]["id"]: True}
    given: dict[str, Any] = {"blobId": harness.upload(ann, OCTETS), "mailboxIds": inbox}
    old = harness.call(ann, "Email/import", {"emails": {"k": given}})["created"]["k"]
    harness.store.write(lambda view: view.blobs.collect(harness.now // 1000 + 2 * HOUR)).result()
    draft = {"mailboxIds": inbox, "attachments": [{"blobId": old["blobId"], "type": "message/rfc822"}]}
    answer = harness.call(ann, "Email/set", {"create": {"d": draft}, "destroy": [old["id"]]})
    assert answer["destroyed"] == [old["id"]]
    new = answer["created"]["d"]["id"]
    shown = harness.call(ann, "Email/get", {"ids": [new], "properties": ["attachments"]})["list"][0]
    assert shown["attachments"][0]["size"] == len(OCTETS)
    harness.close()
