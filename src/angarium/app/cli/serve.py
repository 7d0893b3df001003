"""`angarium serve`."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import click
from click.exceptions import Exit

from angarium.app.cli.options import placed


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Where to; port 0 takes a free one.")
@click.option("--lmtp", metavar="HOST:PORT", help="Take mail by LMTP there, or at unix:/PATH.")
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="How many processes.")
@click.option("--demo", is_flag=True, help="Serve user test, password test, with a small mailbox to try.")
@click.option("--test", is_flag=True, help="Serve for tests: quick, forgetful, and told to misbehave over --control.")
@click.option("--control", metavar="HOST:PORT", help="With --test: where its control API listens.")
@click.option("--strict", is_flag=True, help="With --test: refuse what clients MUST NOT do.")
@click.option("--tls", is_flag=True, help="With --test: speak TLS with a certificate made for it.")
@placed
def serve(
    listen: str | None,
    lmtp: str | None,
    workers: int | None,
    demo: bool,
    test: bool,
    control: str | None,
    strict: bool,
    tls: bool,
    data: Path | None,
    config: Path | None,
) -> None:
    """Serve JMAP over HTTP, and LMTP where asked.

    Says where on standard output once it is ready, and goes on until told to stop.
    """
    if test:
        if lmtp or workers or demo or config:
            raise click.BadParameter("--test goes with --listen, --control, --strict, --tls and --data only")
        raise Exit(_serve_test()(listen, control, data, strict, tls))
    if control or strict or tls:
        raise click.BadParameter("--control, --strict and --tls go with --test only")
    from angarium.app.memory import loading

    with loading():
        from angarium.app.config import load
        from angarium.app.serve import serve as run

    server = {key: value for key, value in (("listen", listen), ("workers", workers)) if value is not None}
    sections = {"server": server, "lmtp": {"listen": lmtp} if lmtp is not None else {}}
    given = {name: section for name, section in sections.items() if section}
    raise Exit(run(load(config, data, given or None), demo=demo))


def _serve_test() -> Callable[[str | None, str | None, Path | None, bool, bool], int]:
    """What serves for tests: it stands above the rest of the program, so it is plugged in."""
    from importlib.metadata import entry_points

    (found,) = entry_points(group="angarium.serve", name="test")
    return cast("Callable[[str | None, str | None, Path | None, bool, bool], int]", found.load())
