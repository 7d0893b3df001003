"""`angarium queue`: list, show, retry, drop."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from angarium.app.cli.options import Commands, configured, placed

if TYPE_CHECKING:
    from angarium.datatypes.submission.queue import QueueItem

app = Commands("queue", help="Mail that waits to be sent.")

_item = click.argument("item", metavar="ID", help="What `queue list` shows first.")


@app.command("list")
@placed
def list_(data: Path | None, config: Path | None) -> None:
    """Show what waits.

    Of each its id, sender, size, attempts, next attempt, and the last reply for each recipient.
    """
    from angarium.app.cli.reach import reading
    from angarium.datatypes.submission import queue

    with reading(configured(data, config)) as store:
        items = store.read(queue.read)
    for item in items:
        click.echo(f"{item.id}  <{item.sender.email}>  {item.size} octets  {item.attempts} attempts  {_when(item)}")
        _recipients(item)
    if not items:
        click.echo("the queue is empty")


@app.command()
@_item
@placed
def show(item: str, data: Path | None, config: Path | None) -> None:
    """Show one message that waits, with its header."""
    from angarium.app.cli.reach import reading
    from angarium.datatypes.blobs import octets
    from angarium.datatypes.submission import queue

    with reading(configured(data, config)) as store:
        found = store.read(lambda snapshot: queue.one(snapshot, item))
        if found is None:
            raise click.BadParameter(f"there is no {item!r} in the queue")
        content = store.read(lambda snapshot: bytes(octets(snapshot.blobs.open(found.blob))))
    click.echo(f"id         {found.id}")
    click.echo(f"sender     <{found.sender.email}>")
    click.echo(f"size       {found.size} octets")
    click.echo(f"came       {_moment(found.created)}")
    click.echo(f"attempts   {found.attempts}")
    click.echo(f"state      {_when(found)}")
    _recipients(found)
    click.echo("")
    click.echo(_shown(content.partition(b"\r\n\r\n")[0].decode("utf-8", "backslashreplace")))


@app.command()
@click.argument("item", metavar="[ID]", required=False, help="One message; all of them without it.")
@placed
def retry(item: str | None, data: Path | None, config: Path | None) -> None:
    """Try to send now what waits for its next attempt. What is held for later stays held."""
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        count, _ = caller.call("queue.retry", {"id": item})
    click.echo(f"{item} is tried now" if item else f"{count} are tried now")


@app.command()
@_item
@placed
def drop(item: str, data: Path | None, config: Path | None) -> None:
    """Take a message out of the queue.

    It is never sent, and nobody but its sender's client is told.
    """
    from angarium.app.cli.reach import writing

    with writing(configured(data, config)) as caller:
        caller.call("queue.drop", {"id": item})
    click.echo(f"dropped {item}")


def _recipients(item: "QueueItem") -> None:
    for known in item.recipients:
        click.echo(f"    <{known.address.email}>  {known.fate}  {known.reply}".rstrip())


def _shown(header: str) -> str:
    """A header for a terminal, which must not obey what a user wrote."""
    return "".join(
        letter if letter.isprintable() or letter in "\t\n" else ascii(letter)[1:-1]
        for letter in header.replace("\r\n", "\n")
    )


def _when(item: "QueueItem") -> str:
    return "being sent" if item.taken else f"next {_moment(item.due)}"


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
