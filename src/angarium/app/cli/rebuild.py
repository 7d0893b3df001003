"""`angarium rebuild`: threads, search, counters."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from angarium.app.cli.options import Commands, configured, placed

if TYPE_CHECKING:
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import Caller
    from angarium.formats.json import JSON

app = Commands("rebuild", help="Make again what follows from the stored mail.\n\nThe mail is not touched.")

_only = click.option("--user", metavar="NAME", help="Only this user's account.")


@app.command()
@_only
@placed
def counters(user: str | None, data: Path | None, config: Path | None) -> None:
    """Count and list again what each mailbox holds."""

    def step(caller: "Caller", account: int, _count: int, _progress: "Progress") -> str:
        return f"{caller.call('rebuild.counters', {'account': account})[0]} mailboxes were wrong"

    _each_account("counters", step, user, data, config)


@app.command()
@_only
@placed
def threads(user: str | None, data: Path | None, config: Path | None) -> None:
    """Find again which mails belong together. A mail that changes its thread gets another id."""

    def step(caller: "Caller", account: int, _count: int, _progress: "Progress") -> str:
        return f"{caller.call('rebuild.threads', {'account': account})[0]} mails moved"

    _each_account("threads", step, user, data, config)


@app.command()
@_only
@placed
def search(user: str | None, data: Path | None, config: Path | None) -> None:
    """Index the text of every mail and card anew."""

    def step(caller: "Caller", account: int, count: int, progress: "Progress") -> str:
        from angarium.app.operations.rebuild import indexed_together

        after: JSON = None
        while (after := caller.call("rebuild.search", {"account": account, "after": after})[0]) is not None:
            progress.advance(indexed_together())
        while (after := caller.call("rebuild.cards", {"account": account, "after": after})[0]) is not None:
            pass
        return f"{count} mails indexed"

    _each_account("search", step, user, data, config)


def _each_account(
    title: str,
    step: "Callable[[Caller, int, int, Progress], str]",
    user: str | None,
    data: Path | None,
    config: Path | None,
) -> None:
    """Run a step for each account, or for that of one user, and say what it did."""
    from angarium.app.cli.progress import Progress
    from angarium.app.cli.reach import Refused, reading, writing
    from angarium.datatypes import principals
    from angarium.store.contract import Snapshot

    settings = configured(data, config)

    def accounts(snapshot: Snapshot) -> list[tuple[str, int, int]]:
        users = principals.all_users(snapshot) if user is None else [principals.by_name(snapshot, user)]
        return [(known.name, known.account, snapshot.messages.count(known.account)) for known in users if known]

    with reading(settings) as store:
        found = store.read(accounts)
    if user is not None and not found:
        raise Refused("notFound", f"there is no user {user!r}")
    with Progress(title, octets=False) as progress, writing(settings) as caller:
        progress.expect(sum(count for _name, _account, count in found))
        done = [f"{name}: {step(caller, account, count, progress)}" for name, account, count in found]
    for line in done:
        click.echo(line)
