"""Options and arguments that several commands share, worded once."""

import re
from decimal import Decimal
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


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?([kmgt]?)(i?)b?", re.IGNORECASE)


def size_of(text: str) -> int:
    """A size as people write it: 5000000, 500 MB, 1.5GB, 2GiB."""
    found = _SIZE.fullmatch(text.strip())
    if not found or (found[3] and not found[2]):
        raise typer.BadParameter(f"{text!r} is no size such as 500MB, 5GB or 2GiB")
    unit = 1024 ** " kmgt".index(found[2].lower()) if found[3] else _UNITS[found[2].lower()]
    return int(Decimal(found[1]) * unit)


def shown_size(octets: int) -> str:
    """A number of octets as people read it, in units of thousands."""
    thousands = min((len(str(octets)) - 1) // 3, 4)
    return f"{octets / 1000**thousands:.1f} {'KMGT'[thousands - 1]}B" if thousands else f"{octets} octets"


def configured(data: Path | None, config: Path | None) -> "Config":
    """The configuration of this command; raises ConfigError."""
    from angarium.app.config import load

    return load(config, data)
