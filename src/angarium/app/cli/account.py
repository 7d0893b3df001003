"""`angarium account`: who else may see an account."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from angarium.app.cli.options import Commands, configured, placed

if TYPE_CHECKING:
    from angarium.formats.json import JSON

app = Commands("account", help="Accounts, and who else may see them.")

_account = click.argument("account", help="The account: its owner's name, or its id.")
_user = click.argument("user", help="The user who is let in.")


@app.command()
@_account
@_user
@click.option("--read-only", is_flag=True, help="Let the user read, but change nothing.")
@placed
def grant(account: str, user: str, read_only: bool, data: Path | None, config: Path | None) -> None:
    """Let a user into the account of another. A second grant replaces the first."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        granted, _ = caller.call("account.grant", {"account": account, "user": user, "readOnly": read_only})
    click.echo(f"{user} may {'read' if read_only else 'read and change'} the account of {_owner(granted)}")


@app.command()
@_account
@_user
@placed
def revoke(account: str, user: str, data: Path | None, config: Path | None) -> None:
    """Take a grant back. It ends at once, also for who is signed in."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        revoked, _ = caller.call("account.revoke", {"account": account, "user": user})
    click.echo(f"{user} may no longer see the account of {_owner(revoked)}")


@app.command("list")
@placed
def list_(data: Path | None, config: Path | None) -> None:
    """Show every account, its owner, and who else may see it."""
    from angarium.app.cli.reach import reading
    from angarium.datatypes import principals
    from angarium.engine.access import account_id
    from angarium.store.contract import Snapshot

    def lines(snapshot: Snapshot) -> list[str]:
        users = {user.id: user for user in principals.all_users(snapshot)}
        shown = []
        for user in users.values():
            others = [
                f"{users[given.user].name}{' (read-only)' if given.read_only else ''}"
                for given in principals.grants_of_account(snapshot, user.account)
                if given.user in users
            ]
            shown.append("  ".join([account_id(user.account), user.name, *others]))
        return shown

    with reading(configured(data, config)) as store:
        for line in store.read(lines):
            click.echo(line)


def _owner(done: "JSON") -> object:
    """Whose account it was, which may have been given by its id."""
    return done["owner"] if isinstance(done, dict) else done
