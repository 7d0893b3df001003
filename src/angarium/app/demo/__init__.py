"""A small believable mailbox to try the server with, made by our own code."""

from angarium.app.demo.compose import DemoMessage, compose
from angarium.app.demo.install import PASSWORD, USER, install

__all__ = ["PASSWORD", "USER", "DemoMessage", "compose", "install"]
