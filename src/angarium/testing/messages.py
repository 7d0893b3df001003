"""Messages for a test: from keyword arguments, from octets, and from files and folders of mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

from angarium.app.cli.importing.outcome import Outcome
from angarium.app.cli.importing.run import import_all
from angarium.app.cli.importing.taking import Task
from angarium.app.cli.progress import Progress
from angarium.app.cli.reach import Here
from angarium.app.operations import Services
from angarium.app.operations.services import user_named
from angarium.datatypes.mail import ingest
from angarium.datatypes.mail.mailbox import ROLES
from angarium.flows.filing import Place, mailbox_for
from angarium.store.contract import Transaction


def write_message(
    now: int,
    from_: str,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    text: str,
    html: str | None,
    headers: Mapping[str, str],
    attachments: Iterable[tuple[str, str, bytes]],
) -> bytes:
    """The octets of a message; an attachment is (name, media type, content), `now` epoch milliseconds.

    `headers` add fields, or stand instead of those that are made.
    """
    message = EmailMessage(policy=SMTP)
    written = {
        "From": from_,
        "To": ", ".join(to),
        "Cc": ", ".join(cc),
        "Subject": subject,
        "Date": format_datetime(datetime.fromtimestamp(now / 1000, UTC)),
        "Message-ID": f"<{uuid4().hex}@angarium.invalid>",
    }
    for name, value in {**written, **headers}.items():
        if value:
            message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, media_type, content in attachments:
        kind, _, subtype = media_type.partition("/")
        message.add_attachment(content, kind, subtype, filename=name)
    return message.as_bytes()


def store_message(
    services: Services, user: str, octets: bytes, mailboxes: Sequence[str], keywords: Iterable[str], received: int
) -> str:
    """Put a message where a mailbox is named by its role or its path (`A/B` is B in A); the id of the Email."""
    lowered = [keyword.lower() for keyword in keywords]
    message = ingest.new_message(octets, lowered, (), received)

    def job(transaction: Transaction) -> str:
        account = user_named(transaction, user).account
        places = [mailbox_for(transaction, account, place_of(name)) for name in mailboxes]
        return ingest.store(transaction, account, replace(message, mailboxes=frozenset(places)), octets).id

    return services.store.write(job).result()


def place_of(mailbox: str) -> Place:
    """The place that a role or a path names."""
    if mailbox.lower() in ROLES:
        return Place((mailbox.capitalize(),), role=mailbox.lower())
    return Place(tuple(part for part in mailbox.split("/") if part))


def take_files(services: Services, user: str, paths: Sequence[Path], mailbox: str | None, limit: int) -> int:
    """Import files and folders (.eml, mbox, Maildir, .vcf) as `angarium import` does; how much was taken.

    ValueError that names what could not be taken.
    """
    outcome = Outcome()
    task = Task(Here(services), user, limit, outcome)
    import_all(task, paths, Progress("import"), mailbox, None)
    if outcome.failed:
        raise ValueError("; ".join(f"{label}: {reason}" for label, reason in outcome.failed))
    return outcome.taken
