"""`angarium backup`."""

from pathlib import Path

import click

from angarium.app.cli.options import PATH, configured, placed


@click.command()
@click.argument("file", type=PATH, help="The tar file to write; replaced when it is there.")
@placed
def backup(file: Path, data: Path | None, config: Path | None) -> None:
    """Write the whole data folder into a tar file.

    It is as it was at one moment; the server may go on working. To restore it, unpack it into an empty folder and serve
    that.
    """
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import reading

    with Progress("backup") as progress, reading(configured(data, config)) as store:
        store.backup(str(file.resolve()), progress.reach)
    click.echo(f"written {file} ({file.stat().st_size} octets)")
