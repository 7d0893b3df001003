"""`angarium user`: add, list, passwd, quota, address, remove."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from angarium.app.cli.options import Commands, configured, password_stdin_option, placed, shown_size, size_of

if TYPE_CHECKING:
    from angarium.formats.json import JSON
    from angarium.store.contract import AccountKey, Snapshot

app = Commands("user", help="People who can sign in, each with an account of their own.")

address_app = Commands("address", help="Further addresses of a user, to receive at and to send from.")

_name = click.argument("name", help="What the user signs in with: a word or an e-mail address.")
_address = click.argument("address", help="An e-mail address, such as sales@example.com.")


@app.command()
@_name
@password_stdin_option
@placed
def add(name: str, password_stdin: bool, data: Path | None, config: Path | None) -> None:
    """Make a user with an account and its first mailboxes. Asks for the password twice."""
    from angarium.app.cli.reach import writing
    from angarium.datatypes.principals import UnfitName, check_name

    settings = configured(data, config)
    try:
        check_name(name)
    except UnfitName as error:
        raise click.BadParameter(str(error)) from error
    with writing(settings, create=True) as caller:
        caller.call("user.add", {"name": name, "passwordHash": _hashed(password_stdin)})
    click.echo(f"added {name}")


@app.command("list")
@placed
def list_(data: Path | None, config: Path | None) -> None:
    """Show every user.

    Of each the name, the account, how many mails there are and how much they take, and the addresses.
    """
    from angarium.app.cli.reach import reading
    from angarium.datatypes import principals
    from angarium.engine.access import account_id

    settings = configured(data, config)
    domains = principals.Domains(settings.mail.domains)
    with reading(settings) as store:
        rows = store.read(
            lambda snapshot: [(user, *_held(snapshot, user.account)) for user in principals.all_users(snapshot)]
        )
    width = max((len(user.name) for user, *_held in rows), default=0)
    for user, mails, size in rows:
        addresses = " ".join(principals.addresses(user, domains))
        click.echo(f"{user.name:<{width}}  {account_id(user.account)}  {mails}  {size}  {addresses}")


@app.command()
@_name
@click.option("--octets", metavar="SIZE", help="All mails together: 5GB, or none.")
@click.option("--messages", metavar="N", help="How many mails, or none.")
@click.option("--none", is_flag=True, help="No limits at all.")
@placed
def quota(
    name: str, octets: str | None, messages: str | None, none: bool, data: Path | None, config: Path | None
) -> None:
    """Show what an account holds and may hold, or set a limit.

    Mail that is there stays when a limit is set below it; nothing is added until there is room again.
    """
    from angarium.app.cli.reach import Refused, reading, writing
    from angarium.datatypes import principals
    from angarium.store.contract import Snapshot

    settings = configured(data, config)
    if limits := _limits(octets, messages, none):
        with writing(settings) as caller:
            caller.call("user.quota", {"name": name, **limits})

    def held(snapshot: Snapshot) -> tuple[str, str]:
        user = principals.by_name(snapshot, name)
        if user is None:
            raise Refused("notFound", f"there is no user {name!r}")
        return _held(snapshot, user.account)

    with reading(settings) as store:
        click.echo("  ".join((name, *store.read(held))))


@address_app.command("add")
@_name
@_address
@placed
def add_address(name: str, address: str, data: Path | None, config: Path | None) -> None:
    """Give a user one more address."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("user.address.add", {"name": name, "address": address})
    click.echo(f"{address} is an address of {name}")


@address_app.command("remove")
@_name
@_address
@placed
def remove_address(name: str, address: str, data: Path | None, config: Path | None) -> None:
    """Take back an address that was given to a user."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("user.address.remove", {"name": name, "address": address})
    click.echo(f"{address} is no address of {name} any more")


@app.command()
@_name
@password_stdin_option
@placed
def passwd(name: str, password_stdin: bool, data: Path | None, config: Path | None) -> None:
    """Give a user another password. Who is signed in with the old one is signed out."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("user.passwd", {"name": name, "passwordHash": _hashed(password_stdin)})
    click.echo(f"changed the password of {name}")


@app.command()
@_name
@click.option("--yes", is_flag=True, help="Do not ask.")
@placed
def remove(name: str, yes: bool, data: Path | None, config: Path | None) -> None:
    """Remove a user with the account and everything in it, for ever. Asks first."""
    from angarium.app.cli.reach import writing

    settings = configured(data, config)
    if not yes:
        if not sys.stdin.isatty():
            raise click.BadParameter("give --yes when there is no terminal to ask on")
        click.confirm(f"Remove {name} with all mail, for ever?", abort=True)
    with writing(settings) as caller:
        caller.call("user.remove", {"name": name})
    click.echo(f"removed {name}")


app.add_command(address_app)


def _held(snapshot: "Snapshot", account: "AccountKey") -> tuple[str, str]:
    """How many mails an account holds, and what they take; each with its limit, where there is one."""
    usage, most = snapshot.messages.usage(account), snapshot.allowance(account)
    mails = f"{usage.emails} mails" if most.emails is None else f"{usage.emails} of {most.emails} mails"
    used = shown_size(usage.octets)
    return mails, used if most.octets is None else f"{used} of {shown_size(most.octets)}"


def _limits(octets: str | None, messages: str | None, none: bool) -> "dict[str, JSON]":
    """The limits that options give: those not given are left out, null stands for none."""
    if none and (octets, messages) != (None, None):
        raise click.BadParameter("give either --none or limits")
    if none:
        return {"octets": None, "messages": None}
    limits: dict[str, JSON] = {}
    if octets is not None:
        limits["octets"] = None if octets == "none" else size_of(octets)
    if messages is not None:
        limits["messages"] = None if messages == "none" else _number(messages)
    return limits


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise click.BadParameter(f"{text!r} is no number of mails")
    return int(text)


def _hashed(from_stdin: bool) -> str:
    """The hash of the password that is given, or asked for on the terminal."""
    from angarium.datatypes.principals import hash_password

    if from_stdin:
        password = _first_line()
    elif sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        raise click.BadParameter("give --password-stdin when there is no terminal to ask on")
    if not password:
        raise click.BadParameter("an empty password")
    return hash_password(password)


def _first_line() -> str:
    """The first line of standard input; no client could send a password that is not text."""
    try:
        line = sys.stdin.readline().rstrip("\r\n")
        line.encode()
    except UnicodeError as error:
        raise click.BadParameter("a password is text in UTF-8, and this is none") from error
    return line
