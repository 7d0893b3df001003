"""`angarium config`: show and check."""

import typer

from angarium.app.cli.options import ConfigFile, Data, configured

app = typer.Typer(help="The configuration: a TOML file, and the environment before it.", no_args_is_help=True)


@app.command()
def show(data: Data = None, config: ConfigFile = None) -> None:
    """Show the configuration in force, with every default, as TOML."""
    from angarium.app.config import show_config

    typer.echo(show_config(configured(data, config)), nl=False)


@app.command()
def check(data: Data = None, config: ConfigFile = None) -> None:
    """Say whether the configuration can be used, and what is wrong if not: where, which key, what is allowed."""
    configured(data, config)
    typer.echo("the configuration is good")
