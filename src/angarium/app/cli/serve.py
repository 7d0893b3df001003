"""`angarium serve`."""

from typing import Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data

Listen = Annotated[str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where to; port 0 takes a free one.")]
Lmtp = Annotated[
    str | None, typer.Option("--lmtp", metavar="HOST:PORT", help="Take mail by LMTP there, or at unix:/PATH.")
]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="How many processes.")]
Demo = Annotated[bool, typer.Option("--demo", help="Serve user test, password test, with a small mailbox to try.")]


def serve(
    listen: Listen = None,
    lmtp: Lmtp = None,
    workers: Workers = None,
    demo: Demo = False,
    data: Data = None,
    config: ConfigFile = None,
) -> None:
    """Serve JMAP over HTTP, and LMTP where asked, until told to stop; say where on standard output once ready."""
    from angarium.app.config import load
    from angarium.app.serve import serve as run

    server = {key: value for key, value in (("listen", listen), ("workers", workers)) if value is not None}
    sections = {"server": server, "lmtp": {"listen": lmtp} if lmtp is not None else {}}
    given = {name: section for name, section in sections.items() if section}
    raise typer.Exit(run(load(config, data, given or None), demo=demo))
