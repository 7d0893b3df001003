"""`angarium user`: add, list, passwd, remove."""

import sys
from typing import Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data, PasswordStdin, configured

app = typer.Typer(help="People who can sign in, each with an account of their own.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the user signs in with: a word or an e-mail address.")]


@app.command()
def add(name: Name, password_stdin: PasswordStdin = False, data: Data = None, config: ConfigFile = None) -> None:
    """Make a user with an account and its first mailboxes. Asks for the password twice."""
    from angarium.app.cli.reach import writing
    from angarium.datatypes.principals import UnfitName, check_name

    settings = configured(data, config)
    try:
        check_name(name)
    except UnfitName as error:
        raise typer.BadParameter(str(error)) from error
    with writing(settings, create=True) as caller:
        caller.call("user.add", {"name": name, "passwordHash": _hashed(password_stdin)})
    typer.echo(f"added {name}")


@app.command("list")
def list_(data: Data = None, config: ConfigFile = None) -> None:
    """Show every user: name, account, number of mails."""
    from angarium.app.cli.reach import reading
    from angarium.datatypes import principals
    from angarium.engine.access import account_id

    with reading(configured(data, config)) as store:
        rows = store.read(
            lambda snapshot: [
                (user.name, account_id(user.account), snapshot.messages.count(user.account))
                for user in principals.all_users(snapshot)
            ]
        )
    width = max((len(name) for name, _account, _count in rows), default=0)
    for name, account, count in rows:
        typer.echo(f"{name:<{width}}  {account}  {count} mails")


@app.command()
def passwd(name: Name, password_stdin: PasswordStdin = False, data: Data = None, config: ConfigFile = None) -> None:
    """Give a user another password. Who is signed in with the old one is signed out."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("user.passwd", {"name": name, "passwordHash": _hashed(password_stdin)})
    typer.echo(f"changed the password of {name}")


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = None,
    config: ConfigFile = None,
) -> None:
    """Remove a user with the account and everything in it, for ever. Asks first."""
    from angarium.app.cli.reach import writing

    settings = configured(data, config)
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Remove {name} with all mail, for ever?", abort=True)
    with writing(settings) as caller:
        caller.call("user.remove", {"name": name})
    typer.echo(f"removed {name}")


def _hashed(from_stdin: bool) -> str:
    """The hash of the password that is given, or asked for on the terminal."""
    from angarium.datatypes.principals import hash_password

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise typer.BadParameter("give --password-stdin when there is no terminal to ask on")
    if not password:
        raise typer.BadParameter("an empty password")
    return hash_password(password)
