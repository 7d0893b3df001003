"""The program `angarium`: its commands, and how what goes wrong is told.

Exit codes: 0 done, 1 some items failed (each was named), 2 usage or configuration, 130 interrupted.
"""

import sys
from typing import Annotated

import typer

from angarium import __version__
from angarium.app.cli import account, backup, config, deliver, export, import_mail, queue, rebuild, serve, user, verify

_ABOUT = """Mail whose native language is JMAP.

Every command takes --data DIR and --config FILE, and works beside a running server, which sees at once what was done.
"""

app = typer.Typer(
    name="angarium",
    help=_ABOUT,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.add_typer(user.app, name="user")
app.add_typer(account.app, name="account")
app.command("import")(import_mail.import_)
app.command("deliver")(deliver.deliver)
app.command("export")(export.export)
app.add_typer(queue.app, name="queue")
app.add_typer(rebuild.app, name="rebuild")
app.command("verify")(verify.verify)
app.command("backup")(backup.backup)
app.add_typer(config.app, name="config")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"angarium {__version__}")
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the program; what users can mend is told in a line without a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        _stop("interrupted; what was done until then stays", 130)
    except Exception as error:
        if not isinstance(error, _told()):
            raise
        _stop(str(error), 2)


def _told() -> tuple[type[Exception], ...]:
    """What is no fault of the program."""
    from angarium.app.cli.reach import Refused
    from angarium.app.config import ConfigError
    from angarium.store.contract import StoreError

    return Refused, ConfigError, StoreError, OSError


def _stop(text: str, code: int) -> None:
    print(f"angarium: {text}", file=sys.stderr)
    sys.exit(code)
