"""`angarium config`: show and check."""

from pathlib import Path

import click

from angarium.app.cli.options import Commands, configured, placed

app = Commands("config", help="The configuration: a TOML file, and the environment before it.")


@app.command()
@placed
def show(data: Path | None, config: Path | None) -> None:
    """Show the configuration in force, with every default, as TOML."""
    from angarium.app.config import show_config

    click.echo(show_config(configured(data, config)), nl=False)


@app.command()
@placed
def check(data: Path | None, config: Path | None) -> None:
    """Say whether the configuration can be used.

    What is wrong is told: where, which key, what is allowed; also of the files that it names.
    """
    settings = configured(data, config)
    from angarium.app.config import ConfigError
    from angarium.app.serve import CannotServe, checked_relay

    try:
        checked_relay(settings)
    except CannotServe as error:
        raise ConfigError(str(error)) from None
    click.echo("the configuration is good")
