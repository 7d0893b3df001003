"""`angarium user`: add, list, passwd, remove."""

import sys
from typing import Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data, PasswordStdin, configured

app = typer.Typer(help="People who can sign in, each with an account of their own.", no_args_is_help=True)

address_app = typer.Typer(help="Further addresses of a user, to receive at and to send from.", no_args_is_help=True)
app.add_typer(address_app, name="address")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the user signs in with: a word or an e-mail address.")]

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address, such as sales@example.com.")]


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
    """Show every user: name, account, number of mails, addresses."""
    from angarium.app.cli.reach import reading
    from angarium.datatypes import principals
    from angarium.engine.access import account_id

    settings = configured(data, config)
    domains = principals.Domains(settings.mail.domains)
    with reading(settings) as store:
        rows = store.read(
            lambda snapshot: [(user, snapshot.messages.count(user.account)) for user in principals.all_users(snapshot)]
        )
    width = max((len(user.name) for user, _count in rows), default=0)
    for user, count in rows:
        addresses = " ".join(principals.addresses(user, domains))
        typer.echo(f"{user.name:<{width}}  {account_id(user.account)}  {count} mails  {addresses}")


@address_app.command("add")
def add_address(name: Name, address: Address, data: Data = None, config: ConfigFile = None) -> None:
    """Give a user one more address."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("user.address.add", {"name": name, "address": address})
    typer.echo(f"{address} is an address of {name}")


@address_app.command("remove")
def remove_address(name: Name, address: Address, data: Data = None, config: ConfigFile = None) -> None:
    """Take back an address that was given to a user."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("user.address.remove", {"name": name, "address": address})
    typer.echo(f"{address} is no address of {name} any more")


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
