"""`angarium export`."""

from pathlib import Path
from typing import Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data, UserOption, configured

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to; a folder that is empty or not there yet.")]


def export(user: UserOption, folder: Folder, data: Data = None, config: ConfigFile = None) -> None:
    """Write an account into a folder, as any mail program can read it: a Maildir with a folder for each mailbox.

    Octets, flags and dates are kept; angarium.json beside them says what a Maildir cannot, so that importing the folder
    gives the same account again. Mail that is damaged in the store is named and left out; the command then ends with 1.
    """
    from angarium.app.cli.exporting import export_mail
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import reading

    with Progress("export", octets=False) as progress, reading(configured(data, config)) as store:
        outcome = export_mail(store, user, folder, progress)
    for label, reason in outcome.failed:
        typer.echo(f"failed {label}: {reason}")
    typer.echo(f"written {outcome.written}, failed {len(outcome.failed)}")
    if outcome.failed:
        raise typer.Exit(1)
