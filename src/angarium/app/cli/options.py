"""Options and arguments that several commands share, worded once."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from angarium.app.config import Config

PATH = click.Path(readable=False, path_type=Path)
"""A path; what opens it tells what is wrong with it, with the exit code that is due there."""

user_option = click.option("--user", metavar="NAME", required=True, help="Whose account.")
verbose_option = click.option("--verbose", is_flag=True, help="Name everything that was skipped.")
password_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)

_data = click.option(
    "--data", metavar="DIR", type=PATH, help="The data folder. [default: the platform's folder for data]"
)
_config = click.option("--config", metavar="FILE", type=PATH, help="A TOML file with the configuration.")
_F = TypeVar("_F", bound=Callable[..., Any])


def placed(command: _F) -> _F:
    """What every command takes, for `configured`: where the data is, and the configuration."""
    return _data(_config(command))


class Commands(click.Group):
    """Commands of one kind, shown in the order in which they were declared."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return list(self.commands)


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?) ?([kmgt]?)(i?)b?", re.IGNORECASE)


def size_of(text: str) -> int:
    """A size as people write it: 5000000, 500 MB, 1.5GB, 2GiB."""
    found = _SIZE.fullmatch(text.strip())
    if not found or (found[3] and not found[2]):
        raise click.BadParameter(f"{text!r} is no size such as 500MB, 5GB or 2GiB")
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
