"""A user who writes and sends, in an engine without sockets."""

from typing import Any

from angarium.datatypes.submission import queue
from angarium.datatypes.submission.queue import QueueItem
from angarium.engine.access import Principal
from tests.harness import Harness


class Outbox:
    """One user's drafts and submissions."""

    def __init__(self, engine: Harness, user: Principal) -> None:
        self.engine = engine
        self.user = user
        self.mailbox = engine.call(user, "Mailbox/get")["list"][0]["id"]
        self.identity = engine.call(user, "Identity/get")["list"][0]["id"]

    def draft(self, **properties: Any) -> str:
        """A draft from ann to bo, with other properties if given; its id."""
        given = {
            "mailboxIds": {self.mailbox: True},
            "keywords": {"$draft": True},
            "from": [{"name": "Ann", "email": "ann@example.com"}],
            "to": [{"name": "Bo", "email": "bo@elsewhere.example"}],
            "subject": "lunch",
            "textBody": [{"partId": "1", "type": "text/plain"}],
            "bodyValues": {"1": {"value": "at noon?\n"}},
            **properties,
        }
        answer = self.engine.call(self.user, "Email/set", {"create": {"d": given}})
        assert answer["created"], answer
        return str(answer["created"]["d"]["id"])

    def imported(self, octets: bytes) -> str:
        """An email with exactly these octets; its id."""
        given = {"blobId": self.engine.upload(self.user, octets), "mailboxIds": {self.mailbox: True}}
        answer = self.engine.call(self.user, "Email/import", {"emails": {"e": given}})
        return str(answer["created"]["e"]["id"])

    def submit(self, email: str, envelope: Any = None, **more: Any) -> Any:
        """What EmailSubmission/set says of one create, under the name `s`."""
        given = {"identityId": self.identity, "emailId": email, "envelope": envelope, **more}
        return self.engine.call(self.user, "EmailSubmission/set", {"create": {"s": given}})

    def sent(self, email: str, envelope: Any = None) -> Any:
        """What is told of a submission that succeeds."""
        answer = self.submit(email, envelope)
        assert answer["created"], answer
        return answer["created"]["s"]

    def refused(self, email: str, envelope: Any = None, **more: Any) -> Any:
        """The SetError of a submission that fails."""
        answer = self.submit(email, envelope, **more)
        assert answer["notCreated"], answer
        assert self.items() == []
        return answer["notCreated"]["s"]

    def submission(self, record: str) -> Any:
        """A submission as Get shows it."""
        return self.engine.call(self.user, "EmailSubmission/get", {"ids": [record]})["list"][0]

    def items(self) -> list[QueueItem]:
        """What waits in the queue."""
        return self.engine.store.read(queue.read)

    def octets(self, item: QueueItem) -> bytes:
        """What is to leave."""
        return self.engine.store.read(lambda snapshot: bytes(snapshot.blobs.open(item.blob)[:]))


def envelope(*to: str, sender: str = "ann@example.com", parameters: Any = None) -> dict[str, Any]:
    """An envelope as clients give it."""
    return {
        "mailFrom": {"email": sender, "parameters": parameters},
        "rcptTo": [{"email": email, "parameters": None} for email in to],
    }
