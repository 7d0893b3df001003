"""Options and arguments that several commands share, worded once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from angarium.app.config import Config

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder. [default: the platform's folder for data]"),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="A TOML file with the configuration."),
]
UserOption = Annotated[str, typer.Option("--user", metavar="NAME", help="Whose account.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Name everything that was skipped.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]


def configured(data: Path | None, config: Path | None) -> "Config":
    """The configuration of this command; raises ConfigError."""
    from angarium.app.config import load

    return load(config, data)
