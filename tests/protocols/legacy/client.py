"""A user who speaks the dialect of 2016 and 2017, and the modern side of the same account to look at afterwards."""

import json
from typing import Any

from angarium.datatypes.principals import User
from tests.protocols.served import Answer, Served


def letter(
    subject: str = "Lunch", text: str = "At noon?", sender: str = "Bo <bo@quill.example>", more: str = ""
) -> bytes:
    lines = [f"From: {sender}", "To: Ann <ann@localhost>", f"Subject: {subject}", *filter(None, [more]), "", text, ""]
    return "\r\n".join(lines).encode()


class Old:
    """Asks as one user."""

    def __init__(self, served: Served, user: User) -> None:
        self.served = served
        self.user = user
        self.account = served.account(user)

    def post(self, body: bytes, **more: Any) -> Answer:
        return self.served.api(body, user=self.user.name, **more)

    def replies(self, *calls: tuple[str, Any]) -> list[Any]:
        """Every triple; the calls are named as the library of that time names them."""
        sent = [[name, given, str(index)] for index, (name, given) in enumerate(calls)]
        answer = self.post(json.dumps(sent).encode())
        assert answer.status == 200, answer
        found: list[Any] = answer.json
        return found

    def ask(self, name: str, given: Any = None) -> Any:
        """The arguments of the first response to one call, which is no error."""
        found = self.replies((name, given or {}))[0]
        assert found[0] != "error", found
        return found[1]

    def error(self, name: str, given: Any = None) -> Any:
        """The arguments of the error that one call ends in."""
        found = self.replies((name, given or {}))[-1]
        assert found[0] == "error", found
        return found[1]

    def modern(self, name: str, given: Any) -> Any:
        """A call of RFC 8620 on the same account."""
        using = self.served.request("GET", "/.well-known/jmap", user=self.user.name).json["capabilities"]
        calls = [[name, {"accountId": self.account, **given}, "m"]]
        answer = self.served.api({"using": list(using), "methodCalls": calls}, user=self.user.name)
        shown, told, _ = answer.json["methodResponses"][0]
        assert shown == name, told
        return told

    def mailboxes(self) -> dict[str, str]:
        """Ids by role."""
        return {box["role"]: box["id"] for box in self.ask("getMailboxes")["list"] if box["role"]}

    def upload(self, content: bytes, media_type: str = "application/octet-stream") -> str:
        return str(self.served.upload(self.user, content, media_type).json["blobId"])

    def deliver(self, content: bytes, role: str = "inbox", **more: Any) -> str:
        """Put a message into a mailbox by the modern side; its id."""
        boxes = self.modern("Mailbox/get", {"properties": ["role"]})["list"]
        box = next(found["id"] for found in boxes if found["role"] == role)
        given = {"blobId": self.upload(content), "mailboxIds": {box: True}, **more}
        made = self.modern("Email/import", {"emails": {"a": given}})["created"]["a"]
        return str(made["id"])
