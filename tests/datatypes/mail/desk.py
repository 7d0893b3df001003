"""What a test does as one user: put messages into mailboxes, look at what is there."""

from collections.abc import Mapping
from typing import Any

from tests import desk


def octets(subject: str = "Hello", body: str = "How are you?", **headers: str) -> bytes:
    """A plain message; further fields by name with underscores for hyphens."""
    fields = {
        "From": "Bob <bob@example.com>",
        "To": "Ann <ann@example.com>",
        "Subject": subject,
        "Message-ID": f"<{abs(hash((subject, body)))}@example.com>",
        "Date": "Tue, 01 Sep 2026 10:00:00 +0200",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + body.encode()


class Desk(desk.Desk):
    """A user with mailboxes."""

    def box(self, role: str) -> str:
        """The mailbox with a role."""
        return str(self.call("Mailbox/query", filter={"role": role})["ids"][0])

    def new_box(self, name: str, **properties: Any) -> str:
        made = self.call("Mailbox/set", create={"new": {"name": name, **properties}})
        return str(made["created"]["new"]["id"])

    def boxes(self) -> dict[str, dict[str, Any]]:
        """Every mailbox by name."""
        return {box["name"]: box for box in self.call("Mailbox/get", ids=None)["list"]}

    def put(self, data: bytes, *roles: str, **properties: Any) -> str:
        """Import a message; into the inbox unless told."""
        given = {"blobId": self.upload(data), **properties}
        given.setdefault("mailboxIds", {self.box(role): True for role in roles or ("inbox",)})
        answer = self.call("Email/import", emails={"new": given})
        assert answer["created"], answer["notCreated"]
        return str(answer["created"]["new"]["id"])

    def email(self, email: str, *properties: str, **arguments: Any) -> Any:
        found = self.call("Email/get", ids=[email], properties=list(properties) or None, **arguments)["list"]
        return found[0] if found else None

    def create(self, **properties: Any) -> Any:
        """The outcome of creating one email in the drafts: what was created, or the SetError."""
        properties.setdefault("mailboxIds", {self.box("drafts"): True})
        answer = self.call("Email/set", create={"new": properties})
        return (answer["created"] or answer["notCreated"])["new"]

    def update(self, email: str, patch: Mapping[str, Any]) -> Any:
        """None when an update was done, else the SetError."""
        answer = self.call("Email/set", update={email: dict(patch)})
        return None if answer["updated"] else answer["notUpdated"][email]
