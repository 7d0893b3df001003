"""Processes that serve LMTP connections beside the first process: they talk and read, it stores."""

from angarium.app.receiving.processes import ReceivingProcesses

__all__ = ["ReceivingProcesses"]
