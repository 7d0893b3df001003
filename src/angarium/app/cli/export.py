"""`angarium export`."""

from pathlib import Path

import click
from click.exceptions import Exit

from angarium.app.cli.options import PATH, configured, placed, user_option


@click.command()
@click.argument("folder", metavar="DIR", type=PATH, help="Where to; a folder that is empty or not there yet.")
@user_option
@placed
def export(folder: Path, user: str, data: Path | None, config: Path | None) -> None:
    """Write an account into a folder, as any program can read it.

    Mail is a Maildir, each address book a .vcf, each calendar an .ics. Octets, flags and dates are kept; angarium.json,
    contacts/contacts.json and calendars/calendars.json say what the others cannot, so that importing the folder gives
    the same account again. What is damaged in the store is named and left out; the command then ends with 1.
    """
    from angarium.app.cli.exporting.run import export_account
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import reading_what_is_left

    with Progress("export", octets=False) as progress, reading_what_is_left(configured(data, config)) as store:
        outcome = export_account(store, user, folder, progress)
    for label, reason in outcome.failed:
        click.echo(f"failed {label}: {reason}")
    click.echo(", ".join(f"{name} {count}" for name, count in outcome.written.items()))
    click.echo(f"written {sum(outcome.written.values())}, failed {len(outcome.failed)}")
    if outcome.failed:
        raise Exit(1)
