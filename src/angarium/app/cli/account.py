"""`angarium account`: who else may see an account."""

from typing import Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data, configured

app = typer.Typer(help="Accounts, and who else may see them.", no_args_is_help=True)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account: its owner's name, or its id.")]
UserName = Annotated[str, typer.Argument(metavar="USER", help="The user who is let in.")]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Let the user read, but change nothing.")]


@app.command()
def grant(
    account: Account, user: UserName, read_only: ReadOnly = False, data: Data = None, config: ConfigFile = None
) -> None:
    """Let a user into the account of another. A second grant replaces the first."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("account.grant", {"account": account, "user": user, "readOnly": read_only})
    typer.echo(f"{user} may {'read' if read_only else 'read and change'} the account of {account}")


@app.command()
def revoke(account: Account, user: UserName, data: Data = None, config: ConfigFile = None) -> None:
    """Take a grant back. It ends at once, also for who is signed in."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("account.revoke", {"account": account, "user": user})
    typer.echo(f"{user} may no longer see the account of {account}")


@app.command("list")
def list_(data: Data = None, config: ConfigFile = None) -> None:
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
            typer.echo(line)
