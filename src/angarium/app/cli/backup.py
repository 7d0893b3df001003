"""`angarium backup`."""

from pathlib import Path
from typing import Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data, configured

Target = Annotated[Path, typer.Argument(metavar="FILE", help="The tar file to write; replaced when it is there.")]


def backup(file: Target, data: Data = None, config: ConfigFile = None) -> None:
    """Write the whole data folder, as it is at one moment, into a tar file; the server may go on working.

    To restore it, unpack it into an empty folder and serve that.
    """
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import reading

    with Progress("backup") as progress, reading(configured(data, config)) as store:
        store.backup(str(file.absolute()), progress.reach)
    typer.echo(f"written {file} ({file.stat().st_size} octets)")
