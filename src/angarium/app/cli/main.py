"""The program `angarium`: its commands, and how what goes wrong is told.

Exit codes: 0 done, 1 some items failed (each was named), 2 usage or configuration, 130 interrupted.
"""

import os
import sys
from typing import NoReturn

import click

from angarium import __version__
from angarium.app.cli import (
    account,
    backup,
    config,
    deliver,
    export,
    import_mail,
    push,
    queue,
    rebuild,
    serve,
    user,
    verify,
)
from angarium.app.cli.options import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="angarium %(version)s", help="Show the version.")
def app() -> None:
    """Mail whose native language is JMAP.

    Every command takes --data DIR and --config FILE, and works beside a running server, which sees at once what was
    done.
    """


for _command in (
    serve.serve,
    user.app,
    account.app,
    import_mail.import_,
    deliver.deliver,
    export.export,
    queue.app,
    push.app,
    rebuild.app,
    verify.verify,
    backup.backup,
    config.app,
):
    app.add_command(_command)


def main() -> None:
    """Run the program; what users can mend is told in a line without a traceback."""
    _open_what_is_closed()
    try:
        code = app.main(prog_name="angarium", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort as abort:
        if isinstance(abort.__cause__, KeyboardInterrupt):
            _stop("interrupted; what was done until then stays", 130)
        _stop("nothing was done", 1)
    except Exception as error:
        if not isinstance(error, _told()):
            raise
        _stop(str(error), 2)
    sys.exit(code)


def _open_what_is_closed() -> None:
    """What stands for a stream that whoever started the program closed: it swallows, and to read it is an OSError."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (for as long as we run)


def _told() -> tuple[type[Exception], ...]:
    """What is no fault of the program."""
    from angarium.app.cli.reach import Refused
    from angarium.app.config import ConfigError
    from angarium.store.contract import StoreError

    return Refused, ConfigError, StoreError, OSError


def _stop(text: str, code: int) -> NoReturn:
    print(f"angarium: {text}", file=sys.stderr)
    sys.exit(code)
