"""The command line of design §8: one file for each command, which imports what it needs only when it runs."""

from angarium.app.cli.main import main

__all__ = ["main"]
