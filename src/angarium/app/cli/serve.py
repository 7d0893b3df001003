"""`angarium serve`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, cast

import typer

from angarium.app.cli.options import ConfigFile, Data

Listen = Annotated[str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where to; port 0 takes a free one.")]
Lmtp = Annotated[
    str | None, typer.Option("--lmtp", metavar="HOST:PORT", help="Take mail by LMTP there, or at unix:/PATH.")
]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="How many processes.")]
Demo = Annotated[bool, typer.Option("--demo", help="Serve user test, password test, with a small mailbox to try.")]

Test = Annotated[
    bool, typer.Option("--test", help="Serve for tests: quick, forgetful, and told to misbehave over --control.")
]
Control = Annotated[
    str | None, typer.Option("--control", metavar="HOST:PORT", help="With --test: where its control API listens.")
]
Strict = Annotated[bool, typer.Option("--strict", help="With --test: refuse what clients MUST NOT do.")]
Tls = Annotated[bool, typer.Option("--tls", help="With --test: speak TLS with a certificate made for it.")]


def serve(
    listen: Listen = None,
    lmtp: Lmtp = None,
    workers: Workers = None,
    demo: Demo = False,
    test: Test = False,
    control: Control = None,
    strict: Strict = False,
    tls: Tls = False,
    data: Data = None,
    config: ConfigFile = None,
) -> None:
    """Serve JMAP over HTTP, and LMTP where asked, until told to stop; say where on standard output once ready."""
    if test:
        if lmtp or workers or demo or config:
            raise typer.BadParameter("--test goes with --listen, --control, --strict, --tls and --data only")
        raise typer.Exit(_serve_test()(listen, control, data, strict, tls))
    if control or strict or tls:
        raise typer.BadParameter("--control, --strict and --tls go with --test only")
    from angarium.app.memory import loading

    with loading():
        from angarium.app.config import load
        from angarium.app.serve import serve as run

    server = {key: value for key, value in (("listen", listen), ("workers", workers)) if value is not None}
    sections = {"server": server, "lmtp": {"listen": lmtp} if lmtp is not None else {}}
    given = {name: section for name, section in sections.items() if section}
    raise typer.Exit(run(load(config, data, given or None), demo=demo))


def _serve_test() -> Callable[[str | None, str | None, Path | None, bool, bool], int]:
    """What serves for tests: it stands above the rest of the program, so it is plugged in."""
    from importlib.metadata import entry_points

    (found,) = entry_points(group="angarium.serve", name="test")
    return cast("Callable[[str | None, str | None, Path | None, bool, bool], int]", found.load())
