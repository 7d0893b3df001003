"""`angarium queue`: list, show, retry, drop."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from angarium.app.cli.options import ConfigFile, Data, configured

if TYPE_CHECKING:
    from angarium.datatypes.submission.queue import QueueItem

app = typer.Typer(help="Mail that waits to be sent.", no_args_is_help=True)

Item = Annotated[str, typer.Argument(metavar="ID", help="What `queue list` shows first.")]


@app.command("list")
def list_(data: Data = None, config: ConfigFile = None) -> None:
    """Show what waits: id, sender, size, attempts, next attempt, and the last reply for each recipient."""
    from angarium.app.cli.reach import reading
    from angarium.datatypes.submission import queue

    with reading(configured(data, config)) as store:
        items = store.read(queue.read)
    for item in items:
        typer.echo(f"{item.id}  <{item.sender.email}>  {item.size} octets  {item.attempts} attempts  {_when(item)}")
        _recipients(item)
    if not items:
        typer.echo("the queue is empty")


@app.command()
def show(item: Item, data: Data = None, config: ConfigFile = None) -> None:
    """Show one message that waits, with its header."""
    from angarium.app.cli.reach import reading
    from angarium.datatypes.blobs import octets
    from angarium.datatypes.submission import queue

    with reading(configured(data, config)) as store:
        found = store.read(lambda snapshot: queue.one(snapshot, item))
        if found is None:
            raise typer.BadParameter(f"there is no {item!r} in the queue")
        content = store.read(lambda snapshot: bytes(octets(snapshot.blobs.open(found.blob))))
    typer.echo(f"id         {found.id}")
    typer.echo(f"sender     <{found.sender.email}>")
    typer.echo(f"size       {found.size} octets")
    typer.echo(f"came       {_moment(found.created)}")
    typer.echo(f"attempts   {found.attempts}")
    typer.echo(f"state      {_when(found)}")
    _recipients(found)
    typer.echo("")
    typer.echo(content.partition(b"\r\n\r\n")[0].decode("utf-8", "backslashreplace"))


@app.command()
def retry(
    item: Annotated[str | None, typer.Argument(metavar="ID", help="One message; all of them without it.")] = None,
    data: Data = None,
    config: ConfigFile = None,
) -> None:
    """Try to send now what waits for its next attempt. What is held for later stays held."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        count, _ = caller.call("queue.retry", {"id": item})
    typer.echo(f"{item} is tried now" if item else f"{count} are tried now")


@app.command()
def drop(item: Item, data: Data = None, config: ConfigFile = None) -> None:
    """Take a message out of the queue; it is never sent, and nobody but its sender's client is told."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("queue.drop", {"id": item})
    typer.echo(f"dropped {item}")


def _recipients(item: "QueueItem") -> None:
    for known in item.recipients:
        typer.echo(f"    <{known.address.email}>  {known.fate}  {known.reply}".rstrip())


def _when(item: "QueueItem") -> str:
    return "being sent" if item.taken else f"next {_moment(item.due)}"


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
