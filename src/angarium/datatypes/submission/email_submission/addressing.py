"""From whom and for whom a message is sent: the envelope as given or made from the header, and who may send as whom.

RFC 8621 §7 (envelope) and §7.5 (each SetError).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from angarium.datatypes.principals import User, owns, recipient
from angarium.datatypes.principals.names import normal_address, normal_domain
from angarium.datatypes.submission.email_submission.parameters import mail_problem, rcpt_problem
from angarium.datatypes.submission.envelope import Address, Envelope
from angarium.datatypes.submission.identity import Identity
from angarium.datatypes.submission.sending import Sending
from angarium.engine.errors import SetError, SetErrorType, invalid_properties
from angarium.engine.shapes import Problem
from angarium.formats.json import JSON
from angarium.formats.message import EmailAddress, Outgoing, is_mailbox, is_mailbox_list, parse_addresses
from angarium.store.contract import Snapshot

_RECIPIENTS: Final = ("to", "cc", "bcc")
_WRITERS: Final = {"from": "from", "sender": "sender", "resent-from": "header:Resent-From"}
"""Fields that say who wrote or sent a message, and the properties of an Email that they are."""

_MOST_TOLD: Final = 10


class Addressing:
    """The rules of one server for one user's messages."""

    def __init__(self, snapshot: Snapshot, sending: Sending, user: User) -> None:
        self._snapshot = snapshot
        self._sending = sending
        self._user = user

    def check_authors(self, message: Outgoing) -> None:
        """SetError invalidEmail or forbiddenFrom for a message that does not say who wrote it, or not the truth."""
        if wrong := _wrong(message):
            raise _invalid(wrong)
        authors, senders = _addresses(message, "from"), _addresses(message, "sender")
        if all(map(self._may, (*authors, *senders))) or self._is_resent(message, (*authors, *senders)):
            return
        raise SetError(
            SetErrorType.FORBIDDEN_FROM,
            f"the message says that it is from {', '.join(authors[:_MOST_TOLD])}; "
            f"{self._user.name} may only send as an address of this account",
        )

    def check_identity(self, identity: Identity) -> None:
        """SetError forbiddenFrom when the address of an identity is the account's no more."""
        if not self._may(identity.email):
            raise SetError(SetErrorType.FORBIDDEN_FROM, f"{identity.email} is no address of this account any more")

    def generated(self, message: Outgoing, identity: Identity) -> Envelope:
        """The envelope that the header of a message describes (RFC 8621 §7)."""
        writers = _addresses(message, "sender") or _addresses(message, "from")
        if len(writers) > 1:
            several = "names several addresses, and there is no Sender; give an envelope, or a Sender"
            raise _invalid({"from": several})
        is_allowed = normal_address(writers[0]) == normal_address(identity.email)
        found = {normal_address(email): email for name in _RECIPIENTS for email in _addresses(message, name)}
        return Envelope(Address(writers[0] if is_allowed else identity.email), tuple(map(Address, found.values())))

    def check(self, envelope: Envelope) -> None:
        """SetError for an envelope that cannot be sent."""
        self._check_sender(envelope.mail_from)
        self._check_recipients(envelope.rcpt_to)

    def _check_sender(self, sender: Address) -> None:
        if sender.email and not is_mailbox(sender.email):
            raise invalid_properties("envelope/mailFrom/email: must be an address, or empty", "envelope/mailFrom/email")
        if sender.email and not self._may(sender.email):
            raise SetError(
                SetErrorType.FORBIDDEN_MAIL_FROM,
                f"{self._user.name} may not send as {sender.email}: it is no address of this account",
            )
        refuse_parameter("envelope/mailFrom", mail_problem(sender.parameters))

    def _check_recipients(self, recipients: Sequence[Address]) -> None:
        most = self._sending.max_recipients
        if not recipients:
            raise SetError(SetErrorType.NO_RECIPIENTS, "the message is for nobody: give it a To, Cc or Bcc")
        if len(recipients) > most:
            raise SetError(
                SetErrorType.TOO_MANY_RECIPIENTS,
                f"the message is for {len(recipients)} recipients; one message goes to at most {most}",
                extra={"maxRecipients": most},
            )
        _refuse_recipients("no address to send to", (to.email for to in recipients if not is_mailbox(to.email)))
        for index, known in enumerate(recipients):
            refuse_parameter(f"envelope/rcptTo/{index}", rcpt_problem(known.parameters))
        strangers = [
            to.email for to in recipients if recipient(self._snapshot, self._sending.domains, to.email) is None
        ]
        local = frozenset(map(normal_domain, self._sending.domains.names))
        ours = [email for email in strangers if normal_domain(email.rpartition("@")[2]) in local]
        _refuse_recipients("there is no such user on this server", ours)
        if strangers and not self._sending.relay:
            raise SetError(
                SetErrorType.FORBIDDEN_TO_SEND,
                f"this server sends no mail to others ([relay] is not configured), so not to {_listed(strangers)}",
            )

    def _may(self, email: str) -> bool:
        return owns(self._user, self._sending.domains, email)

    def _is_resent(self, message: Outgoing, writers: Iterable[str]) -> bool:
        """Whether the user passes on what somebody elsewhere wrote, and says so (RFC 5322 §3.6.6).

        Nobody on this server can be named as the writer that way.
        """
        resenders = _addresses(message, "resent-from")
        domains = self._sending.domains
        local = frozenset(map(normal_domain, domains.names))
        return (
            bool(resenders)
            and all(map(self._may, resenders))
            and all(
                self._may(email)
                or (
                    normal_domain(email.rpartition("@")[2]) not in local
                    and recipient(self._snapshot, domains, email) is None
                )
                for email in writers
            )
        )


def refuse_parameter(place: str, problem: Problem | None) -> None:
    """SetError invalidProperties for a parameter of the address at `place`."""
    if problem is not None:
        path = str(problem.within("parameters").path)
        raise invalid_properties(f"{place}/{path}: {problem.text}", f"{place}/{path}")


def _wrong(message: Outgoing) -> dict[str, str]:
    """What is wrong with how a message says who wrote it, by the property of the Email."""
    wrong = {
        known: "must name its addresses so that every program reads the same ones"
        for name, known in _WRITERS.items()
        if not all(map(is_mailbox_list, message.named(name)))
    }
    if len(message.named("from")) != 1 or not _addresses(message, "from"):
        wrong["from"] = "there must be one field with at least one address"
    if len(message.named("sender")) > 1 or len(_addresses(message, "sender")) > 1:
        wrong["sender"] = "must be one address"
    return wrong


def _addresses(message: Outgoing, name: str) -> list[str]:
    found: list[EmailAddress] = [address for raw in message.named(name) for address in parse_addresses(raw)]
    return [address["email"] or "" for address in found]


def _invalid(wrong: Mapping[str, str]) -> SetError:
    told = "; ".join(f"{name}: {text}" for name, text in wrong.items())
    return SetError(SetErrorType.INVALID_EMAIL, f"the email cannot be sent: {told}", [*wrong])


def _refuse_recipients(why: str, wrong: Iterable[str]) -> None:
    found = list(wrong)
    if found:
        raise SetError(
            SetErrorType.INVALID_RECIPIENTS,
            f"{why}: {_listed(found)}",
            extra={"invalidRecipients": list[JSON](found)},
        )


def _listed(addresses: Sequence[str]) -> str:
    more = len(addresses) - _MOST_TOLD
    return ", ".join(address[:100] for address in addresses[:_MOST_TOLD]) + (f" and {more} more" if more > 0 else "")
