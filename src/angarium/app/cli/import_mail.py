"""`angarium import`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from angarium.app.cli.options import configured, placed, user_option, verbose_option

if TYPE_CHECKING:
    from angarium.app.cli.importing.outcome import Outcome

_EXISTING = click.Path(exists=True, readable=False, path_type=Path)


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=_EXISTING, help="Files and folders.")
@user_option
@click.option("--mailbox", metavar="NAME", help="File everything in this mailbox; A/B is B inside A.")
@click.option("--book", metavar="NAME", help="Put all cards into this address book.")
@click.option("--calendar", metavar="NAME", help="Put all events into this calendar.")
@verbose_option
@placed
def import_(
    paths: tuple[Path, ...],
    user: str,
    mailbox: str | None,
    book: str | None,
    calendar: str | None,
    verbose: bool,
    data: Path | None,
    config: Path | None,
) -> None:
    """Bring mail, contacts and events into an account.

    From mbox, Maildir, .eml, .vcf, .ics, an export, or folders of them. Each kind is recognised. Names of folders and
    mbox files become mailboxes; a Maildir is the inbox, its folders mailboxes; a message given by itself goes to the
    inbox. Dates and flags come along. What the account has already, octet for octet, is skipped, so an import that was
    cut short can simply be run again. Cards go to the default address book, events to the default calendar; what the
    account has by its UID (or without one, by its content) is skipped, unless the file tells of a newer version: that
    replaces it where it is.

    Says what was taken, updated, skipped and failed, and why. Ends with 1 when anything failed.
    """
    from angarium.app.cli.importing.outcome import Outcome
    from angarium.app.cli.importing.run import import_all
    from angarium.app.cli.importing.taking import Task
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import writing
    from angarium.app.memory import settle
    from angarium.store.contract import StoreError

    settings = configured(data, config)
    outcome = Outcome()
    settle()  # thousands of values live until their batch is stored: looking at them again and again takes a twentieth
    try:
        with Progress("import") as progress, writing(settings) as caller:
            task = Task(caller, user, settings.limits.max_size_upload, outcome, verbose)
            import_all(task, paths, progress, mailbox, book, calendar)
    except (StoreError, KeyboardInterrupt) as error:
        if outcome.taken or outcome.updated:
            outcome.fail("the rest", str(error) or "interrupted")
            _tell(outcome)
        raise
    _tell(outcome)
    if outcome.failed:
        raise Exit(1)


def _tell(outcome: "Outcome") -> None:
    for line in outcome.lines():
        click.echo(line)
