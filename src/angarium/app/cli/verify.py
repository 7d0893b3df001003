"""`angarium verify`."""

import typer

from angarium.app.cli.options import ConfigFile, Data, configured


def verify(data: Data = None, config: ConfigFile = None) -> None:
    """Check that the data folder is whole, and name everything in it that is not.

    Users, grants, mailboxes, messages, counters and indexes must agree, and every message must still have the octets
    that it came with. Reads everything once; changes nothing. Ends with 1 when anything is wrong.
    """
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import reading
    from angarium.app.cli.verifying import verify_store

    with Progress("verify", octets=False) as progress, reading(configured(data, config)) as store:
        outcome = verify_store(store, progress)
    for problem in outcome.problems:
        typer.echo(problem)
    typer.echo(f"checked {outcome.users} users, {outcome.emails} mails, {outcome.blobs} contents")
    typer.echo(f"{len(outcome.problems)} things are wrong" if outcome.problems else "all is well")
    if outcome.problems:
        raise typer.Exit(1)
