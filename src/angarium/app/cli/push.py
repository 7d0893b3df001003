"""`angarium push`: renew-key."""

from pathlib import Path

import click

from angarium.app.cli.options import Commands, configured, placed

app = Commands("push", help="Pushes to the URLs of clients.")


@app.command("renew-key")
@placed
def renew_key(data: Path | None, config: Path | None) -> None:
    """Make another key to sign pushes with, as when somebody else may have the old one.

    It is used from the next start of the server on. Whoever is pushed to then has to subscribe anew, which clients do
    by themselves when they see the new key.
    """
    from angarium.app.cli.reach import writing
    from angarium.protocols.webpush.vapid import make_key

    with writing(configured(data, config)) as caller:
        caller.call("push.renewKey", {**make_key()._asdict()})
    click.echo("pushes are signed with a new key from the next start of the server on")
