"""`angarium verify`."""

from pathlib import Path

import click
from click.exceptions import Exit

from angarium.app.cli.options import configured, placed


@click.command()
@placed
def verify(data: Path | None, config: Path | None) -> None:
    """Check that the data folder is whole.

    What is not is named. Users, grants, mailboxes, messages, counters and indexes must agree, and every message must
    still have the octets that it came with. Reads everything once; changes nothing. Ends with 1 when anything is wrong.
    """
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import reading
    from angarium.app.cli.verifying import verify_store

    with Progress("verify", octets=False) as progress, reading(configured(data, config)) as store:
        outcome = verify_store(store, progress)
    for problem in outcome.problems:
        click.echo(problem)
    click.echo(f"checked {outcome.users} users, {outcome.emails} mails, {outcome.blobs} contents")
    click.echo(f"{len(outcome.problems)} things are wrong" if outcome.problems else "all is well")
    if outcome.problems:
        raise Exit(1)
